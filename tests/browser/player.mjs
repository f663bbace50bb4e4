// player.mjs - one media element in a page, with hls.js where the address is a playlist, dash.js where it is a manifest.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { pathIn } from "../lib/modules.mjs";
import { until } from "../lib/wait.mjs";
import { withPage } from "./chromium.mjs";

// They play from blob: addresses, which our own policy does not allow.
export function withPlayer(browser, server, tag, body) {
	return withPage(browser, server, { bypassCSP: true }, async (page) => {
		await page.goto("/videos/");
		await page.addScriptTag({ path: pathIn("hls.js", "dist/hls.min.js") });
		await page.addScriptTag({ path: pathIn("dashjs", "dist/modern/umd/dash.mediaplayer.min.js") });
		await page.evaluate((tag) => { document.body.innerHTML = `<${tag} preload="auto" controls></${tag}>`; }, tag);
		await body(new Player(page));
	});
}

export class Player {
	constructor(page) {
		this.page = page;
		this.element = page.locator("video, audio");
	}

	async open(url) {
		await this.element.evaluate((media, url) => {
			const errors = window.errors = [], log = window.levels = [];
			media.addEventListener("error", () => errors.push(`${media.error.code}: ${media.error.message}`));
			if (url.endsWith(".mpd")) {
				const dash = window.dash = dashjs.MediaPlayer().create();
				const most = { bufferTimeDefault: 300, bufferTimeAtTopQuality: 300, bufferTimeAtTopQualityLongForm: 300 };
				dash.updateSettings({ streaming: { buffer: { ...most, initialBufferLevel: 2 } } });
				dash.on(dashjs.MediaPlayer.events.ERROR, ({ error }) => errors.push(`${error.code}: ${error.message}`));
				dash.initialize(media, new URL(url, location).href, false);
				return;
			}
			if (!url.endsWith(".m3u8")) {
				media.src = url;
				return;
			}
			const hls = window.hls = new Hls({ maxBufferLength: 300, maxMaxBufferLength: 300, backBufferLength: Infinity, startLevel: 0 });
			// Error events too are a load that it gives up itself, to switch, and a machine too busy to draw what is there.
			// So is having to wait for the next chunk of a list that still grows.
			const waits = ({ details, fatal }) => hls.latestLevelDetails?.live && !fatal && /^buffer(Stalled|AppendNoProgress|NudgeOnStall)/.test(details);
			const harmless = (event) => event.details === "aborted" || waits(event) ||
				(event.details === "bufferStalledError" && event.bufferInfo?.len > 0.5);
			hls.on(Hls.Events.ERROR, (_, event) => {
				if (harmless(event))
					return;
				const at = media.currentTime, tell = () => errors.push(`${event.details}: ${event.error?.message}`);
				// A busy machine may be late with the next piece; at a hole nothing ever goes on.
				if (event.details === "bufferStalledError" && !event.fatal)
					setTimeout(() => media.currentTime !== at || tell(), 5000);
				else
					tell();
			});
			hls.on(Hls.Events.LEVEL_SWITCHED, (_, { level }) => log.push(level));
			hls.loadSource(url);
			hls.attachMedia(media);
		}, url);
	}

	// Until it can play.
	async load(url) {
		await this.open(url);
		await this.until((media) => media.readyState >= 3);
	}

	// Until `look`, called in the page, returns something truthy or an error has come.
	async until(look, argument) {
		await until(async () => (await this.#errors()).length || this.element.evaluate(look, argument), String(look), 90_000);
		await this.sound();
	}

	#errors() {
		return this.page.evaluate(() => window.errors ?? []);
	}

	async sound() {
		assert.deepEqual(await this.#errors(), []);
	}

	state() {
		return this.element.evaluate((media) => ({
			at: media.currentTime, seconds: media.duration, ended: media.ended, width: media.videoWidth, height: media.videoHeight,
			buffered: Array.from({ length: media.buffered.length }, (_, i) => [media.buffered.start(i), media.buffered.end(i)]),
			drawn: media.getVideoPlaybackQuality?.().totalVideoFrames, corrupt: media.getVideoPlaybackQuality?.().corruptedVideoFrames,
		}));
	}

	// Until so many frames were drawn: their count comes later than the clock, on a busy machine by much.
	async drawn(frames) {
		await this.until((media, frames) => media.getVideoPlaybackQuality().totalVideoFrames >= frames, frames);
		return this.state();
	}

	// All of it is here: the element's ranges are those that it keeps.  What it knows of the picture it may know a moment later.
	async loadAll(seconds) {
		await this.until(({ buffered, readyState }, seconds) => readyState > 0 && buffered.length && buffered.end(buffered.length - 1) >= seconds, seconds);
		return this.state();
	}

	async play(rate = 1) {
		await this.element.evaluate((media, rate) => {
			media.playbackRate = rate;
			return media.play();
		}, rate);
	}

	async playToEnd(rate) {
		await this.element.evaluate((media) => media.addEventListener("ended", () => { window.sawEnd = true; }));
		await this.play(rate);
		await this.until(() => window.sawEnd);
		return this.state();
	}

	// Resolves to the time of the frame that is shown then.
	seek(seconds) {
		return this.element.evaluate((media, seconds) => new Promise((resolve) => {
			media.requestVideoFrameCallback((_, { mediaTime }) => resolve(mediaTime));
			media.currentTime = seconds;
		}), seconds);
	}
}
