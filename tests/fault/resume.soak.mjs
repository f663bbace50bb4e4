// resume.soak.mjs - the same, longer: five hundred breaks in one upload, and the model for a thousand steps.
// SPDX-License-Identifier: MIT
import { randomBytes } from "node:crypto";
import { test, withServer } from "../lib/harness.mjs";
import { dice, Model } from "../lib/model.mjs";
import { patience } from "../lib/paths.mjs";
import { uploadBroken } from "../lib/resuming.mjs";

const seed = Number(process.env.CLIPMILL_SEED ?? Date.now() % 1_000_000), timeout = 1_800_000 * patience;

test(`an upload whose connection breaks five hundred times is whole (CLIPMILL_SEED=${seed})`, { timeout }, () =>
	withServer({ settings: { encode: { slots: 0 } } }, (server) => uploadBroken(server, randomBytes(50_000_000), 500, dice(seed))));

test(`a thousand steps of the model (CLIPMILL_SEED=${seed})`, { timeout }, () =>
	withServer({ procs: 4, settings: { encode: { slots: 0 } } }, (server) => new Model(server, seed).run(1000)));
