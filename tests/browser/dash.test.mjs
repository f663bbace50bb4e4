// dash.test.mjs - the DASH manifest, on the same bytes, as dash.js plays it in Chromium.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { serve, test } from "../lib/harness.mjs";
import { madeClip } from "../lib/media.mjs";
import { clip, noCorpus } from "../lib/paths.mjs";
import { noBrowser, openBrowser } from "./chromium.mjs";
import { withPlayer } from "./player.mjs";

const browser = noBrowser ? null : await openBrowser();
const server = noBrowser ? null : await serve({ prepare: (server) => server.sql("UPDATE profile SET chunk_ms = 4000; UPDATE rung SET preset = 'ultrafast' WHERE codec = 'h264'") });

// Clips with what can go wrong: B-frames and many chunks, 24000/1001, a picture that starts later than its sound.
const clips = [
	["a film", () => clip("real/bbb480p_30s.mp4"), { seconds: 30, rate: 24, corpus: true, long: true }],
	["a clip of 24000/1001 frames a second", () => madeClip({ seconds: 9, rate: "24000/1001" }), { seconds: 9, rate: 23.976 }],
	["a clip whose picture starts late", () => clip("made/edit_delay.mp4"), { corpus: true }],
];

for (const [what, path, { seconds, rate, corpus, long }] of clips)
	test(`${what} plays from 0 to its end without a hole`, { skip: noBrowser || (corpus && noCorpus), long }, async () => {
		const { urls, duration_ms } = await server.waitFor(await server.upload(await path()), "ready");
		const end = seconds || duration_ms / 1000;
		await withPlayer(browser, server, "video", async (player) => {
			await player.load(urls.dash);
			const { buffered } = await player.loadAll(end - 0.2);
			assert.equal(buffered.length, 1, JSON.stringify(buffered));
			assert.ok(buffered[0][0] < 0.001 && Math.abs(buffered[0][1] - end) < 0.1, JSON.stringify(buffered));
			if (rate)
				for (const frame of [1, 49, 100, Math.floor(end * rate) - 5])
					assert.ok(Math.abs(await player.seek((frame + 0.5) / rate) - frame / rate) < 0.002, `frame ${frame}`);
			await player.sound();
		});
	});
