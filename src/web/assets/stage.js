// stage.js - the place of a player: its code comes with the first video that can be played.
// SPDX-License-Identifier: MIT
import { make } from "./dom.js";

const RETRY_MS = 5000;

export class Stage {
	#player = null;                 // a promise of it
	#isClosed = false;

	// isLazy: nothing of the video is loaded before somebody plays it
	constructor(element, { isLazy = false } = {}) {
		Object.assign(this, { element, isLazy });
	}

	get isUsed() {
		return this.#player !== null;
	}

	async show(video) {
		this.video = video;
		this.#player ??= import("./player.js").then(({ mountPlayer }) => this.#isClosed ? null : mountPlayer(this.element, this.video, this.isLazy));
		const mounted = this.#player, player = await mounted.catch(() => this.#missing(mounted));
		player?.update(this.video);
	}

	// A server that is away, or one with a new edition of the page, on which files have other names.
	#missing(failed) {
		if (this.#isClosed || this.#player !== failed)
			return;
		this.#player = null;
		this.element.replaceChildren(make("p.player-failed", { role: "status" }, "The player cannot be loaded. Should it not come soon, load this page again."));
		setTimeout(() => this.#isClosed || this.show(this.video), RETRY_MS);
	}

	async pause() {
		(await this.#player?.catch(() => null))?.media.pause();
	}

	async close() {
		this.#isClosed = true;
		(await this.#player?.catch(() => null))?.close();
	}
}
