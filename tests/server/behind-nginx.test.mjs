// behind-nginx.test.mjs - what other files ask of uploads, names and the API, behind conf-examples/nginx.conf.
// SPDX-License-Identifier: MIT
import { behind } from "../lib/behind.mjs";

await behind("nginx");
