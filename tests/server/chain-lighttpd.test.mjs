// chain-lighttpd.test.mjs - the whole chain behind conf-examples/lighttpd.conf.
// SPDX-License-Identifier: MIT
import { chain } from "../lib/chain.mjs";

await chain("lighttpd");
