// identity.test.mjs - byte-identical renditions from 1, 2 and 8 responders, and through kills.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "../lib/harness.mjs";
import { QUICK, quietRun, stormyRun } from "../lib/identity.mjs";
import { madeClip } from "../lib/media.mjs";

const sources = await Promise.all([madeClip({ seconds: 8 }), madeClip({ seconds: 5, rate: "24000/1001", size: "640x360" }),
	madeClip({ seconds: 3, rate: 50, sound: false })]);
const timeout = 900_000;
let plain;

test("one responder", { timeout }, async () => {
	plain = await quietRun(sources, 1, QUICK);
	for (const files of Object.values(plain))
		assert.ok(Object.keys(files).includes("240p.mp4") && Object.keys(files).includes("master.m3u8"));
});

for (const procs of [2, 8])
	test(`${procs} responders make the same bytes`, { timeout, long: procs === 8 }, async () => {
		assert.deepEqual(await quietRun(sources, procs, QUICK), plain);
	});

test("and so they do while they, their children and the web server are killed", { timeout }, async () => {
	const { files, kills } = await stormyRun(sources, 3, QUICK, 25);
	assert.ok(kills >= 3, `only ${kills} kills`);
	assert.deepEqual(files, plain);
});
