// random.mjs - numbers that are the same each time for the same seed.
// SPDX-License-Identifier: MIT

// For tests that throw dice: in CI the same each time, so that a change is judged and not chance; elsewhere another each time.
export const seed = Number(process.env.CLIPMILL_SEED ?? (process.env.CI ? 4711 : Date.now() % 1_000_000));

// A generator by Lehmer (Park and Miller, 1988).
export class Random {
	constructor(seed) {
		this.state = (seed * 48271 + 1) % 2147483647 || 1;
	}

	// A whole number from 0 to `most` - 1.
	below(most) {
		this.state = this.state * 48271 % 2147483647;
		return Math.floor(this.state / 2147483647 * most);
	}
}
