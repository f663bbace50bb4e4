-- 0015-everything.sql: a switch that cannot get lost.  SPDX-License-Identifier: MIT

INSERT OR IGNORE INTO everything DEFAULT VALUES;

PRAGMA user_version = 15;
