-- 0009-long-run.sql: what long queues and long lives taught.  SPDX-License-Identifier: MIT

-- Deaths -----------------------------------------------------------------------------------------

-- Which videos a worker had tasks of when it died.
CREATE TABLE death (
	video           TEXT NOT NULL REFERENCES video(id) ON DELETE CASCADE,
	worker          TEXT NOT NULL REFERENCES worker(id) ON DELETE CASCADE,
	PRIMARY KEY (video, worker)
) WITHOUT ROWID;
CREATE INDEX death_by_worker ON death (worker);         -- worker_prune

ALTER TABLE task ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0;          -- times its worker died with it; crashes: it is blamed for

DROP TRIGGER video_retries;
CREATE TRIGGER video_retries AFTER UPDATE OF state ON video
WHEN NEW.state = 'queued' AND OLD.state IN ('failed', 'cancelled') AND NEW.edition = OLD.edition
BEGIN
	UPDATE video SET reason = NULL, detail = NULL, ended_ms = NULL WHERE id = NEW.id;
	UPDATE task SET state = 'queued', worker = NULL, pid = NULL, failures = 0, crashes = 0, deaths = 0, not_before_ms = 0, progress = 0
	 WHERE video = NEW.id AND edition = NEW.edition AND state IN ('failed', 'cancelled');
END;

PRAGMA user_version = 9;
