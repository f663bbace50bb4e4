// chain-lighttpd-pool.test.mjs - the whole chain behind conf-examples/lighttpd-pool.conf.
// SPDX-License-Identifier: MIT
import { chain } from "../lib/chain.mjs";

await chain("lighttpd-pool");
