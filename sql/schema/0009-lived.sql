-- 0009-lived.sql: time in which somebody lived.  SPDX-License-Identifier: MIT
--
-- Unfinished uploads expire by it, not by the wall's clock: that may be set, or be wrong until NTP has spoken, or have
-- stood still with its machine, and would then take all of them at once.  Responders add to it what has passed since the
-- last of them did, and never more than a little: see view lived_ms.

CREATE TABLE lived (
	one             INTEGER PRIMARY KEY CHECK (one = 1),
	ms              INTEGER NOT NULL,               -- so much, when
	wall_ms         INTEGER NOT NULL                -- the clock was this
);

-- It begins as the wall's clock, so that upload.touched_ms, which is in it from now on, stays what it was.
INSERT INTO lived (one, ms, wall_ms)
SELECT 1, n.ms, n.ms FROM (SELECT CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) AS ms) n;

PRAGMA user_version = 9;
