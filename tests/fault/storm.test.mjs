// storm.test.mjs - many uploads at one time, while one responder after the other is killed.
// SPDX-License-Identifier: MIT
import { full } from "../lib/paths.mjs";
import { storm } from "../lib/storm.mjs";

await storm({ uploads: full ? 50 : 20, procs: 4, everyMs: 5000 });
