// floor.test.mjs - the floor with two responders: what runs on which, and what becomes of the work of one that is killed.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { serve, test } from "../lib/harness.mjs";
import { madeClip } from "../lib/media.mjs";
import { kill } from "../lib/programs.mjs";
import { keepPicture, noBrowser, openBrowser, withPage } from "./chromium.mjs";

const skip = noBrowser;
const browser = skip ? null : await openBrowser();
const server = skip ? null : await serve({ procs: 2, hold: true, prepare: async (server) => {
	await server.quick();
	await server.sql("UPDATE profile SET chunk_ms = 2000");
} });
const film = skip ? null : await madeClip({ seconds: 12 });

test("an idle floor has a lane for each responder", { skip }, () => withPage(browser, server, {}, async (page) => {
	await page.goto("/floor");
	await page.getByRole("heading", { name: "Responder 2" }).waitFor();
	assert.equal(await page.locator(".now", { hasText: "idle" }).count(), 2);
	await page.getByText("Nothing waits.").waitFor();
	await keepPicture(page, "floor-idle");
}));

test("every page says of a video that waits what keeps it, and no longer when nothing does", { skip }, () => withPage(browser, server, {}, async (page) => {
	await server.sql("UPDATE everything SET paused = 1");
	const id = await server.upload(film, { title: "Kept" });
	for (const path of ["/", `/videos/${id}`, "/floor"]) {
		await page.goto(path);
		await page.getByText(/^(Waiting · next in the queue|waits, number 1) · everything is paused/).first().waitFor();
	}
	await server.sql(`UPDATE worker SET paused = 1; UPDATE everything SET paused = 0`);
	await page.getByText(/· all workers are paused/).waitFor();
	await server.sql(`UPDATE video SET state = 'deleting'; UPDATE worker SET paused = 0`);
	await page.getByText("Nothing waits.").waitFor();
}));

test("one upload is seen on all lanes, and what a killed responder did moves to another", { skip }, () =>
	withPage(browser, server, { expected: /net::ERR_|status of 5\d\d|^5\d\d: / }, async (page) => {
		await page.goto("/floor");
		server.hold.on("chunk");
		const id = await server.upload(film, { title: "Harbour" });
		await page.locator(".now", { hasText: /Harbour.*Chunk \d/ }).nth(1).waitFor();
		assert.equal(await page.locator(".queue-title", { hasText: "Harbour" }).count(), 1);
		await keepPicture(page, "floor-busy");
		const [victim] = await server.sql("SELECT w.pid, t.seq FROM task t JOIN worker w ON w.id = t.worker WHERE t.state = 'running' AND t.kind = 'chunk' LIMIT 1");
		kill(victim.pid);
		await page.locator(".tape-bar[data-state=lost]").first().waitFor();
		server.hold.off("chunk");
		await page.locator(`.tape-bar[data-state=done][title="Harbour: Chunk ${victim.seq + 1}"]`).waitFor();
		await server.waitFor(id, "ready");
		await page.locator(".figures div", { hasText: /Videos1/ }).waitFor();
		assert.equal(await page.locator(".tape-bar[data-state=running]").count(), 0);
		await keepPicture(page, "floor-after");
	}));
