// resume.soak.mjs - the same, longer: five hundred breaks in one upload, thirty-two uploads through kills, and the model for a
// thousand steps.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test, withServer } from "../lib/harness.mjs";
import { dice, Model } from "../lib/model.mjs";
import { patience } from "../lib/paths.mjs";
import { surviveKills, uploadBroken } from "../lib/resuming.mjs";

const seed = Number(process.env.CLIPMILL_SEED ?? Date.now() % 1_000_000), timeout = 1_800_000 * patience;

test(`an upload whose connection breaks five hundred times is whole (CLIPMILL_SEED=${seed})`, { timeout }, () =>
	withServer({ settings: { encode: { slots: 0 } } }, (server) => uploadBroken(server, randomBytes(50_000_000), 500, dice(seed))));

test(`a thousand steps of the model (CLIPMILL_SEED=${seed})`, { timeout }, () =>
	withServer({ procs: 4, settings: { encode: { slots: 0 } } }, (server) => new Model(server, seed).run(1000)));

test(`thirty-two uploads at one time survive kill -9 for minutes (CLIPMILL_SEED=${seed})`, { timeout }, () =>
	withServer({ procs: 4, settings: { encode: { slots: 0 } } }, async (server) => {
		const deaths = await surviveKills(server, { uploads: 32, bytes: 20_000_000, breaks: 3000, deaths: Infinity }, seed);
		assert.ok(deaths >= 100, `${deaths} kills`);
	}));
