-- 0008-budget.sql: the disk as a budget.  SPDX-License-Identifier: MIT
--
-- What is written for a video is foretold twice: from the size of its source when it comes, and from its ladder when it
-- is planned.  Both are compared with what it came to.

ALTER TABLE video ADD COLUMN guessed_bytes INTEGER;     -- of all that is written for it, as it was guessed when it came
ALTER TABLE video ADD COLUMN predicted_bytes INTEGER;   -- the same, by its plan
ALTER TABLE video ADD COLUMN written_bytes INTEGER;     -- what it was in the end; the pieces of it go after early_keep

ALTER TABLE rendition ADD COLUMN max_kbps INTEGER;      -- cap of its rate; NULL: not known

-- What comes of sources: learned from every video that becomes ready, recent ones counting most.
CREATE TABLE growth (
	profile         TEXT PRIMARY KEY,
	source_bytes    REAL NOT NULL,
	cap_bytes       REAL NOT NULL,                  -- had every rendition taken all that its cap allows
	written_bytes   REAL NOT NULL
) WITHOUT ROWID;

-- Free space as a responder saw it last: SELECT * FROM disk_budget
CREATE TABLE disk (
	one             INTEGER PRIMARY KEY CHECK (one = 1),
	free_bytes      INTEGER NOT NULL,
	floor_bytes     INTEGER NOT NULL,
	arriving_bytes  INTEGER NOT NULL,               -- of uploads under way: what has no room of its own yet
	at_ms           INTEGER NOT NULL
);

ALTER TABLE profile ADD COLUMN link INTEGER NOT NULL DEFAULT 1         -- what was encoded before is linked, not encoded again
	CONSTRAINT "link is 0 or 1" CHECK (link IN (0, 1));
ALTER TABLE video ADD COLUMN linked TEXT;       -- the video whose files it was given, as they were the same; NULL: its own

-- Retention --------------------------------------------------------------------------------------

-- These are not part of a profile's version: they hold for all its videos, from then on.
ALTER TABLE rung ADD COLUMN keep_days INTEGER                           -- that it stays once the video is ready; NULL: for ever
	CONSTRAINT "keep_days is a number of days from 1, or NULL for ever" CHECK (keep_days IS NULL OR (typeof(keep_days) = 'integer' AND keep_days >= 1));
ALTER TABLE profile ADD COLUMN keep_source_days INTEGER                 -- that the uploaded file stays then, with keep_source = 1
	CONSTRAINT "keep_source_days is a number of days from 1, or NULL for ever"
	CHECK (keep_source_days IS NULL OR (typeof(keep_source_days) = 'integer' AND keep_source_days >= 1));

ALTER TABLE rendition ADD COLUMN rung_side INTEGER;     -- of the rung that it was made after; NULL: of none, or not known

-- Digests ----------------------------------------------------------------------------------------

-- One more kind of task.  A CHECK that lets more in changes no row, so the table stays: see "Making
-- Other Kinds Of Table Schema Changes" in SQLite's documentation of ALTER TABLE.  What is created below raises the
-- number that tells other connections of it.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, '''assemble''', '''assemble'', ''digest''')
 WHERE type = 'table' AND name = 'task' AND sql NOT LIKE '%''digest''%';
PRAGMA writable_schema = RESET;

CREATE INDEX video_by_twin ON video (size_bytes, owner, profile) WHERE state = 'ready' AND sha256 IS NOT NULL;   -- twin

-- Links ------------------------------------------------------------------------------------------

-- Who has the files: when a video is deleted or has others now, the oldest that shared them has the old ones.
CREATE INDEX video_by_linked ON video (linked) WHERE linked IS NOT NULL;        -- video_leaves_links

PRAGMA user_version = 8;
