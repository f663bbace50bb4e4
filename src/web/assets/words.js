// words.js - puts numbers, times and videos into words.  Touches no page.
// SPDX-License-Identifier: MIT

const UNDER_WAY = new Set(["queued", "probing", "encoding", "publishing"]);

export const isUnderWay = ({ state }) => UNDER_WAY.has(state);
export const nameOf = (video) => video.title || video.filename || "untitled";
export const percent = (fraction) => `${Math.floor((fraction || 0) * 100)} %`;

// 3723000 ms: "1:02:03"
export function duration(ms) {
	const seconds = Math.round(ms / 1000);
	const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
	if (!parts[0])
		parts.shift();
	return parts.map((n, i) => i ? String(n).padStart(2, "0") : n).join(":");
}

export function bytes(n) {
	const units = ["B", "kB", "MB", "GB", "TB"];
	let i = 0;
	for (; n >= 999.5 && i < units.length - 1; i++)
		n /= 1000;
	return `${n < 10 && i ? n.toFixed(1) : Math.round(n)} ${units[i]}`;
}

export const bitrate = (bps) => bps >= 999_500 ? `${(bps / 1e6).toFixed(1)} Mbit/s` : `${Math.round(bps / 1000)} kbit/s`;

// A span that is not known to the second: "8 s", "3 min", "2 h 10 min"
export function roughly(ms) {
	const s = Math.max(1, Math.round(ms / 1000));
	if (s < 58)
		return `${s < 20 ? s : Math.round(s / 5) * 5} s`;
	const minutes = Math.round(s / 60);
	return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${minutes % 60} min` : ""}`;
}

// "about 40 s left", "1 to 3 min left"
export function etaText(eta) {
	if (!eta)
		return "";
	const [low, high] = [roughly(eta.low_ms), roughly(eta.high_ms)];
	if (low === high)
		return `about ${low} left`;
	const [from, unit] = low.split(" "), [, other] = high.split(" ");
	return `${unit === other && low.split(" ").length === 2 ? from : low} to ${high} left`;
}

const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const STEPS = [[60, "second"], [3600, "minute"], [86400, "hour"], [604800, "day"]];

// "3 minutes ago", "yesterday", "4 Mar 2026"
export function ago(iso, now = Date.now()) {
	const s = Math.max(0, (now - Date.parse(iso)) / 1000);
	if (s < 60)
		return "just now";
	const step = STEPS.findIndex(([most]) => s < most);
	if (step < 0)
		return new Date(iso).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
	return RELATIVE.format(-Math.max(1, Math.floor(s / (STEPS[step - 1]?.[0] ?? 1))), STEPS[step][1]);
}

export const dateText = (iso) =>
	new Date(iso).toLocaleString("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });

const STATES = {
	queued: "Waiting", probing: "Reading the file", encoding: "Encoding", publishing: "Publishing",
	ready: "Ready", failed: "Failed", cancelled: "Cancelled", deleting: "Being deleted",
};

export const stateName = (state) => STATES[state] ?? state;

// Why nothing is done for a video, where it does not wait for its turn alone: something is paused, no worker can work, the disk is full.
export const obstacle = ({ what }) => what?.match(/^\w+: (?!waits for (?!space)|retries)(.+)/)?.[1] ?? "";

// What is going on, in a line: "Encoding · 42 % · about 40 s left"
export function stateText(video) {
	const parts = [stateName(video.state)];
	if (video.state === "failed")
		parts.push(video.detail || video.reason);
	else if (video.state === "queued" && video.place)
		parts.push(video.place === 1 ? "next in the queue" : `number ${video.place} in the queue`);
	else if (isUnderWay(video))
		parts.push(percent(video.progress));
	if (isUnderWay(video))
		parts.push(obstacle(video), etaText(video.eta));
	return parts.filter(Boolean).join(" · ");
}

const KINDS = {
	probe: "Reading the file", scan: "Looking through it", chunk: "Chunk", audio: "Sound", subtitle: "Subtitles", poster: "Poster",
	storyboard: "Storyboard", digest: "Checksum", assemble: "Putting together",
};

export function taskName({ kind, seq }) {
	if (kind === "chunk")
		return `Chunk ${seq + 1}`;
	if (kind === "audio" && seq < 0)
		return "Sound, its beginning";
	return `${KINDS[kind] ?? kind}${["audio", "subtitle"].includes(kind) && seq > 0 ? ` ${seq + 1}` : ""}`;
}
