// floor.js - the machine at work.
// SPDX-License-Identifier: MIT
