-- 0007-budget.sql: the disk as a budget.  SPDX-License-Identifier: MIT
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
CREATE TRIGGER video_teaches AFTER UPDATE OF state ON video WHEN NEW.state = 'ready' AND OLD.state <> 'ready'
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

PRAGMA user_version = 7;
