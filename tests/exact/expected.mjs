// expected.mjs - what becomes of each file of the corpus when it is cut into chunks of a second; those without a plan are not here.
// SPDX-License-Identifier: MIT
export default new Map([]);
