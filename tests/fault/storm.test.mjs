// storm.test.mjs - many uploads at one time, while one responder after the other is killed.
// SPDX-License-Identifier: MIT
import { storm } from "../lib/storm.mjs";

await storm({ uploads: 50, procs: 4, everyMs: 5000 });
