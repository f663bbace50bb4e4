// storm.soak.mjs - the storm, longer and harder.
// SPDX-License-Identifier: MIT
import { storm } from "../lib/storm.mjs";

await storm({ uploads: 300, procs: 4, everyMs: 2000, timeoutMs: 3_600_000 });
