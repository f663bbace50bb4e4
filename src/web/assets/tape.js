// tape.js - the last minutes as bars on strips: the right edge is now, and all of it slides to the left.
// What stopped running and is not told of as ended was lost with its responder: its bar ends where it was seen last.
// SPDX-License-Identifier: MIT
import { make } from "./dom.js";
import { taskName } from "./words.js";

const WINDOW_MS = 3 * 60_000;
const CALM_MS = 1000;                   // between two steps where motion is reduced
const SHADES = 4;                       // of the one colour, for videos beside each other

const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Tape {
	#strips = new Map();            // strip -> the element that slides
	#bars = new Map();              // task, worker and start -> { bar, from, to, strip, task, video }
	#shades = 0;                    // given so far
	#origin = Date.now();           // where the bars' left is 0
	#ahead = 0;                     // of the server's clock before ours, in ms
	#stepped = 0;

	constructor() {
		const step = () => {
			this.#slide();
			requestAnimationFrame(step);
		};
		requestAnimationFrame(step);
	}

	get #now() {
		return Date.now() + this.#ahead;
	}

	add(strip) {
		const film = make("div.film");
		strip.append(film);
		this.#strips.set(strip, film);
	}

	drop(strip) {
		this.#strips.delete(strip);
		for (const [key, entry] of this.#bars)
			if (entry.strip === strip)
				this.#bars.delete(key);
	}

	isEmpty(strips) {
		return ![...this.#bars.values()].some(({ strip }) => strips.includes(strip));
	}

	// Whether nothing on the strip overlaps what the task did.
	isFree(strip, task) {
		const mine = [...this.#bars.values()].find((entry) => entry.task === task);
		return !mine || mine.strip === strip;
	}

	// The one that its other bars have, or else the next.
	#shade(video) {
		return [...this.#bars.values()].find((entry) => entry.video === video)?.bar.dataset.shade ?? String(this.#shades++ % SHADES);
	}

	// tasks: { task, worker, video, title, kind, seq, started, ended, state }; those without `ended` run.
	show(tasks, stripOf, now) {
		this.#ahead = now - Date.now();
		const seen = new Set();
		for (const task of tasks)
			seen.add(this.#put(task, stripOf));
		for (const [key, entry] of this.#bars) {
			if (!seen.has(key) && entry.to === null) {
				entry.to = now;
				entry.bar.dataset.state = "lost";
				entry.bar.title += ", lost with its responder, or stopped";
			}
			if (entry.to !== null && entry.to < now - WINDOW_MS) {
				entry.bar.remove();
				this.#bars.delete(key);
			}
		}
		this.#stepped = 0;
		this.#slide();
	}

	#put(task, stripOf) {
		const key = `${task.task} ${task.worker} ${task.started}`, from = Date.parse(task.started), to = task.ended ? Date.parse(task.ended) : null;
		let entry = this.#bars.get(key);
		if (to !== null && to < this.#now - WINDOW_MS)
			return key;
		if (!entry) {
			const strip = this.#place(task, stripOf, from, to), bar = make("a.tape-bar", { href: `/videos/${task.video}`, tabIndex: -1 });
			bar.append(make("bdi", {}, task.title || "untitled"));
			bar.dataset.shade = this.#shade(task.video);
			this.#bars.set(key, entry = { bar, strip, from, task: task.task, video: task.video });
			this.#strips.get(strip)?.append(bar);
		}
		entry.to = to;
		entry.bar.dataset.state = task.state ?? "running";
		entry.bar.title = `${task.title || "untitled"}: ${taskName(task)}`;
		return key;
	}

	// What runs has its slot; what ended before we looked goes to the first strip of its responder where there is room.
	#place(task, stripOf, from, to) {
		const chosen = stripOf(task.worker, task.task);
		if (to === null)
			return chosen;
		const beside = [...(chosen?.closest(".slots")?.querySelectorAll(".strip") ?? [chosen])];
		const overlaps = (strip) => [...this.#bars.values()].some((bar) => bar.strip === strip && bar.from < to - 5 && (bar.to ?? Infinity) > from + 5);
		return beside.find((strip) => !overlaps(strip)) ?? chosen;
	}

	#slide() {
		const now = this.#now;
		if (document.hidden || (calm.matches && now - this.#stepped < CALM_MS))
			return;
		this.#stepped = now;
		const share = 100 / WINDOW_MS;
		for (const film of this.#strips.values())
			film.style.transform = `translateX(${-(now - this.#origin) * share}%)`;
		for (const { bar, from, to } of this.#bars.values()) {
			if (bar.placed === to && to !== null)
				continue;
			bar.style.left = `${100 + (from - this.#origin) * share}%`;
			bar.style.width = `${Math.max(0.15, ((to ?? now) - from) * share)}%`;
			bar.placed = to;
		}
	}
}
