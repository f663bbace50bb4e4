// behind-apache.test.mjs - what other files ask of uploads, names and the API, behind conf-examples/apache.conf.
// SPDX-License-Identifier: MIT
import { behind } from "../lib/behind.mjs";

await behind("apache");
