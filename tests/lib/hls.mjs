// hls.mjs - reads playlists (RFC 8216) strictly enough to notice a wrong one.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";

// "A=1,B=\"x,y\"" into { A: "1", B: "x,y" }.
function attributes(text) {
	return Object.fromEntries([...text.matchAll(/([A-Z0-9-]+)=("[^"]*"|[^,]*)/g)]
		.map(([, name, value]) => [name, value.replace(/^"|"$/g, "")]));
}

function lines(text) {
	const all = text.split("\n").filter(Boolean);
	assert.equal(all[0], "#EXTM3U");
	return all.slice(1);
}

const valueOf = (line) => line.slice(line.indexOf(":") + 1);

// { variants: [{ uri, BANDWIDTH, ... }], media: [{ URI, ... }] }
export function readMaster(text) {
	const variants = [], media = [];
	let pending = null;
	for (const line of lines(text)) {
		if (line.startsWith("#EXT-X-STREAM-INF:"))
			pending = attributes(valueOf(line));
		else if (line.startsWith("#EXT-X-MEDIA:"))
			media.push(attributes(valueOf(line)));
		else if (!line.startsWith("#"))
			variants.push({ ...pending, uri: line });
	}
	return { variants, media };
}

function toRange(text, last) {
	const [length, offset] = text.split("@").map(Number);
	return { length, offset: offset ?? last.offset + last.length };
}

// { target, ended, segments: [{ uri, seconds, range }], maps: [{ uri, range }] }; a range is { offset, length } or null.
export function readMedia(text) {
	const list = { target: 0, ended: false, segments: [], maps: [] };
	let seconds = 0, range = null, last = null;
	for (const line of lines(text)) {
		const value = valueOf(line);
		if (line.startsWith("#EXT-X-TARGETDURATION:")) list.target = Number(value);
		else if (line.startsWith("#EXT-X-ENDLIST")) list.ended = true;
		else if (line.startsWith("#EXTINF:")) seconds = parseFloat(value);
		else if (line.startsWith("#EXT-X-BYTERANGE:")) range = last = toRange(value, last);
		else if (line.startsWith("#EXT-X-MAP:")) {
			const map = attributes(value);
			list.maps.push({ uri: map.URI, range: map.BYTERANGE ? toRange(map.BYTERANGE) : null });
		} else if (!line.startsWith("#")) {
			list.segments.push({ uri: line, seconds, range });
			range = null;
		}
	}
	return list;
}
