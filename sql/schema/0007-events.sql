-- 0007-events.sql: what happens, told as it happens.  SPDX-License-Identifier: MIT

ALTER TABLE event ADD COLUMN owner TEXT;                -- of the video; kept when the video is gone

UPDATE event SET owner = (SELECT owner FROM video WHERE id = event.video) WHERE video IS NOT NULL;

-- How good was the first estimate that could be good?
ALTER TABLE video ADD COLUMN foretold_at_ms INTEGER;    -- when a tenth of the work was done
ALTER TABLE video ADD COLUMN foretold_ms INTEGER;       -- and when, it was said then, it would be ready

CREATE INDEX task_by_end ON task (ended_ms);            -- floor

PRAGMA user_version = 7;
