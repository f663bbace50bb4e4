// list.js - the videos, newest first, as far as they were scrolled to; live.  Pages are asked for by key, so the
// hundred-thousandth costs what the first does; what is out of sight is not laid out (content-visibility).
// SPDX-License-Identifier: MIT
import { cursorOf, getList, getVideo, nullIfGone } from "./api.js";
import { VideoCard } from "./card.js";
import { arrange, make } from "./dom.js";
import { soon, sparing } from "./live.js";

const PAGE = 60;
const KEPT = 3 * PAGE;                  // below the window; what goes on behind them may be dropped
const GAP = 10 * PAGE;                  // so many that came meanwhile do not make the list begin at its top again
const MANY = 20;                        // changes at one time: the list is read, and not each video
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
	#isStale = false;               // also what is behind the first page
	#changed = new Set();           // ids that have to be asked for

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

	// Its first page anew, in place: rows that stay are kept, and so is what was scrolled to, so nothing jumps.  With `isAnew`
	// that is read anew too.
	reload(isAnew = false) {
		this.#isStale ||= isAnew;
		return this.reading = this.#reload();
	}

	async #reload() {
		const turn = ++this.#turn;
		clearTimeout(this.retry);
		this.#reloading = true;
		this.list.ariaBusy = "true";
		try {
			const page = await this.#read(turn);
			if (turn !== this.#turn)
				return;
			this.#replace(page, this.#older(page));
			this.#isStale = false;
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
		this.#trim();
		this.#fill();
	}

	get #isSame() {
		return JSON.stringify(this.filter) === this.#shown;
	}

	// The first page, and where all is stale as many as it takes to what was scrolled to.
	async #read(turn) {
		const query = this.#query, last = [...this.#cards.values()].at(-1)?.video, most = this.#cards.size + GAP;
		let { videos, next } = await getList(query);
		while (turn === this.#turn && this.#isStale && this.#isSame && last && next && isOlder(last, videos.at(-1)) && videos.length < most) {
			const page = await getList({ ...query, before: next });
			videos = [...videos, ...page.videos];
			next = page.next;
		}
		return { videos, next };
	}

	// What goes on where the page ends.  Nothing, where another filter was shown, or where there is more between than a page.
	#older({ videos, next }) {
		const isKept = next && this.#isSame && !this.#isStale;
		this.#shown = JSON.stringify(this.filter);
		if (!isKept)
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
				this.#say();
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

	// A tab may be open for weeks, and each new video comes in at the top: what is far below the window comes again with its page.
	#trim() {
		const cards = [...this.#cards.values()], far = cards.at(-KEPT - PAGE);
		if (this.#loading || !far || far.item.getBoundingClientRect().top < innerHeight)
			return;
		const first = cards.findIndex(({ item }) => item.getBoundingClientRect().top >= innerHeight), dropped = cards.splice(first + KEPT);
		for (const { item, video } of dropped) {
			item.remove();
			this.#cards.delete(video.id);
		}
		this.#next = cursorOf(cards.at(-1).video);
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

	// A change of one video: it is asked for again, and put where it belongs.
	changed(id) {
		this.#changed.add(id);
		this.#catchUp();
	}

	// One after the other, and none while the list is read: what that brings may be older.
	#catchUp = soon(async () => {
		for (let [id] = this.#changed; id; [id] = this.#changed) {
			await this.reading;
			if (this.#changed.size > MANY) {
				this.#reloadAll();
				return;
			}
			this.#changed.delete(id);
			try {
				this.#place(id, await getVideo(id).catch(nullIfGone));
			} catch (error) {
				this.#changed.add(id);
				throw error;
			}
		}
	}, 0);

	#reloadAll = soon(() => {
		this.#changed.clear();
		return this.reload(true);
	}, 0, sparing);

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
		const before = [...this.#cards].filter(([, card]) => !isOlder(card.video, video)), after = [...this.#cards].slice(before.length);
		if (!after.length && this.#next)
			return;
		const card = new VideoCard(video);
		this.#cards = new Map([...before, [video.id, card], ...after]);
		this.list.insertBefore(card.item, after[0]?.[1].item ?? null);
		this.#trim();
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
