// player.js - plays a video: hls.js feeds it, media-chrome's elements control it.  Loaded when a player shows.
// It begins while the video is still encoded; its playlists grow then.
// SPDX-License-Identifier: MIT
import Hls from "hls.js";
import "media-chrome/dist/media-controller.js";
import "media-chrome/dist/media-control-bar.js";
import "media-chrome/dist/media-fullscreen-button.js";
import "media-chrome/dist/media-loading-indicator.js";
import "media-chrome/dist/media-mute-button.js";
import "media-chrome/dist/media-pip-button.js";
import "media-chrome/dist/media-play-button.js";
import "media-chrome/dist/media-preview-thumbnail.js";
import "media-chrome/dist/media-preview-time-display.js";
import "media-chrome/dist/media-time-display.js";
import "media-chrome/dist/media-time-range.js";
import "media-chrome/dist/media-volume-range.js";
import { icon, make } from "./dom.js";
import { nameOf } from "./words.js";

const HLS_TYPE = "application/vnd.apple.mpegurl";
const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];
const CAPTION_LINE = -4;         // from below
const AGAIN_MS = 3000;
const LOADS_MOST = 8;            // that fail one after the other
const DECODES_MOST = 3, DECODES_OVER_MS = 60_000;
const SLIDERS = "M3 6h6M13 6h4M3 14h2M9 14h8M11 3.8v4.4M7 11.8v4.4";

const labelled = (words, select) => make("label", {}, make("span", {}, words), select);
const choice = (words) => make("select", { ariaLabel: words, keysused: "ArrowUp ArrowDown ArrowLeft ArrowRight Space Enter k m f c" });

function fill(select, options, chosen) {
	select.replaceChildren(...options.map(([value, words]) => make("option", { value: String(value) }, words)));
	select.value = String(chosen);
	select.parentElement.hidden = options.length < 2;
}

class Player {
	#ends = new AbortController();
	#timer = 0;
	#failedLoads = 0;
	#failedDecodes = [];            // when

	// isLazy: but for its poster nothing is loaded before it is played
	constructor(place, video, isLazy) {
		Object.assign(this, { video, isLazy });
		this.level = -1;                // as chosen; -1: hls.js chooses
		this.media = make("video", { slot: "media", playsInline: true, preload: isLazy ? "none" : "metadata" });
		this.root = make("media-controller.player", { defaultstreamtype: "on-demand" }, this.media,
			make("media-loading-indicator", { slot: "centered-chrome", noautohide: true }), ...this.#controls());
		if (isLazy && video.duration_ms)
			this.root.setAttribute("defaultduration", video.duration_ms / 1000);
		this.root.setAttribute("aria-label", `Player: ${nameOf(video)}`);
		if (!video.width && video.state === "ready")
			this.root.setAttribute("audio", "");
		this.#tellPoster();
		place.replaceChildren(this.root);
		this.#open();
	}

	#controls() {
		this.gear = make("button.player-gear", { type: "button", ariaLabel: "Settings", ariaExpanded: "false", title: "Settings", keysused: "Space Enter" },
			icon(SLIDERS));
		this.quality = choice("Quality");
		this.sound = choice("Sound");
		this.captions = choice("Captions");
		this.speed = choice("Speed");
		this.menu = make("div.player-menu", { hidden: true, role: "group", ariaLabel: "Settings" }, labelled("Quality", this.quality),
			labelled("Sound", this.sound), labelled("Captions", this.captions), labelled("Speed", this.speed));
		fill(this.speed, SPEEDS.map((speed) => [speed, speed === 1 ? "Normal" : `${speed} ×`]), 1);
		for (const select of [this.quality, this.sound, this.captions])
			select.parentElement.hidden = true;
		this.#listenToMenu();
		const preview = [make("media-preview-thumbnail", { slot: "preview" }), make("media-preview-time-display", { slot: "preview" })];
		return [this.menu, make("media-control-bar.player-line", {}, make("media-time-range", {}, ...preview)),
			make("media-control-bar.player-bar", {}, make("media-play-button"), make("media-mute-button"), make("media-volume-range"),
				make("media-time-display", { showduration: true, notoggle: true, ariaHidden: "true" }), make("span.player-gap"), this.gear,
				make("media-pip-button"), make("media-fullscreen-button"))];
	}

	#listenToMenu() {
		const open = (is) => {
			this.menu.hidden = !is;
			this.gear.ariaExpanded = String(is);
		};
		this.gear.addEventListener("click", () => open(this.menu.hidden));
		this.menu.addEventListener("keydown", (event) => {
			if (event.key === "Escape") {
				open(false);
				this.gear.focus();
			}
		});
		document.addEventListener("click", ({ target }) => !this.root.contains(target) && open(false), this.#ends);
		this.media.addEventListener("click", () => open(false));
		this.quality.addEventListener("change", () => { this.hls.nextLevel = this.level = Number(this.quality.value); });
		this.sound.addEventListener("change", () => { this.hls.audioTrack = Number(this.sound.value); });
		this.captions.addEventListener("change", () => { this.hls.subtitleTrack = Number(this.captions.value); });
		this.speed.addEventListener("change", () => { this.media.playbackRate = Number(this.speed.value); });
	}

	#open() {
		const { hls, mp4 } = this.video.urls;
		if (Hls.isSupported())
			this.#openHls(hls);
		else
			this.media.src = this.media.canPlayType(HLS_TYPE) ? hls : mp4 ?? "";
	}

	// A list that still grows is played from its start, as what it is: the beginning of a film.
	#openHls(url) {
		const hls = this.hls = new Hls({ startPosition: 0, liveDurationInfinity: false, liveMaxLatencyDurationCount: Infinity, liveSyncDurationCount: 1,
			maxLiveSyncPlaybackRate: 1, enableWorker: false, backBufferLength: 60 });
		hls.on(Hls.Events.MANIFEST_PARSED, () => {
			this.#fillQuality();
			this.#tellStoryboard();
		});
		hls.on(Hls.Events.LEVEL_SWITCHED, () => this.#fillQuality());
		hls.on(Hls.Events.AUDIO_TRACKS_UPDATED, () => this.#fillTracks());
		hls.on(Hls.Events.AUDIO_TRACK_SWITCHED, () => this.#fillTracks());
		hls.on(Hls.Events.SUBTITLE_TRACKS_UPDATED, () => this.#fillTracks());
		hls.on(Hls.Events.SUBTITLE_TRACK_SWITCH, () => this.#fillTracks());
		hls.on(Hls.Events.SUBTITLE_FRAG_PROCESSED, () => this.#liftCaptions());
		hls.on(Hls.Events.FRAG_BUFFERED, () => { this.#failedLoads = 0; });
		hls.on(Hls.Events.ERROR, (_, error) => error.fatal && this.#recover(error));
		hls.attachMedia(this.media);
		if (this.isLazy)
			this.media.addEventListener("play", () => hls.loadSource(url), { once: true, signal: this.#ends.signal });
		else
			hls.loadSource(url);
	}

	#recover({ type, details }) {
		if (details === Hls.ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR)
			this.#giveUp("This browser plays none of the formats that this video was made in.", false);
		else if (type === Hls.ErrorTypes.MEDIA_ERROR)
			this.#decodeAgain();
		else
			this.#loadAgain(details);
	}

	#decodeAgain() {
		const now = Date.now();
		this.#failedDecodes = [...this.#failedDecodes.filter((at) => now - at < DECODES_OVER_MS), now];
		if (this.#failedDecodes.length > DECODES_MOST)
			this.#giveUp("This browser cannot decode this video.");
		else
			this.hls.recoverMediaError();
	}

	#loadAgain(details) {
		if (++this.#failedLoads > LOADS_MOST) {
			this.#giveUp("This video cannot be loaded.");
			return;
		}
		const load = details === Hls.ErrorDetails.MANIFEST_LOAD_ERROR ? () => this.hls.loadSource(this.video.urls.hls)
			: () => this.hls.startLoad(this.media.currentTime);
		this.#timer = setTimeout(load, AGAIN_MS);
	}

	#giveUp(words, again = true) {
		this.#stop();
		const retry = make("button.small", { type: "button", onclick: () => this.#begin() }, "Try again");
		this.failure = make("div.player-failed", {}, make("p", { role: "alert" }, words), this.file = make("p"), again ? make("p", {}, retry) : null);
		this.root.replaceWith(this.failure);
		this.#offerFile();
	}

	// One MP4 there is, once the video is ready.
	#offerFile() {
		const { mp4 } = this.video.urls;
		if (this.failure && mp4 && !this.file.firstChild)
			this.file.append(make("a", { href: mp4 }, "Open it as one MP4 file"));
	}

	#begin() {
		this.#failedLoads = 0;
		this.#failedDecodes = [];
		this.failure.replaceWith(this.root);
		this.failure = null;
		this.isLazy = false;
		this.#open();
	}

	#fillQuality() {
		const { levels, currentLevel, autoLevelEnabled } = this.hls;
		const side = ({ width, height }) => Math.min(width, height) || 0;
		const codecs = new Set(levels.map(({ videoCodec }) => videoCodec?.split(".")[0]));
		const words = (level) => `${side(level)}p${codecs.size > 1 ? ` ${level.videoCodec.split(".")[0]}` : ""}`;
		const now = levels[currentLevel], auto = `Auto${now && autoLevelEnabled ? ` (${words(now)})` : ""}`;
		const sorted = levels.map((level, i) => [i, words(level), side(level)]).sort((a, b) => b[2] - a[2]);
		fill(this.quality, [[-1, auto], ...sorted], autoLevelEnabled ? -1 : this.level);
		this.quality.parentElement.hidden = levels.length < 2 || !levels[0].width;
	}

	#fillTracks() {
		const { audioTracks, audioTrack, subtitleTracks, subtitleTrack } = this.hls;
		const words = ({ name, lang }, i) => name || lang || `Track ${i + 1}`;
		fill(this.sound, audioTracks.map((track, i) => [i, words(track, i)]), audioTrack);
		fill(this.captions, [[-1, "Off"], ...subtitleTracks.map((track, i) => [i, words(track, i)])], subtitleTrack);
	}

	// Captions that do not say where they stand are shown above the controls.
	#liftCaptions() {
		for (const { kind, cues } of this.media.textTracks)
			for (const cue of kind === "metadata" ? [] : cues ?? [])
				cue.line = cue.line === "auto" ? CAPTION_LINE : cue.line;
	}

	#tellPoster() {
		const { poster } = this.video.urls;
		if (poster && this.media.getAttribute("poster") !== poster)
			this.media.poster = poster;
		const { width, height } = this.video;
		if (width && height)
			this.root.style.setProperty("--ratio", `${width} / ${height}`);
	}

	// After the manifest: hls.js empties what tracks there are when it begins to load one.
	#tellStoryboard() {
		const { storyboard } = this.video.urls;
		if (storyboard && !this.media.querySelector("track") && this.hls?.levels.length)
			this.media.append(make("track", { kind: "metadata", label: "thumbnails", src: storyboard, default: true }));
	}

	// What is known of the video by now.
	update(video) {
		this.video = { ...this.video, ...video };
		if (!this.video.urls)
			return;
		this.#tellPoster();
		this.#tellStoryboard();
		this.#offerFile();
	}

	#stop() {
		clearTimeout(this.#timer);
		this.hls?.destroy();
		this.hls = null;
	}

	close() {
		this.#stop();
		this.#ends.abort();
		this.media.removeAttribute("src");
		this.media.load();
		this.root.remove();
		this.failure?.remove();
	}
}

export const mountPlayer = (place, video, isLazy) => new Player(place, video, isLazy);
