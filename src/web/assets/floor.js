// floor.js - the machine at work: a lane for each child that a responder may have, the last minutes as a tape that slides to
// the left, and beside it what runs now; behind them the queue, uploads that come in, and what the hour brought.
// SPDX-License-Identifier: MIT
import { getFloor } from "./api.js";
import { arrange, isolated, make, setText } from "./dom.js";
import { listen, soon } from "./live.js";
import { Tape } from "./tape.js";
import { bytes, duration, etaText, obstacle, percent, roughly, stateName, taskName } from "./words.js";

const LOOK_MS = 250;
const EVERY_MS = 5000;                  // uploads and the disk make no events
const root = document.getElementById("floor");
const link = ({ video, title }) => make("a", { href: `/videos/${video}` }, isolated(title || "untitled"));

/* What it is made of --------------------------------------------------------------------------- */

const figures = make("dl.figures"), lanes = make("div.floor-lanes"), queue = make("ol.floor-queue"), uploads = make("ul.floor-uploads");
const idle = make("p.empty"), waiting = make("p.faint");
const section = (title, ...children) => make("section", {}, make("h2", {}, title), ...children);
const queuePart = section("Queue", queue, waiting), uploadPart = section("Coming in", uploads);
const tape = new Tape();

/* Lanes ---------------------------------------------------------------------------------------- */

class Responder {
	constructor(number) {
		this.name = make("h2", {}, `Responder ${number}`);
		this.about = make("p.faint");
		this.slots = [];
		this.rows = make("div.slots");
		this.root = make("div.responder", {}, make("div.responder-head", {}, this.name, this.about), this.rows);
	}

	#slot(i) {
		if (!this.slots[i]) {
			const strip = make("div.strip"), now = make("div.now");
			this.slots[i] = { strip, now };
			this.rows.append(make("div.slot", {}, strip, now));
			tape.add(strip);
		}
		return this.slots[i];
	}

	// Running tasks keep their slot while they run.
	show(worker) {
		const { host, pid, nice, paused, trouble, tasks, slots } = worker;
		this.worker = worker;
		this.root.classList.toggle("gone", Boolean(worker.gone));
		setText(this.about, [host, `process ${pid}`, nice ? `nice ${nice}` : "", paused ? "paused" : "", worker.gone ? "is gone" : ""].filter(Boolean).join(" · "));
		this.about.classList.toggle("bad", Boolean(trouble || worker.gone));
		if (trouble)
			setText(this.about, trouble);
		const places = this.#places(tasks, slots);
		for (let i = 0; i < Math.max(places.length, slots, this.slots.length, 1); i++)
			this.#showSlot(this.#slot(i), places[i]);
	}

	#places(tasks, slots) {
		const places = new Array(Math.max(slots, tasks.length)).fill(undefined), homeless = [];
		for (const task of tasks) {
			const at = this.slots.findIndex(({ task: held }) => held === task.task);
			at >= 0 && at < places.length && !places[at] ? places[at] = task : homeless.push(task);
		}
		for (const task of homeless)
			places[places.findIndex((place) => !place)] = task;
		return places;
	}

	#showSlot(slot, task) {
		slot.now.classList.toggle("is-idle", !task);
		if (!task) {
			slot.task = null;
			slot.now.replaceChildren(make("span.faint", {}, this.worker.gone ? "" : "idle"));
			return;
		}
		if (slot.task !== task.task) {
			slot.task = task.task;
			slot.title = make("span.now-title", {}, link(task));
			slot.words = make("span.faint");
			slot.bar = make("progress", { max: 1, ariaLabel: `${taskName(task)} of ${task.title}` });
			slot.now.replaceChildren(slot.title, slot.words, slot.bar);
		}
		this.progress(slot, task);
	}

	progress(slot, task) {
		slot.bar.value = task.progress || 0;
		setText(slot.words, [taskName(task), percent(task.progress), task.fps ? `${Math.round(task.fps)} pictures/s` : ""].filter(Boolean).join(" · "));
	}
}

const responders = new Map();           // worker id -> its Responder
let numbered = 0;
let floor = null;

function stripOf(worker, task) {
	const responder = responders.get(worker);
	const slot = responder?.slots.find((one) => one.task === task) ?? responder?.slots.find((one) => tape.isFree(one.strip, task));
	return slot?.strip ?? responder?.slots[0]?.strip;
}

function showLanes(now) {
	const here = new Map(floor.workers.map((worker) => [worker.id, worker]));
	for (const [id, responder] of responders) {
		if (!here.has(id) && tape.isEmpty(responder.slots.map(({ strip }) => strip))) {
			responder.slots.forEach(({ strip }) => tape.drop(strip));
			responder.root.remove();
			responders.delete(id);
		} else if (!here.has(id)) {
			responder.show({ ...responder.worker, tasks: [], gone: true });
		}
	}
	for (const [id, worker] of here) {
		if (!responders.has(id)) {
			responders.set(id, new Responder(++numbered));
			lanes.append(responders.get(id).root);
		}
		responders.get(id).show(worker);
	}
	const running = floor.workers.flatMap(({ id, tasks }) => tasks.map((task) => ({ ...task, worker: id })));
	tape.show([...floor.recent.filter(({ worker, started }) => started && responders.has(worker)), ...running], stripOf, Date.parse(now));
	idle.hidden = responders.size > 0;
	setText(idle, "No responder is at work.");
}

/* The rest ------------------------------------------------------------------------------------- */

function showFigures() {
	const { hour, disk } = floor, speed = hour.cpu_s ? hour.media_s / hour.cpu_s : 0;
	const pairs = [["Videos", `${hour.videos}`, "in the last hour"], ["Film", duration((hour.media_s || 0) * 1000), speed ? `${speed.toFixed(1)} s for each second of CPU` : "in the last hour"],
		["Work", `${hour.tasks}`, `tasks, ${hour.cpu_s ? roughly(hour.cpu_s * 1000) : "no time"} of CPU`],
		["Disk", bytes(disk.free_bytes), disk.free_bytes < disk.floor_bytes ? "free: too little, no upload is taken" : `free, of which ${bytes(disk.floor_bytes)} stay free`]];
	figures.replaceChildren(...pairs.map(([name, value, words]) => make("div", {}, make("dt", {}, name), make("dd", {}, value), make("dd.faint", {}, words))));
}

const queueRows = new Map();            // video id -> its row's elements

function queueRow(entry) {
	const row = queueRows.get(entry.video) ?? { title: make("span.queue-title", {}, link(entry)), words: make("span.faint"),
		bar: make("progress", { max: 1, ariaLabel: `Progress of ${entry.title}` }) };
	row.item ??= make("li", {}, row.title, row.words, row.bar);
	queueRows.set(entry.video, row);
	showQueueRow(row, entry);
	return row.item;
}

function showQueueRow(row, entry) {
	const { state, progress, eta, place } = entry;
	row.bar.value = progress || 0;
	setText(row.words, [state === "queued" && place ? `waits, number ${place}` : `${stateName(state)} · ${percent(progress)}`, obstacle(entry), etaText(eta)]
		.filter(Boolean).join(" · "));
}

function showQueue() {
	arrange(queue, floor.queue.map(queueRow));
	for (const id of queueRows.keys())
		if (!floor.queue.some(({ video }) => video === id))
			queueRows.delete(id);
	setText(waiting, floor.tasks_queued ? `${floor.tasks_queued} ${floor.tasks_queued === 1 ? "task waits" : "tasks wait"}` : floor.queue.length ? "" : "Nothing waits.");
}

// How far an upload is, the database may not know.
const sizeText = (sent, whole) => [sent, whole].filter((n) => n != null).map(bytes).join(" of ");

function showUploads() {
	uploadPart.hidden = !floor.uploads.length;
	uploads.replaceChildren(...floor.uploads.map(({ filename, offset_bytes: sent, length_bytes: whole }) => make("li", {},
		make("span.queue-title", {}, isolated(filename || "untitled")), make("span.faint", {}, sizeText(sent, whole)),
		whole && sent != null ? make("progress", { max: whole, value: sent, ariaLabel: `Upload of ${filename}` }) : null)));
}

/* Live ----------------------------------------------------------------------------------------- */

const look = soon(async () => {
	if (document.hidden)
		return;
	floor = await getFloor();
	showFigures();
	showLanes(floor.now);
	showQueue();
	showUploads();
	root.ariaBusy = "false";
}, LOOK_MS);

function progress(data) {
	const row = queueRows.get(data.video);
	if (row)
		showQueueRow(row, data);
	for (const task of data.tasks)
		for (const responder of responders.values())
			for (const slot of responder.slots.filter(({ task: held }) => held === task.task))
				responder.progress(slot, task);
}

root.replaceChildren(figures, lanes, idle, make("div.floor-axis", { ariaHidden: "true" }, make("span", {}, "3 minutes ago"), make("span", {}, "now")), make("div.columns", {}, queuePart, uploadPart));
root.ariaBusy = "true";
listen("/api/events", { begin: look, video: look, task: look, worker: look, progress });
document.addEventListener("visibilitychange", look);
setInterval(look, EVERY_MS);
look();
