-- 0016-kept.sql: what is kept for some days is not lost to a clock that is wrong for a minute.  SPDX-License-Identifier: MIT

-- lived_ms (0009-lived.sql) when it was ready: days are counted from then.
ALTER TABLE video ADD COLUMN kept_from_ms INTEGER;
UPDATE video SET kept_from_ms = ended_ms + (SELECT ms - wall_ms FROM lived) WHERE state = 'ready';

PRAGMA user_version = 16;
