// boxes.mjs - the boxes of MP4 files, read and changed without any code of ours in C.
// SPDX-License-Identifier: MIT

// [{ type, offset, size, head }] of the boxes from one byte to another.
export function boxes(bytes, from = 0, to = bytes.length) {
	const found = [];
	for (let at = from; at < to;) {
		let size = bytes.readUInt32BE(at), head = 8;
		if (size === 1)
			[size, head] = [Number(bytes.readBigUInt64BE(at + 8)), 16];
		if (size < head || at + size > to)
			throw new Error(`a box of ${size} bytes at ${at} of ${to}`);
		found.push({ type: bytes.toString("latin1", at + 4, at + 8), offset: at, size, head });
		at += size;
	}
	return found;
}

// The first box on a path, such as "moov trak tkhd".
export function find(bytes, path, from = 0, to = bytes.length) {
	const [type, ...rest] = path.split(" ");
	const box = boxes(bytes, from, to).find((one) => one.type === type);
	return box && rest.length ? find(bytes, rest.join(" "), box.offset + box.head, box.offset + box.size) : box;
}

// [{ offset, size, time, timeAt, samples, duration }] of each moof and its mdat between two bytes.
export function fragments(bytes, from = 0, to = bytes.length) {
	const found = [];
	for (const box of boxes(bytes, from, to)) {
		if (box.type === "mdat" && found.length)
			found.at(-1).size += box.size;
		if (box.type !== "moof")
			continue;
		const within = (path) => find(bytes, path, box.offset + 8, box.offset + box.size);
		const timeAt = within("traf tfdt").offset + 12;
		found.push({ offset: box.offset, size: box.size, timeAt, time: Number(bytes.readBigInt64BE(timeAt)),
			...readRun(bytes, within("traf tfhd"), within("traf trun")) });
	}
	return found;
}

// Of the duration of samples: the tfhd of ffmpeg has one, and the trun where they differ.
function readRun(bytes, tfhd, trun) {
	const flags = bytes.readUInt32BE(trun.offset + 8), samples = bytes.readUInt32BE(trun.offset + 12);
	const usual = bytes.readUInt32BE(tfhd.offset + 16);
	const width = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4;
	let at = trun.offset + 16 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0), duration = 0;
	for (let i = 0; i < samples; i++, at += width)
		duration += flags & 0x100 ? bytes.readUInt32BE(at) : usual;
	return { samples, duration };
}

// What comes before the first fragment.
export const initOf = (bytes) => bytes.subarray(0, fragments(bytes)[0].offset);

// An init segment with an edit list that starts at `mediaTime`.
export function withEdit(init, mediaTime) {
	const tkhd = find(init, "moov trak tkhd"), end = tkhd.offset + tkhd.size, edts = Buffer.alloc(36);
	edts.writeUInt32BE(36, 0);
	edts.write("edts", 4);
	edts.writeUInt32BE(28, 8);
	edts.write("elst", 12);
	edts.writeUInt32BE(1, 20);
	edts.writeInt32BE(mediaTime, 28);
	edts.writeUInt32BE(0x10000, 32);
	const made = Buffer.concat([init.subarray(0, end), edts, init.subarray(end)]);
	for (const path of ["moov", "moov trak"]) {
		const { offset, size } = find(init, path);
		made.writeUInt32BE(size + 36, offset);
	}
	return made;
}
