-- 0014-faults.sql: whose fault it is, told by what goes well beside it.  SPDX-License-Identifier: MIT

-- Put off ----------------------------------------------------------------------------------------

ALTER TABLE task ADD COLUMN put_offs INTEGER NOT NULL DEFAULT 0;        -- times that the machine was blamed for its end
ALTER TABLE task ADD COLUMN put_off_ms INTEGER;                         -- when it last was

CREATE TRIGGER task_begins_anew AFTER UPDATE OF state ON task
WHEN NEW.state = 'queued' AND OLD.state IN ('failed', 'cancelled') AND NEW.put_offs > 0
BEGIN
	UPDATE task SET put_offs = 0 WHERE id = NEW.id;
END;

-- Pictures ---------------------------------------------------------------------------------------

-- Those of every edition had one name, and went with the first; what is gone is not named.
UPDATE video SET poster = NULL
 WHERE published > 1 AND published = edition AND NOT EXISTS (SELECT 1 FROM discard WHERE video = video.id AND file = poster);
UPDATE video SET storyboard = NULL
 WHERE published > 1 AND published = edition AND NOT EXISTS (SELECT 1 FROM discard WHERE video = video.id AND file = storyboard);
DELETE FROM discard WHERE file IN ('poster.jpg', 'storyboard.vtt', 'storyboard.jpg');

-- Discards ---------------------------------------------------------------------------------------

ALTER TABLE discard ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;        -- times that it could not be removed

-- A retry goes on with the pieces of the edition that failed, and can use none of those before: they go, six hours later, for
-- players that are in the middle of an early playlist.  The next early playlist is the edition's own.
CREATE TRIGGER video_leaves_pieces AFTER UPDATE OF state ON video
WHEN NEW.state IN ('failed', 'cancelled') AND OLD.state NOT IN ('failed', 'cancelled') AND NEW.edition > 1
BEGIN
	INSERT OR IGNORE INTO discard (video, file, after_ms)
	SELECT p.video, p.file, CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) + 21600000 FROM piece p
	 WHERE p.video = NEW.id AND p.edition < NEW.edition
	   AND p.file NOT IN (SELECT file FROM rendition WHERE video = NEW.id AND file IS NOT NULL);
	UPDATE video SET playable_ms = NULL
	 WHERE id = NEW.id AND published IS NULL AND EXISTS (SELECT 1 FROM piece WHERE video = NEW.id AND edition < NEW.edition);
END;

-- Deletion ---------------------------------------------------------------------------------------

ALTER TABLE video ADD COLUMN files_gone INTEGER NOT NULL DEFAULT 0 CHECK (files_gone IN (0, 1));        -- a responder removed them

CREATE TRIGGER video_row_last BEFORE DELETE ON video WHEN OLD.state = 'deleting' AND OLD.files_gone = 0
BEGIN
	SELECT RAISE(ABORT, 'its files must go first: a responder removes them, and then this row');
END;

PRAGMA user_version = 14;
