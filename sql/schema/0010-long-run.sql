-- 0010-long-run.sql: what long queues and long lives taught.  SPDX-License-Identifier: MIT

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

-- Length -----------------------------------------------------------------------------------------

CREATE INDEX task_wait_by_needs ON task_wait (needs);   -- the deletion of a task

-- Only what changes the sum is worth adding it up: not that a long video's tasks are queued, claimed or cancelled.
DROP TRIGGER task_progresses;
CREATE TRIGGER task_progresses AFTER UPDATE OF progress, state ON task
WHEN (NEW.progress <> OLD.progress OR (NEW.state = 'done') <> (OLD.state = 'done'))
 AND NEW.kind <> 'digest' AND NEW.edition = (SELECT edition FROM video WHERE id = NEW.video)
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

-- What a worker holds, for its end and for its row's; few at any time.
CREATE INDEX task_by_worker ON task (worker) WHERE state IN ('running', 'cancelled') AND worker IS NOT NULL;

CREATE INDEX task_to_do ON task (video, state, predicted_s, progress) WHERE state IN ('queued', 'running');      -- work_left
CREATE INDEX task_learned ON task (state, kind) WHERE state = 'done' AND kind = 'chunk';        -- lanes, the last of them first
CREATE INDEX video_by_end ON video (state, ended_ms) WHERE state = 'ready';     -- usual_cost, how_wrong, retention_due

-- Slips ------------------------------------------------------------------------------------------

-- The next edition is made from the source, so it does not go now, though its time had come.
CREATE TRIGGER video_keeps_source AFTER UPDATE OF edition ON video WHEN NEW.edition > OLD.edition AND NEW.state = 'queued'
BEGIN
	DELETE FROM discard WHERE video = NEW.id AND file = '@source';
END;

-- A task ends with its video; who sets one alone leaves the video waiting for ever.  Workers count a failure.
CREATE TRIGGER task_ends_with_video BEFORE UPDATE OF state ON task WHEN NEW.state IN ('failed', 'cancelled') AND NEW.state <> OLD.state
BEGIN
	SELECT CASE
	WHEN NEW.state = 'failed' AND NEW.failures > OLD.failures THEN NULL
	WHEN NEW.state = 'cancelled' AND EXISTS (SELECT 1 FROM video WHERE id = NEW.video
	      AND (state IN ('failed', 'cancelled', 'deleting') OR edition > NEW.edition)) THEN NULL
	ELSE RAISE(ABORT, 'a task ends with its video: UPDATE video SET state = ''cancelled''') END;
END;

CREATE TRIGGER worker_has_slots BEFORE INSERT ON worker WHEN typeof(NEW.slots) <> 'integer' OR NEW.slots NOT BETWEEN 0 AND 256
BEGIN
	SELECT RAISE(ABORT, 'slots is a whole number from 0 to 256');
END;

CREATE TRIGGER worker_keeps_slots BEFORE UPDATE OF slots ON worker WHEN typeof(NEW.slots) <> 'integer' OR NEW.slots NOT BETWEEN 0 AND 256
BEGIN
	SELECT RAISE(ABORT, 'slots is a whole number from 0 to 256');
END;

PRAGMA user_version = 10;
