// storyboard.js - the small pictures of a video: WebVTT whose cues name parts of a JPEG (media fragments, #xywh=).
// SPDX-License-Identifier: MIT

const seconds = (stamp) => stamp.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);

// Resolves to { from: url, tiles: [{ from, to (seconds), x, y, w, h }], url (of the picture), wide, high }, or to null where it
// cannot be had at the moment.
export const loadStoryboard = (url) => read(url).catch(() => null);

async function read(url) {
	const cue = /([\d:.]+) --> ([\d:.]+)[^\n]*\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)/g;
	const answer = await fetch(url), text = answer.ok ? await answer.text() : "";
	const cues = [...text.replace(/\r/g, "").matchAll(cue)];
	if (!cues.length)
		return null;
	const image = new Image();
	image.src = new URL(cues[0][3], new URL(url, location)).href;
	await image.decode();
	const tiles = cues.map(([, from, to, , ...box]) => {
		const [x, y, w, h] = box.map(Number);
		return { from: seconds(from), to: seconds(to), x, y, w, h };
	});
	return { from: url, tiles, url: image.src, wide: image.naturalWidth, high: image.naturalHeight };
}

// Draws a tile over the whole of an element, as its background.
export function showTile(element, board, { x, y, w, h }) {
	const part = (at, size, whole) => whole > size ? `${(100 * at) / (whole - size)}%` : "0";
	Object.assign(element.style, {
		backgroundImage: `url("${board.url}")`, backgroundSize: `${(100 * board.wide) / w}% ${(100 * board.high) / h}%`,
		backgroundPosition: `${part(x, w, board.wide)} ${part(y, h, board.high)}`, aspectRatio: `${w} / ${h}`,
	});
}
