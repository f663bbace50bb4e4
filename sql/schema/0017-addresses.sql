-- 0017-addresses.sql: one stranger does not take all the room for unfinished uploads.  SPDX-License-Identifier: MIT

-- Whose client it is, while it is unfinished: REMOTE_ADDR, of IPv6 its network.
ALTER TABLE upload ADD COLUMN address TEXT NOT NULL DEFAULT '';

PRAGMA user_version = 17;
