// tasks.js - the tasks of a video as bars over time, a lane for each worker's place; the log of one beside them.
// SPDX-License-Identifier: MIT
import { arrange, copyButton, make, setText } from "./dom.js";
import { soon, sparing } from "./live.js";
import { dateText, percent, roughly, taskName } from "./words.js";

const STATES = { queued: "waits", running: "runs", done: "done", failed: "failed", cancelled: "cancelled" };
const NARROWEST = 0.25;                 // percent of the width

const spanOf = (task, now) => [Date.parse(task.started), task.ended ? Date.parse(task.ended) : now];
const seconds = (ms) => ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : roughly(ms);

// In the order in which they began to work on it.
const workersOf = (tasks) => [...new Set([...tasks].sort((a, b) => a.started.localeCompare(b.started)).map(({ worker }) => worker))];

// [{ worker, tasks: [...] }]: each worker has as many lanes as it worked on tasks at one time.
function lanesOf(tasks, now) {
	const lanes = [];
	for (const task of [...tasks].sort((a, b) => a.started.localeCompare(b.started))) {
		const [from, to] = spanOf(task, now);
		let lane = lanes.find(({ worker, until }) => worker === task.worker && until <= from + 1);
		if (!lane)
			lanes.push(lane = { worker: task.worker, tasks: [] });
		lane.tasks.push(task);
		lane.until = to;
	}
	const workers = workersOf(tasks);
	return lanes.sort((a, b) => workers.indexOf(a.worker) - workers.indexOf(b.worker));
}

function laneRow() {
	const name = make("span.lane-name"), bars = make("div.lane-bars");
	return { name, bars, root: make("div.lane", {}, name, bars) };
}

export class Timeline {
	#bars = new Map();              // task id -> its button
	#rows = [];                     // of the lanes
	#chosen = null;
	#asked = "";                    // the state of the chosen one that its log is of, or will be

	// read(id): resolves to the task with its argv and last words, or to null
	constructor(read) {
		this.read = read;
		this.tasks = [];
		this.lanes = make("div.lanes");
		this.from = make("span");
		this.to = make("span");
		this.waiting = make("p.faint");
		this.name = make("h3");
		this.facts = make("dl");
		this.said = make("div.said");
		this.detail = make("div.task", { hidden: true }, this.name, this.facts, this.said);
		this.root = make("div.timeline", {}, this.lanes, make("div.axis", { ariaHidden: "true" }, this.from, this.to), this.waiting, this.detail);
	}

	show(tasks) {
		this.tasks = tasks;
		this.#draw();
	}

	// running: as events of progress have it
	progress(running) {
		const news = new Map(running.map(({ task, progress }) => [task, progress]));
		for (const task of this.tasks)
			task.progress = news.get(task.id) ?? task.progress;
		this.#drawSoon();
	}

	#drawSoon = soon(() => this.#draw(), 0, sparing);

	#draw() {
		const { tasks } = this, now = Date.now(), begun = tasks.filter(({ started }) => started);
		this.start = Math.min(...begun.map((task) => spanOf(task, now)[0]));
		this.end = Math.max(this.start + 1000, ...begun.map((task) => spanOf(task, now)[1]));
		this.#drawLanes(begun, now);
		setText(this.from, begun.length ? "0 s" : "");
		setText(this.to, begun.length ? seconds(this.end - this.start) : "");
		this.#tellWaiting(tasks.filter(({ state }) => state === "queued"));
		const chosen = tasks.find(({ id }) => id === this.#chosen);
		if (chosen)
			this.#showTask(chosen);
	}

	#drawLanes(begun, now) {
		const workers = workersOf(begun), lanes = lanesOf(begun, now);
		while (this.#rows.length < lanes.length)
			this.#rows.push(laneRow());
		this.#rows.length = lanes.length;
		lanes.forEach(({ worker, tasks }, i) => {
			const { name, bars } = this.#rows[i];
			name.title = worker ?? "";
			setText(name, `Worker ${workers.indexOf(worker) + 1}`);
			arrange(bars, tasks.map((task) => this.#bar(task, now)));
		});
		arrange(this.lanes, this.#rows.map(({ root }) => root));
		const seen = new Set(begun.map(({ id }) => id));
		for (const id of this.#bars.keys())
			if (!seen.has(id))
				this.#bars.delete(id);
	}

	#bar(task, now) {
		const bar = this.#bars.get(task.id) ?? make("button.task-bar", { type: "button", onclick: () => this.choose(task.id) });
		const [from, to] = spanOf(task, now), whole = this.end - this.start;
		this.#bars.set(task.id, bar);
		bar.style.left = `${(100 * (from - this.start)) / whole}%`;
		bar.style.width = `${Math.max(NARROWEST, (100 * (to - from)) / whole)}%`;
		Object.assign(bar.dataset, { kind: task.kind, state: task.state });
		bar.ariaLabel = bar.title = `${taskName(task)}: ${STATES[task.state] ?? task.state}, ${seconds(to - from)}`;
		bar.ariaPressed = String(task.id === this.#chosen);
		return bar;
	}

	#tellWaiting(queued) {
		const reasons = Map.groupBy ? Map.groupBy(queued, ({ why }) => why ?? "") : new Map([["", queued]]);
		const words = [...reasons].map(([why, tasks]) => `${tasks.length === 1 ? taskName(tasks[0]) : `${tasks.length} tasks`}${why ? `: ${why}` : ""}`);
		this.waiting.hidden = !queued.length;
		setText(this.waiting, queued.length ? `Not begun: ${words.slice(0, 4).join("; ")}` : "");
	}

	choose(id) {
		this.#chosen = this.#chosen === id ? null : id;
		this.#asked = "";
		this.said.replaceChildren();
		this.detail.hidden = this.#chosen === null;
		this.#draw();
	}

	#showTask(task) {
		const asked = `${task.id} ${task.attempts} ${task.state}`;
		setText(this.name, taskName(task));
		this.#showFacts(task);
		if (asked === this.#asked)
			return;
		this.#asked = asked;
		this.#ask();
	}

	#showFacts(task) {
		const cpu = (task.user_ms ?? 0) + (task.sys_ms ?? 0);
		const facts = [["State", [STATES[task.state] ?? task.state, task.state === "running" ? percent(task.progress) : ""].filter(Boolean).join(", ")],
			["Worker", task.worker], ["Began", task.started && dateText(task.started)],
			["Took", task.ended && seconds(Date.parse(task.ended) - Date.parse(task.started))], ["CPU", cpu ? seconds(cpu) : null],
			["Memory", task.max_rss_kb ? `${Math.round(task.max_rss_kb / 1024)} MB at most` : null],
			["Attempts", task.attempts > 1 ? `${task.attempts}` : null], ["Reason", task.reason],
			["Exit", task.signal ? `signal ${task.signal}` : task.exit_code ? `${task.exit_code}` : null]].filter(([, value]) => value);
		this.facts.replaceChildren(...facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
	}

	#ask = soon(async () => {
		const id = this.#chosen, task = id === null ? null : await this.read(id);
		if (task && id === this.#chosen)
			this.#tell(task);
	}, 0);

	#tell(task) {
		const line = task.replay;
		this.said.replaceChildren(
			...line ? [make("p.replay", {}, make("code", {}, line), copyButton(() => line, "Copies the line that runs this task again"))] : [],
			make("h4", {}, "Log"),
			make("pre.log", { tabIndex: 0, ariaLabel: `Log of ${taskName(task)}` }, task.stderr?.trim() || "It said nothing."));
	}
}
