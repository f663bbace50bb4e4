-- 0005-run.sql: the order of the work, pauses, and whose fault a failure is.  SPDX-License-Identifier: MIT

ALTER TABLE video ADD COLUMN paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1));        -- 1: none of its tasks starts
ALTER TABLE video ADD COLUMN served_ms INTEGER;         -- when one of its tasks was last claimed

ALTER TABLE video ADD COLUMN source_kept INTEGER NOT NULL DEFAULT 1 CHECK (source_kept IN (0, 1));   -- 0: removed, as its profile wanted

-- Changed at run time:  UPDATE worker SET slots = 1, nice = 15 WHERE pid = 4711
ALTER TABLE worker ADD COLUMN nice INTEGER CHECK (nice IS NULL OR nice BETWEEN 0 AND 19);       -- NULL: as configured
ALTER TABLE worker ADD COLUMN paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1));       -- 1: it starts no task
ALTER TABLE worker ADD COLUMN trouble TEXT;             -- the machine's fault that keeps it from working; it looks again by itself
ALTER TABLE worker ADD COLUMN trouble_ms INTEGER;       -- since when

-- Everything:  UPDATE everything SET paused = 1
CREATE TABLE everything (
	one             INTEGER PRIMARY KEY DEFAULT 1 CHECK (one = 1),
	paused          INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1))
);
INSERT INTO everything DEFAULT VALUES;

-- What kinds of work cost here: learned from every task that is done, recent ones counting most.  A unit is a million
-- pixels of the source for a chunk, a second for a sound, and one task for the rest.
CREATE TABLE speed (
	profile         TEXT NOT NULL,
	kind            TEXT NOT NULL,
	units           REAL NOT NULL,
	cpu_s           REAL NOT NULL,
	bytes           REAL NOT NULL,
	PRIMARY KEY (profile, kind)
) WITHOUT ROWID;

PRAGMA user_version = 5;
