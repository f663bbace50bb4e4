// access.test.mjs - every page and state passes axe-core in both colour schemes, and can be used by keyboard and at 200 %.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { serve, test } from "../lib/harness.mjs";
import { madeClip } from "../lib/media.mjs";
import { load, pathIn } from "../lib/modules.mjs";
import { keepPicture, noBrowser, openBrowser, withPage } from "./chromium.mjs";

const skip = noBrowser || (!load("axe-core") && "axe-core is not installed (npm ci failed)");
const browser = skip ? null : await openBrowser();
const server = skip ? null : await serve({ prepare: (server) => server.quick() });
const AWKWARD = ["‫שלום עולם (סופי).mov", "a".repeat(120), "two\nlines", "<b>bold</b>.mp4"];

// Makes videos of all kinds, once.  Resolves to the ids of one that is ready, and of one that failed.
let ids = null;
const fill = () => ids ??= (async () => {
	const ready = await server.upload(await madeClip({ seconds: 3 }), { title: "Harbour" });
	const failed = (await server.put("no film", { filename: AWKWARD[0] })).json.id;
	for (const title of AWKWARD)
		await server.put("no film", { title });
	await server.waitFor(ready, "ready");
	await server.waitFor(failed, "failed");
	return { ready, failed };
})();

// Evaluated, not added as a script: the page's own policy stays in force.
async function check(page, what) {
	await page.evaluate(readFileSync(pathIn("axe-core", "axe.min.js"), "utf8"));
	const { violations } = await page.evaluate(() => axe.run());
	const words = violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target}: ${failureSummary}`));
	assert.deepEqual(words, [], what);
}

const settled = (page) => page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));

for (const colorScheme of ["light", "dark"]) {
	const onPage = (body) => () => withPage(browser, server, { colorScheme, expected: /status of 404|^404: .*\/videos\// }, body);

	test(`no page has a fault that axe-core finds (${colorScheme})`, { skip, long: colorScheme === "dark" }, onPage(async (page) => {
		if (!ids) {
			await page.goto("/");
			await check(page, "home, empty");
			await keepPicture(page, "home-empty");
		}
		const { ready, failed } = await fill();
		for (const [path, name, wait] of [["/", "home", ".video"], ["/videos/", "list", ".video"], [`/videos/${ready}`, "video", "media-controller"],
			[`/videos/${failed}`, "failed", ".state-line.bad"], ["/floor", "floor", ".responder"], ["/videos/AAAAAAAAAAAAAAAAAAAAAA", "missing", ".empty"]]) {
			await page.goto(path);
			await page.locator(wait).first().waitFor();
			await settled(page);
			if (name === "video") {
				await page.locator(".task-bar").first().click();
				await page.getByRole("button", { name: "Settings" }).click();
			}
			await keepPicture(page, `${name}-${colorScheme}`);
			await check(page, path);
		}
	}));

	test(`a card of an upload has no fault that axe-core finds, from its refusal to its player (${colorScheme})`, { skip, long: colorScheme === "dark" }, onPage(async (page) => {
		await page.goto("/");
		await page.locator("#file").setInputFiles([await madeClip({ seconds: 3 })]);
		await page.locator(".upload media-controller").waitFor();
		await settled(page);
		await page.evaluate(() => Promise.allSettled(document.getAnimations()
			.filter(({ effect }) => Number.isFinite(effect.getComputedTiming().endTime)).map(({ finished }) => finished)));         // it fades in
		await check(page, "home, with a player");
	}));
}

test("by keyboard alone a file is chosen, a video found and opened, and renamed", { skip }, () => withPage(browser, server, {}, async (page) => {
	const press = async (...keys) => { for (const key of keys) await page.keyboard.press(key); };
	const focused = () => page.evaluate(({ activeElement: at, body } = document) => at === body ? "" : at.id || at.textContent);
	const tabTo = async (what) => {
		for (let i = 0; i < 40 && !(await focused()).includes(what); i++)
			await press("Tab");
		assert.ok((await focused()).includes(what), what);
	};
	await fill();
	await page.goto("/");
	await page.locator(".video").first().waitFor();
	await tabTo("file");
	await tabTo("q");
	await page.keyboard.type("harbour");
	await page.waitForFunction(() => document.querySelectorAll(".video").length === 1);
	await tabTo("Harbour");
	await press("Enter");
	await page.waitForURL(/\/videos\/[A-Za-z0-9_-]{22}$/);
	await page.locator("media-controller").waitFor();
	await tabTo("Rename");
	await press("Enter");
	await page.keyboard.type("Harbour at noon");
	await press("Enter");
	await page.getByRole("heading", { name: "Harbour at noon" }).waitFor();
}));

test("nothing is cut off when the page is zoomed to 200 %, with names that run from right to left", { skip }, () =>
	withPage(browser, server, { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2, reducedMotion: "reduce" }, async (page) => {
		const { ready, failed } = await fill();
		for (const path of ["/", "/videos/", `/videos/${ready}`, `/videos/${failed}`, "/floor"]) {
			await page.goto(path);
			await settled(page);
			const [wide, room] = await page.evaluate(({ scrollWidth, clientWidth } = document.documentElement) => [scrollWidth, clientWidth]);
			assert.ok(wide <= room, `${path} is ${wide} px wide on a screen of ${room} px`);
			await keepPicture(page, `zoomed-${path.split("/")[1] || "home"}`);
		}
	}));
