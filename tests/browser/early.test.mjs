// early.test.mjs - a video is watched in Chromium while it is still encoded, through to its end.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { serve, test } from "../lib/harness.mjs";
import { madeClip } from "../lib/media.mjs";
import { until } from "../lib/wait.mjs";
import { noBrowser, openBrowser } from "./chromium.mjs";
import { withPlayer } from "./player.mjs";

const SECONDS = 62;             // long enough for the sound to have a head
const browser = noBrowser ? null : await openBrowser();
const server = noBrowser ? null : await serve({ procs: 1, hold: true, prepare: async (server) => {
	server.hold.on("assemble");
	await server.sql(`UPDATE profile SET chunk_ms = 4000, copy = 0;
		DELETE FROM rung;
		INSERT INTO rung (profile, short_side, max_kbps, preset) VALUES ('default', 180, 300, 'ultrafast'), ('default', 90, 100, 'ultrafast')`);
} });

// All stands still once it can be played, so that the player comes to the end of what there is.
test("a player that begins with the first chunk plays on to the end, and notices nothing", { skip: noBrowser },
	async () => {
		await server.sql("UPDATE worker SET slots = 1");
		const id = await server.upload(await madeClip({ seconds: SECONDS, size: "320x180", rate: 10 }));
		const { urls } = await until(async () => {
			const video = await server.video(id);
			return video.urls.hls && video;
		}, "it can be played", 120_000);
		await server.sql("UPDATE everything SET paused = 1");
		await withPlayer(browser, server, "video", async (player) => {
			await player.load(urls.hls);
			assert.notEqual((await server.video(id)).state, "ready");
			await player.play();
			await player.until((media) => media.currentTime > 0.5 && media.readyState < 3);
			await server.sql("UPDATE everything SET paused = 0");
			await player.until((media) => media.currentTime > 2);
			await player.drawn(11);
			server.hold.off("assemble");
			await server.waitFor(id, "ready");
			assert.equal(await server.count(`task WHERE video = '${id}' AND kind = 'audio'`), 2, "its sound had a head");
			const { buffered } = await player.loadAll(SECONDS - 0.1);
			assert.equal(buffered.length, 1, JSON.stringify(buffered));
			assert.equal(buffered[0][0], 0);
			await player.playToEnd(16);
		});
	});
