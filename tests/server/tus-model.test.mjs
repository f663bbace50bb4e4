// tus-model.test.mjs - random requests, cuts and kills, compared with a model after each step.
// SPDX-License-Identifier: MIT
import { serve, test } from "../lib/harness.mjs";
import { Model } from "../lib/model.mjs";
import { seed } from "../lib/random.mjs";

const server = await serve({ procs: 3, settings: { encode: { slots: 0 } } });

test(`uploads are what their model is, step by step (CLIPMILL_SEED=${seed})`, async () => {
	const model = new Model(server, seed);
	try {
		await model.run(Number(process.env.CLIPMILL_STEPS ?? 80));
	} catch (error) {
		error.message += `\nCLIPMILL_SEED=${seed}, after: ${model.log.join(" ")}`;
		throw error;
	}
});
