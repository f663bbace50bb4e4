// chain-nginx.test.mjs - the whole chain behind conf-examples/nginx.conf.
// SPDX-License-Identifier: MIT
import { chain } from "../lib/chain.mjs";

await chain("nginx");
