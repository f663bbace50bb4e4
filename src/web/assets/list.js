// list.js - the videos, newest first, as far as they were scrolled to; live.  Pages are asked for by key, so the
// hundred-thousandth costs what the first does; what is out of sight is not laid out (content-visibility).
// SPDX-License-Identifier: MIT
import { getList, getVideo, nullIfGone } from "./api.js";
import { VideoCard } from "./card.js";
import { arrange, make } from "./dom.js";

const PAGE = 60;
const RETRY_MS = 2000;
const AGE_MS = 60_000;                  // "just now" is true for so long
const NEAR = "1200px";                  // from the end of the list: the next page is asked for

// As the server sorts them: by date, then by id.
const isOlder = (one, other) => one.created < other.created || (one.created === other.created && one.id < other.id);

export class VideoList {
	#cards = new Map();             // id -> its card, in the order of the page
	#next = null;
	#turn = 0;                      // of the filter: answers to an older one are dropped
	#loading = false;
	#reloading = false;
	#shown = null;                  // the filter of what is there
	#pending = new Map();           // id -> what is asked for already

	// options: list, status (elements), hides(id): whether it is shown elsewhere, hiding(): whether any is
	constructor({ list, status, hides, hiding }) {
		Object.assign(this, { list, status, hides, hiding });
		this.filter = { q: "", state: "" };
		setInterval(() => this.#cards.forEach((card) => card.tellAge()), AGE_MS);
		this.end = make("div.list-end");
		list.after(this.end);
		new IntersectionObserver((entries) => entries.some(({ isIntersecting }) => isIntersecting) && this.#more(),
			{ rootMargin: NEAR }).observe(this.end);
	}

	get #query() {
		return Object.fromEntries(Object.entries({ ...this.filter, limit: PAGE }).filter(([, value]) => value));
	}

	setFilter(filter) {
		this.filter = filter;
		return this.reload();
	}

	// Its first page anew, in place: rows that stay are kept, and so is what was scrolled to, so nothing jumps.
	async reload() {
		const turn = ++this.#turn;
		clearTimeout(this.retry);
		this.#reloading = true;
		this.list.ariaBusy = "true";
		try {
			const page = await getList(this.#query);
			if (turn !== this.#turn)
				return;
			this.#replace(page, this.#older(page));
			this.#say();
		} catch (error) {
			if (turn !== this.#turn)
				return;
			if (!this.#cards.size)
				this.#say(`The list cannot be read: ${error.message}`);
			this.retry = setTimeout(() => this.reload(), RETRY_MS);
		}
		this.#reloading = false;
		this.list.ariaBusy = "false";
		this.#fill();
	}

	// What goes on where the page ends.  Nothing, where another filter was shown, or where there is more between than a page.
	#older({ videos, next }) {
		const filter = JSON.stringify(this.filter), isSame = filter === this.#shown;
		this.#shown = filter;
		if (!next || !isSame)
			return [];
		const cards = [...this.#cards.values()], older = cards.filter(({ video }) => isOlder(video, videos.at(-1)));
		return older.length < cards.length ? older : [];
	}

	#replace({ videos, next }, older) {
		const before = this.#cards;
		this.#cards = new Map();
		for (const video of videos.filter(({ id }) => !this.hides(id))) {
			const card = before.get(video.id) ?? new VideoCard(video);
			card.show(video);
			this.#cards.set(video.id, card);
		}
		for (const card of older.filter(({ video: { id } }) => !this.hides(id)))
			this.#cards.set(card.video.id, card);
		if (!older.length)
			this.#next = next;
		arrange(this.list, [...this.#cards.values()].map(({ item }) => item));
	}

	async #more() {
		if (!this.#next || this.#loading || this.#reloading)
			return;
		const turn = this.#turn;
		this.#loading = true;
		try {
			const page = await getList({ ...this.#query, before: this.#next });
			if (turn === this.#turn) {
				this.#next = page.next;
				for (const video of page.videos)
					this.#append(video);
			}
		} catch (error) {
			this.#say(`Older videos cannot be read: ${error.message}`);
			setTimeout(() => this.#fill(), 5000);
			this.#loading = false;
			return;
		}
		this.#loading = false;
		this.#fill();
	}

	// A page may be shorter than the screen.
	#fill() {
		requestAnimationFrame(() => {
			if (this.end.getBoundingClientRect().top < innerHeight + parseInt(NEAR, 10))
				this.#more();
		});
	}

	#append(video) {
		if (this.#cards.has(video.id) || this.hides(video.id))
			return;
		const card = new VideoCard(video);
		this.#cards.set(video.id, card);
		this.list.append(card.item);
	}

	#fits(video) {
		const has = (text) => (text ?? "").toLowerCase().includes(this.filter.q.toLowerCase());
		return (!this.filter.state || video.state === this.filter.state) && !this.hides(video.id) &&
			(!this.filter.q || [video.title, video.filename, video.owner].some(has));
	}

	// A change of one video: it is asked for again, once at a time, and put where it belongs.
	async changed(id) {
		if (this.#pending.has(id)) {
			this.#pending.set(id, true);
			return;
		}
		this.#pending.set(id, false);
		const video = await getVideo(id).catch(nullIfGone).catch(() => undefined);
		const again = this.#pending.get(id);
		this.#pending.delete(id);
		if (video !== undefined)
			this.#place(id, video);
		else
			setTimeout(() => this.changed(id), RETRY_MS);
		if (again)
			this.changed(id);
	}

	#place(id, video) {
		const card = this.#cards.get(id);
		if (!video || !this.#fits(video)) {
			card?.item.remove();
			this.#cards.delete(id);
		} else if (card) {
			card.show(video);
		} else {
			this.#insert(video);
		}
		this.#say();
	}

	// By its date; what is older than what was scrolled to comes with its page.
	#insert(video) {
		const after = [...this.#cards.values()].find((card) => isOlder(card.video, video));
		if (!after && this.#next)
			return;
		const card = new VideoCard(video);
		this.#cards.set(video.id, card);
		this.list.insertBefore(card.item, after?.item ?? null);
	}

	progress(data) {
		const card = this.#cards.get(data.video);
		if (card && card.video.state === data.state)
			card.show({ progress: data.progress, place: data.place, eta: data.eta });
	}

	remove(id) {
		this.#cards.get(id)?.item.remove();
		this.#cards.delete(id);
		this.#say();
	}

	#say(problem = "") {
		const empty = !this.#cards.size && !this.#next && !this.hiding(), filtered = this.filter.q || this.filter.state;
		this.status.classList.toggle("bad", Boolean(problem));
		this.status.hidden = !problem && !empty;
		this.status.textContent = problem || (filtered ? "No video is like that." : "Nothing here yet. What you drop on this page comes here.");
	}
}
