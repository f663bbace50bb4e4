// paff.mjs - H.264 whose pictures are fields, which no encoder here makes: flat greys as they are (I_PCM), one level a field.
// SPDX-License-Identifier: MIT
const SIDE = 64, MACROBLOCK = 384, GOP = 25;

class Bits {
	bits = "";
	u(value, count) {
		this.bits += value.toString(2).padStart(count, "0");
		return this;
	}
	ue(...values) {
		for (const value of values)
			this.bits += (value + 1).toString(2).padStart(2 * Math.floor(Math.log2(value + 1)) + 1, "0");
		return this;
	}
	align(bit) {
		this.bits = this.bits.padEnd(Math.ceil(this.bits.length / 8) * 8, bit);
		return this;
	}
	bytes() {
		return Buffer.from(this.bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
	}
}

// A NAL unit of its payload, that ends with its stop bit, behind its start code (H.264, 7.4.1.1: 00 00 03 where there were start codes).
function nal(importance, type, ...payload) {
	const escaped = Buffer.concat(payload).toString("latin1").replace(/\0\0(?=[\0-\x03])/g, "\0\0\x03");
	return Buffer.concat([Buffer.from([0, 0, 0, 1, importance << 5 | type]), Buffer.from(escaped, "latin1")]);
}

const stop = (bits) => bits.u(1, 1).align("0").bytes();

// H.264, 7.3.2.1.1 and E.1.1: Main profile, fields and frames, 50 fields a second; none are reordered.
const sequence = () => nal(3, 7, Buffer.from([77, 0, 30]), stop(new Bits().ue(0, 0, 0, 4, 1).u(0, 1).ue(SIDE / 16 - 1, SIDE / 32 - 1).u(0b0010, 4)
	.u(1, 1).u(0b00001, 5).u(1, 32).u(50, 32).u(1, 1).u(0b000, 3).u(1, 1).u(1, 1).ue(0, 0, 10, 10, 0, 1)));
const parameters = () => nal(3, 8, stop(new Bits().ue(0, 0).u(0b01, 2).ue(0, 0, 0).u(0, 3).ue(0, 0, 0).u(0b100, 3)));

// 7.3.3: a slice of intra macroblocks, which is all of the picture; but for the first of each group it might have others.  `part`: top, bottom, or frame, whose lines have two levels.
function picture(number, part, order, levels) {
	const frame = part === "frame", first = number % GOP === 0 && order % 2 === 0, lines = frame ? SIDE : SIDE / 2;
	const head = new Bits().ue(0, first ? 7 : 5, 0).u(number % GOP % 16, 4).u(frame ? 0 : 1, 1);
	if (!frame)
		head.u(part === "bottom" ? 1 : 0, 1);
	if (first)
		head.ue(number / GOP % 2);
	head.u(order % (2 * GOP), 8);
	if (frame)
		head.ue(1);             // its bottom field is the next one in order
	head.u(0, first ? 2 : 3).ue(0, 1);
	const body = [];
	for (let i = 0; i < SIDE / 16 * lines / 16; i++) {
		const block = Buffer.alloc(MACROBLOCK, 128);
		for (let y = 0; y < 16; y++)
			block.fill(levels[y % levels.length], y * 16, y * 16 + 16);
		body.push((i === 0 ? head : new Bits()).ue(...first ? [25] : [0, 30]).align("0").bytes(), block);
	}
	return nal(1, first ? 5 : 1, ...body, Buffer.from([0x80]));
}

// Each frame of `count` as one buffer, of 25 a second: field n has the level 20 + 2 n (again after 100), `first` ("top", "bottom") comes first.  `mixed`:
// every other one is coded as a frame.
export function paff(count, { first = "top", mixed = false } = {}) {
	const second = first === "top" ? "bottom" : "top", frames = [];
	for (let n = 0; n < count; n++) {
		const levels = [0, 2].map((more) => 20 + 4 * n % 200 + more), start = n % GOP === 0 ? [nal(0, 9, Buffer.from([0xf0])), sequence(), parameters()] : [nal(0, 9, Buffer.from([0xf0]))];
		frames.push(Buffer.concat([...start, ...mixed && n % 2 === 1
			? [picture(n, "frame", 2 * n, levels)]
			: [picture(n, first, 2 * n, [levels[0]]), nal(0, 9, Buffer.from([0xf0])), picture(n, second, 2 * n + 1, [levels[1]])]]));
	}
	return frames;
}
