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

-- Length -----------------------------------------------------------------------------------------

CREATE INDEX task_wait_by_needs ON task_wait (needs);   -- the deletion of a task

-- What a worker holds, for its end and for its row's; few at any time.
CREATE INDEX task_by_worker ON task (worker) WHERE state IN ('running', 'cancelled') AND worker IS NOT NULL;

CREATE INDEX task_to_do ON task (video, state, predicted_s, progress) WHERE state IN ('queued', 'running');      -- work_left
CREATE INDEX task_learned ON task (state, kind) WHERE state = 'done' AND kind = 'chunk';        -- lanes, the last of them first
CREATE INDEX video_by_end ON video (state, ended_ms) WHERE state = 'ready';     -- usual_cost, how_wrong, retention_due

PRAGMA user_version = 10;
