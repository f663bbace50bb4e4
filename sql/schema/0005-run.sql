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

CREATE TRIGGER video_needs_source BEFORE UPDATE OF edition ON video WHEN NEW.edition <> OLD.edition AND OLD.source_kept = 0
BEGIN
	SELECT RAISE(ABORT, 'its source was not kept, so it cannot be encoded again');
END;

DROP TRIGGER task_runs;
CREATE TRIGGER task_runs AFTER UPDATE OF state ON task WHEN NEW.state = 'running' AND OLD.state = 'queued'
BEGIN
	UPDATE video SET state = 'probing'
	 WHERE id = NEW.video AND state = 'queued' AND NEW.kind IN ('probe', 'scan');
	UPDATE video SET state = 'encoding'
	 WHERE id = NEW.video AND state IN ('queued', 'probing') AND NEW.kind NOT IN ('probe', 'scan', 'assemble');
	UPDATE video SET state = 'publishing'
	 WHERE id = NEW.video AND state IN ('queued', 'encoding') AND NEW.kind = 'assemble';
	UPDATE video SET started_ms = coalesce(started_ms, NEW.started_ms), served_ms = NEW.started_ms WHERE id = NEW.video;
END;

-- A new task's cost, foretold from what such tasks cost before; before there were any, from what they cost elsewhere.
CREATE TRIGGER task_is_foretold AFTER INSERT ON task WHEN NEW.predicted_s IS NULL
BEGIN
	UPDATE task SET (predicted_s, predicted_bytes) = (
		SELECT round(u.units * coalesce(s.cpu_s / s.units, u.prior_s), 3), round(u.units * coalesce(nullif(s.bytes, 0) / s.units, u.prior_bytes))
		  FROM task_units u JOIN video v ON v.id = NEW.video
		       LEFT JOIN speed s ON s.profile = v.profile AND s.kind = NEW.kind AND s.units > 0
		 WHERE u.task = NEW.id)
	 WHERE id = NEW.id;
END;

CREATE TRIGGER task_teaches AFTER UPDATE OF user_ms ON task WHEN NEW.state = 'done' AND NEW.user_ms IS NOT NULL
BEGIN
	INSERT INTO speed (profile, kind, units, cpu_s, bytes)
	SELECT v.profile, NEW.kind, u.units, (NEW.user_ms + NEW.sys_ms) / 1000.0, 0
	  FROM task_units u JOIN video v ON v.id = NEW.video WHERE u.task = NEW.id AND u.units > 0
	    ON CONFLICT (profile, kind) DO UPDATE
	   SET units = 0.95 * units + excluded.units, cpu_s = 0.95 * cpu_s + excluded.cpu_s, bytes = 0.95 * bytes;
END;

-- The bytes come with the pieces, in the same transaction.
CREATE TRIGGER piece_teaches AFTER INSERT ON piece WHEN NEW.seq >= 0
BEGIN
	UPDATE speed SET bytes = bytes + NEW.size_bytes
	 WHERE profile = (SELECT profile FROM video WHERE id = NEW.video)
	   AND kind = (SELECT CASE kind WHEN 'video' THEN 'chunk' ELSE 'audio' END FROM rendition
	                WHERE video = NEW.video AND edition = NEW.edition AND name = NEW.rendition);
END;

PRAGMA user_version = 5;
