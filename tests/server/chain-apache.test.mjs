// chain-apache.test.mjs - the whole chain behind conf-examples/apache.conf.
// SPDX-License-Identifier: MIT
import { chain } from "../lib/chain.mjs";

await chain("apache");
