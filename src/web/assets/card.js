// card.js - a video in the list: poster, storyboard under the pointer, length, name, state, who and when.
// SPDX-License-Identifier: MIT
import { make, setText } from "./dom.js";
import { loadStoryboard, showTile } from "./storyboard.js";
import { ago, dateText, duration, isUnderWay, nameOf, percent, stateName, stateText } from "./words.js";

export class VideoCard {
	constructor(video) {
		this.image = make("img", { alt: "", loading: "lazy", decoding: "async", hidden: true });
		this.still = make("span.poster-words", { ariaHidden: "true" });
		this.tile = make("span.tile", { hidden: true });
		this.at = make("span.tile-at", { hidden: true });
		this.length = make("span.length");
		this.bar = make("progress", { max: 1, hidden: true });
		this.poster = make("div.poster", {}, this.still, this.image, this.tile, this.at, this.length);
		this.name = make("bdi");
		this.link = make("a", { href: `/videos/${encodeURIComponent(video.id)}` }, this.name);
		this.state = make("span.state");
		this.owner = make("bdi.owner");
		this.when = make("time");
		this.about = make("p.about", {}, this.state, this.owner, this.when);
		this.item = make("li.video", {}, this.poster, make("h3", {}, this.link), this.bar, this.about);
		this.item.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && this.#prepare());
		this.item.addEventListener("pointermove", (event) => this.#scrub(event));
		this.item.addEventListener("pointerleave", () => this.#leave());
		this.show(video);
	}

	show(video) {
		this.video = { ...this.video, ...video };
		const { urls, duration_ms: ms, state, owner, created } = this.video, underWay = isUnderWay(this.video);
		this.item.dataset.state = state;
		setText(this.name, nameOf(this.video));
		this.link.title = nameOf(this.video);
		setText(this.length, ms ? duration(ms) : "");
		setText(this.still, urls?.poster ? "" : state === "ready" ? "♪" : underWay && state !== "queued" ? percent(this.video.progress) : stateName(state));
		setText(this.state, state === "ready" ? "" : underWay ? stateText({ ...this.video, eta: null }) : stateName(state));
		this.state.title = state === "failed" ? this.video.detail || this.video.reason || "" : "";
		this.bar.hidden = !underWay;
		this.bar.value = this.video.progress || 0;
		this.bar.ariaLabel = `Progress of ${nameOf(this.video)}: ${percent(this.video.progress)}`;
		setText(this.owner, owner ?? "");
		this.tellAge();
		this.when.dateTime = created;
		this.when.title = dateText(created);
		if (urls?.poster && this.image.getAttribute("src") !== urls.poster) {
			this.image.src = urls.poster;
			this.image.hidden = false;
		}
	}

	tellAge() {
		setText(this.when, ago(this.video.created));
	}

	// What could not be had is tried again when the pointer comes again.
	async #prepare() {
		const url = this.video.urls?.storyboard;
		this.over = true;
		if (url && this.board?.from !== url)
			this.board = await loadStoryboard(url);
	}

	#scrub({ clientX, pointerType }) {
		if (!this.over || !this.board || pointerType !== "mouse")
			return;
		const { left, width } = this.poster.getBoundingClientRect();
		const share = Math.min(0.999, Math.max(0, (clientX - left) / width)), { tiles } = this.board;
		const tile = tiles[Math.floor(share * tiles.length)];
		showTile(this.tile, this.board, tile);
		this.tile.hidden = this.at.hidden = false;
		setText(this.at, duration(tile.from * 1000));
		this.poster.style.setProperty("--at", share);
	}

	#leave() {
		this.over = false;
		this.tile.hidden = this.at.hidden = true;
	}
}
