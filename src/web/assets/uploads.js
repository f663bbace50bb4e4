// uploads.js - the cards of files on their way: from the first byte to the player.
// SPDX-License-Identifier: MIT
import { getVideo, nullIfGone } from "./api.js";
import { isolated, make, setLine, setText } from "./dom.js";
import { soon } from "./live.js";
import { Stage } from "./stage.js";
import { Transfer, forget, unfinished } from "./transfer.js";
import { bytes, duration, isUnderWay, nameOf, roughly, stateName, stateText } from "./words.js";

const AT_ONCE = 2;                      // files that are sent at one time; the others wait
const SENDING = new Set(["sending", "storing", "offline"]);
const LOST = new Set(["waiting", ...SENDING]);          // what ends when the page is left
const FINISHED_HIDE = new Set(["done", "failed"]);

// What is said of a state aloud, once: lines change many times a second.
const NEWS = { waiting: "waits", sending: "is being sent", paused: "is paused", offline: "is interrupted, and tried again", storing: "is being stored",
	done: "is stored", failed: "is not uploaded" };

class Card {
	constructor(transfer, owner) {
		this.transfer = transfer;
		this.owner = owner;
		this.title = make("h3.card-title", {}, make("bdi", {}, transfer.file.name));
		this.line = make("p.card-line");
		this.news = make("p.unseen", { role: "status" });       // for screen readers
		this.bar = make("progress", { max: 1, value: 0, ariaLabel: `Progress of ${transfer.file.name}` });
		this.toggle = make("button.small", { type: "button", onclick: () => this.#toggle() }, "Pause");
		this.away = make("button.small.plain", { type: "button", onclick: () => this.#remove() }, "Remove");
		this.actions = make("div.card-actions", {}, this.toggle, this.away);
		this.place = make("div.card-stage", { hidden: true });
		this.stage = new Stage(this.place, { isLazy: true });
		this.item = make("li.upload", {}, make("div.card-head", {}, this.title, this.actions), this.bar, this.line, this.news, this.place);
		transfer.addEventListener("change", () => this.#show());
		this.look = soon(() => this.#look());
		this.#show();
	}

	#toggle() {
		const { state } = this.transfer;
		state === "sending" || state === "waiting" ? this.transfer.pause() : this.transfer.resume();
	}

	#remove() {
		if (!FINISHED_HIDE.has(this.transfer.state))
			this.transfer.remove();
		this.isGone = true;
		this.stage.close();
		this.item.remove();
		this.owner.dropped(this);
	}

	#words() {
		const { file, sent, speed, leftMs, problem, state } = this.transfer;
		const share = `${bytes(sent)} of ${bytes(file.size)}`;
		switch (state) {
		case "waiting": return `${sent ? share : bytes(file.size)} · waits for the files before it`;
		case "paused": return `${share} · paused`;
		case "offline": return `${share} · ${problem ? `${problem.replace(/\.$/, "")}; it is tried again` : "the connection is away; it goes on when it is back"}`;
		case "storing": return `${bytes(file.size)} · storing it safely`;
		case "failed": return `Not uploaded: ${problem}`;
		case "sending": return [share, speed ? `${bytes(speed)}/s` : "", leftMs ? `${roughly(leftMs)} left` : ""].filter(Boolean).join(" · ");
		default: return "Stored · waits for its first look";
		}
	}

	#show() {
		const { state, sent, file, video } = this.transfer, isNews = this.item.dataset.state !== state;
		this.item.dataset.state = state;
		this.bar.value = file.size ? sent / file.size : 0;
		setText(this.toggle, state === "paused" ? "Resume" : state === "offline" ? "Try now" : state === "failed" ? "Try again" : "Pause");
		this.toggle.hidden = ["storing", "done"].includes(state);
		this.bar.hidden = state === "failed";
		this.line.classList.toggle("bad", state === "failed");
		setText(this.away, FINISHED_HIDE.has(state) ? "Hide" : "Remove");
		setText(this.line, this.#words());
		if (state === "done" && !this.id) {
			this.id = video.id;
			this.owner.stored(this);
			this.look();
		}
		if (FINISHED_HIDE.has(state) || ["paused", "waiting"].includes(state) || this.transfer.isResting)
			this.owner.next();
		if (!isNews)
			return;
		setText(this.news, `${file.name} ${NEWS[state]}`);
		this.owner.changed();
	}

	gone() {
		this.#remove();
	}

	async #look() {
		if (this.isGone)
			return;
		const video = await getVideo(this.id).catch(nullIfGone);
		if (video)
			this.showVideo(video);
		else
			this.#remove();
	}

	showVideo(video) {
		this.video = { ...this.video, ...video };
		const link = make("a", { href: `/videos/${this.id}` }, make("bdi", {}, nameOf(this.video)));
		if (this.title.textContent !== link.textContent || !this.title.querySelector("a"))
			this.title.replaceChildren(link);
		const isNews = this.item.dataset.state !== this.video.state;
		this.item.dataset.state = this.video.state;
		this.bar.hidden = !isUnderWay(this.video);
		this.bar.value = this.video.progress || 0;
		const length = this.video.duration_ms && !isUnderWay(this.video) ? duration(this.video.duration_ms) : "";
		this.line.classList.toggle("bad", this.video.state === "failed");
		setLine(this.line, this.video.state === "failed" ? ["Failed", isolated(this.video.detail || this.video.reason || "")] : [stateText(this.video), length]);
		if (isNews)
			setText(this.news, `${nameOf(this.video)}: ${stateName(this.video.state)}`);
		if (!this.video.urls?.hls)
			return;
		this.place.hidden = false;
		this.stage.show(this.video);
	}
}

export class Uploads {
	#cards = [];

	// list: the element that takes the cards; stored(id): a video is there; changed(): a file began, ended, or stopped
	constructor(list, { stored, changed }) {
		Object.assign(this, { list, changed, whenStored: stored });
		addEventListener("online", () => this.wake());
		addEventListener("beforeunload", (event) => this.#cards.some(({ transfer }) => LOST.has(transfer.state)) && event.preventDefault());
	}

	get urls() {
		return new Set(this.#cards.map(({ transfer }) => transfer.url));
	}

	add(files) {
		for (const file of files) {
			const card = new Card(new Transfer(file), this);
			this.#cards.push(card);
			this.list.append(card.item);
		}
		this.next();
	}

	// The network or the server is back.
	wake() {
		this.#cards.forEach(({ transfer }) => transfer.wake());
	}

	next() {
		const sending = this.#cards.filter(({ transfer }) => SENDING.has(transfer.state) && !transfer.isResting).length;
		this.#cards.filter(({ transfer }) => transfer.state === "waiting").slice(0, Math.max(0, AT_ONCE - sending))
			.forEach(({ transfer }) => transfer.start());
	}

	stored(card) {
		this.whenStored(card.id);
	}

	dropped(card) {
		this.#cards = this.#cards.filter((other) => other !== card);
		if (card.id)
			this.whenStored(null);
		this.changed();
		this.next();
	}

	get any() {
		return this.#cards.length > 0;
	}

	card(id) {
		return this.#cards.find((card) => card.id === id);
	}

	// After a lost stream.
	lookAtAll() {
		this.#cards.forEach((card) => card.id && card.look());
	}
}

// What this browser began and did not end, but for `mine`: its file has to be chosen again, which only a person can do.
export function showUnfinished(element, mine) {
	const files = unfinished(mine);
	element.hidden = !files.length;
	element.replaceChildren(...files.map(({ key, name, size }) => make("li", {},
		make("span", {}, make("bdi", {}, name), ` (${bytes(size)}) was not sent completely. Choose it again, and it goes on where it ended.`),
		make("button.small.plain", { type: "button", onclick: () => { forget(key); showUnfinished(element, mine); } }, "Forget it"))));
}
