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

CREATE TRIGGER video_is_guessed AFTER INSERT ON video WHEN NEW.guessed_bytes IS NULL AND NEW.size_bytes IS NOT NULL
BEGIN
	UPDATE video SET guessed_bytes = round(NEW.size_bytes * (SELECT grows FROM growth_factor WHERE profile = NEW.profile))
	 WHERE id = NEW.id;
END;

-- A piece that is published as it is counts once.
CREATE TRIGGER video_teaches AFTER UPDATE OF state ON video WHEN NEW.state = 'ready' AND OLD.state <> 'ready' AND NEW.linked IS NULL
BEGIN
	UPDATE video
	   SET written_bytes = (SELECT coalesce(sum(size_bytes), 0) FROM piece WHERE video = NEW.id AND edition = NEW.edition)
	                     + (SELECT coalesce(sum(size_bytes), 0) FROM rendition WHERE video = NEW.id AND edition = NEW.edition
	                           AND file NOT IN (SELECT file FROM piece WHERE video = NEW.id AND edition = NEW.edition))
	 WHERE id = NEW.id;
	INSERT INTO growth (profile, source_bytes, cap_bytes, written_bytes)
	SELECT v.profile, v.size_bytes, c.pieces_bytes + c.movies_bytes, v.written_bytes
	  FROM video v JOIN video_cap c ON c.edition = v.edition
	 WHERE v.id = NEW.id AND c.video = NEW.id AND v.size_bytes > 0 AND v.written_bytes > 0 AND c.pieces_bytes > 0
	    ON CONFLICT (profile) DO UPDATE
	   SET source_bytes = 0.95 * source_bytes + excluded.source_bytes, cap_bytes = 0.95 * cap_bytes + excluded.cap_bytes,
	       written_bytes = 0.95 * written_bytes + excluded.written_bytes;
END;

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

DROP TRIGGER rung_changed;
CREATE TRIGGER rung_changed AFTER UPDATE OF profile, codec, short_side, max_kbps, crf, preset ON rung
BEGIN
	UPDATE rung
	   SET crf = coalesce(crf, CASE codec WHEN 'h264' THEN 23 WHEN 'hevc' THEN 26 WHEN 'vp9' THEN 33 WHEN 'av1' THEN 35 END),
	       preset = coalesce(preset, CASE codec WHEN 'vp9' THEN '4' WHEN 'av1' THEN '8' ELSE 'veryfast' END)
	 WHERE profile = NEW.profile AND codec = NEW.codec AND short_side = NEW.short_side AND (crf IS NULL OR preset IS NULL);
	UPDATE profile SET version = version + 1 WHERE name IN (OLD.profile, NEW.profile);
END;

-- Digests ----------------------------------------------------------------------------------------

-- One more kind of task.  A CHECK that lets more in changes no row, so the table stays, with its triggers: see "Making
-- Other Kinds Of Table Schema Changes" in SQLite's documentation of ALTER TABLE.  What is created below raises the
-- number that tells other connections of it.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, '''assemble''', '''assemble'', ''digest''')
 WHERE type = 'table' AND name = 'task' AND sql NOT LIKE '%''digest''%';
PRAGMA writable_schema = RESET;

CREATE INDEX video_by_twin ON video (size_bytes, owner, profile) WHERE state = 'ready' AND sha256 IS NOT NULL;   -- twin

-- The digest is computed beside the work.  Only where there is a finished video that this one may be the same as does
-- the work wait for it: then it may turn out that there is none to do.
DROP TRIGGER video_insert;
CREATE TRIGGER video_insert AFTER INSERT ON video
BEGIN
	UPDATE video SET filename = replace(source, rtrim(source, replace(source, '/', '')), '')
	 WHERE id = NEW.id AND filename = '' AND source GLOB '/*';
	INSERT INTO task (video, kind) VALUES (NEW.id, 'probe');
	INSERT INTO task (video, kind) SELECT NEW.id, 'digest'
	 WHERE NEW.sha256 IS NULL OR EXISTS (SELECT 1 FROM twin WHERE video = NEW.id AND sha256 = NEW.sha256);
	INSERT INTO task_wait (task, needs)
	SELECT p.id, d.id FROM task p JOIN task d ON d.video = p.video AND d.kind = 'digest'
	 WHERE p.video = NEW.id AND p.kind = 'probe' AND EXISTS (SELECT 1 FROM twin WHERE video = NEW.id);
	INSERT INTO event (video, kind, detail) VALUES (NEW.id, 'video queued', NEW.filename);
END;

CREATE TRIGGER video_digest_again AFTER UPDATE OF edition ON video
WHEN NEW.edition > OLD.edition AND NEW.linked IS OLD.linked AND NEW.sha256 IS NULL
BEGIN
	INSERT OR IGNORE INTO task (video, edition, kind) VALUES (NEW.id, NEW.edition, 'digest');
END;

-- A digest moves no video, is no part of its progress, and may come when the video is ready.
DROP TRIGGER task_runs;
CREATE TRIGGER task_runs AFTER UPDATE OF state ON task WHEN NEW.state = 'running' AND OLD.state = 'queued' AND NEW.kind <> 'digest'
BEGIN
	UPDATE video SET state = 'probing'
	 WHERE id = NEW.video AND state = 'queued' AND NEW.kind IN ('probe', 'scan');
	UPDATE video SET state = 'encoding'
	 WHERE id = NEW.video AND state IN ('queued', 'probing') AND NEW.kind NOT IN ('probe', 'scan', 'assemble');
	UPDATE video SET state = 'publishing'
	 WHERE id = NEW.video AND state IN ('queued', 'encoding') AND NEW.kind = 'assemble';
	UPDATE video SET started_ms = coalesce(started_ms, NEW.started_ms), served_ms = NEW.started_ms WHERE id = NEW.video;
END;

DROP TRIGGER task_progresses;
CREATE TRIGGER task_progresses AFTER UPDATE OF progress, state ON task
WHEN NEW.kind <> 'digest' AND NEW.edition = (SELECT edition FROM video WHERE id = NEW.video)
BEGIN
	UPDATE video SET progress = (
		SELECT CASE WHEN max(kind = 'assemble') = 0 THEN 0.01 * sum(state = 'done')
		       ELSE round(min(1.0, sum(weight * CASE state WHEN 'done' THEN 1.0 ELSE progress END) / sum(weight)), 4) END
		  FROM (SELECT kind, state, progress,
		               CASE kind WHEN 'chunk' THEN 80.0 * coalesce(frames_planned, 1) / sum(coalesce(frames_planned, 1)) OVER (PARTITION BY kind)
		                         WHEN 'audio' THEN 8.0 WHEN 'assemble' THEN 4.0 ELSE 2.0 END AS weight
		          FROM task WHERE video = NEW.video AND edition = NEW.edition AND kind <> 'digest'))
	 WHERE id = NEW.video;
END;

DROP TRIGGER video_moves;
CREATE TRIGGER video_moves BEFORE UPDATE OF state ON video WHEN NEW.state <> OLD.state
BEGIN
	SELECT CASE OLD.state
	WHEN 'deleting' THEN RAISE(ABORT, 'this video is being deleted: nothing else can happen to it')
	WHEN 'ready' THEN CASE WHEN NEW.state <> 'deleting' AND NOT (NEW.state = 'queued' AND NEW.edition > OLD.edition)
		THEN RAISE(ABORT, 'a ready video is finished: it can be encoded again (state = ''queued'', edition = edition + 1) or deleted (state = ''deleting'')') END
	WHEN 'failed' THEN CASE WHEN NEW.state NOT IN ('queued', 'deleting')
		THEN RAISE(ABORT, 'a failed video can be retried (state = ''queued'') or deleted (state = ''deleting'')') END
	WHEN 'cancelled' THEN CASE WHEN NEW.state NOT IN ('queued', 'deleting')
		THEN RAISE(ABORT, 'a cancelled video can be retried (state = ''queued'') or deleted (state = ''deleting'')') END
	ELSE CASE
		WHEN NEW.state IN ('failed', 'cancelled', 'deleting') THEN NULL
		WHEN NEW.state = 'queued' AND NEW.edition > OLD.edition THEN NULL
		WHEN NEW.state = 'ready' AND EXISTS (SELECT 1 FROM task WHERE video = OLD.id AND edition = OLD.edition AND state <> 'done'
		                                        AND kind <> 'digest')
		THEN RAISE(ABORT, 'a video is ready when all its tasks are done, not before')
		WHEN (OLD.state = 'queued' AND NEW.state IN ('probing', 'encoding', 'publishing'))
		  OR (OLD.state = 'probing' AND NEW.state = 'encoding')
		  OR (OLD.state = 'encoding' AND NEW.state = 'publishing')
		  OR (OLD.state = 'publishing' AND NEW.state = 'ready') THEN NULL
		ELSE RAISE(ABORT, 'a video that is under way can be cancelled (state = ''cancelled'') or deleted (state = ''deleting''); the rest is the workers'' to set')
	END END;
END;

-- Links ------------------------------------------------------------------------------------------

-- A video that is linked takes the edition of the other, whose files are named after it, without a task.
DROP TRIGGER video_edition_moves;
CREATE TRIGGER video_edition_moves BEFORE UPDATE OF edition ON video WHEN NEW.edition <> OLD.edition AND NEW.linked IS OLD.linked
BEGIN
	SELECT CASE WHEN NEW.edition <> OLD.edition + 1 OR NEW.state <> 'queued' OR OLD.state IN ('queued', 'deleting')
	THEN RAISE(ABORT, 'the next edition is edition + 1, together with state = ''queued''') END;
END;

DROP TRIGGER video_next_edition;
CREATE TRIGGER video_next_edition AFTER UPDATE OF edition ON video WHEN NEW.edition > OLD.edition AND NEW.linked IS OLD.linked
BEGIN
	UPDATE video SET reason = NULL, detail = NULL, ended_ms = NULL, progress = 0, predicted_bytes = NULL WHERE id = NEW.id;
	UPDATE task SET state = 'cancelled' WHERE video = NEW.id AND edition < NEW.edition AND state IN ('queued', 'running');
	INSERT INTO task (video, edition, kind) VALUES (NEW.id, NEW.edition, 'probe');
	INSERT INTO event (video, kind, detail) VALUES (NEW.id, 'video edition ' || NEW.edition, NEW.single);
END;

-- Nothing is learned from what was not made.
DROP TRIGGER piece_teaches;
CREATE TRIGGER piece_teaches AFTER INSERT ON piece
WHEN NEW.seq >= 0 AND (SELECT linked FROM video WHERE id = NEW.video) IS NULL
BEGIN
	UPDATE speed SET bytes = bytes + NEW.size_bytes
	 WHERE profile = (SELECT profile FROM video WHERE id = NEW.video)
	   AND kind = (SELECT CASE kind WHEN 'video' THEN 'chunk' ELSE 'audio' END FROM rendition
	                WHERE video = NEW.video AND edition = NEW.edition AND name = NEW.rendition);
END;

-- Who has the files: when a video is deleted or has others now, the oldest that shared them has the old ones.
CREATE INDEX video_by_linked ON video (linked) WHERE linked IS NOT NULL;        -- video_leaves_links
CREATE TRIGGER video_leaves_links AFTER DELETE ON video
BEGIN
	UPDATE video SET linked = nullif((SELECT id FROM video WHERE linked = OLD.id ORDER BY created_ms, id LIMIT 1), id) WHERE linked = OLD.id;
END;
CREATE TRIGGER video_changes_files AFTER UPDATE OF published ON video WHEN NEW.published > OLD.published
BEGIN
	UPDATE video SET linked = NULL WHERE id = NEW.id;
	UPDATE video SET linked = nullif((SELECT id FROM video WHERE linked = NEW.id ORDER BY created_ms, id LIMIT 1), id) WHERE linked = NEW.id;
END;

PRAGMA user_version = 8;
