-- 0007-events.sql: what happens, told as it happens.  SPDX-License-Identifier: MIT

ALTER TABLE event ADD COLUMN owner TEXT;                -- of the video; kept when the video is gone

UPDATE event SET owner = (SELECT owner FROM video WHERE id = event.video) WHERE video IS NOT NULL;

-- A video that was deleted is known from its events before.
CREATE TRIGGER event_owner AFTER INSERT ON event WHEN NEW.video IS NOT NULL AND NEW.owner IS NULL
BEGIN
	UPDATE event SET owner = coalesce((SELECT owner FROM video WHERE id = NEW.video),
		(SELECT owner FROM event WHERE video = NEW.video AND id < NEW.id ORDER BY id DESC LIMIT 1), '')
	 WHERE id = NEW.id;
END;

CREATE TRIGGER video_changes AFTER UPDATE OF title, priority, paused ON video
WHEN (NEW.title, NEW.priority, NEW.paused) <> (OLD.title, OLD.priority, OLD.paused)
BEGIN
	INSERT INTO event (video, kind) VALUES (NEW.id, 'video changed');
END;

CREATE TRIGGER video_plays AFTER UPDATE OF playable_ms ON video WHEN OLD.playable_ms IS NULL AND NEW.playable_ms IS NOT NULL
BEGIN
	INSERT INTO event (video, kind) VALUES (NEW.id, 'video playable');
END;

CREATE TRIGGER worker_comes AFTER INSERT ON worker
BEGIN
	INSERT INTO event (kind, detail) VALUES ('worker ' || NEW.state, NEW.id);
END;

CREATE TRIGGER worker_tells AFTER UPDATE OF state, slots, nice, paused, trouble ON worker
WHEN (NEW.state, NEW.slots, NEW.paused) <> (OLD.state, OLD.slots, OLD.paused) OR NEW.nice IS NOT OLD.nice OR NEW.trouble IS NOT OLD.trouble
BEGIN
	INSERT INTO event (kind, detail) VALUES ('worker ' || iif(NEW.state <> OLD.state, NEW.state, 'changed'), NEW.id);
END;

-- How good was the first estimate that could be good?
ALTER TABLE video ADD COLUMN foretold_at_ms INTEGER;    -- when a tenth of the work was done
ALTER TABLE video ADD COLUMN foretold_ms INTEGER;       -- and when, it was said then, it would be ready

CREATE TRIGGER video_is_foretold AFTER UPDATE OF progress ON video
WHEN NEW.progress >= 0.1 AND OLD.progress < 0.1 AND NEW.state IN ('encoding', 'publishing')
BEGIN
	UPDATE video SET (foretold_at_ms, foretold_ms) = (
		SELECT n.ms, n.ms + e.eta_ms FROM now_ms n, eta e WHERE e.video = NEW.id)
	 WHERE id = NEW.id;
END;

CREATE INDEX task_by_end ON task (ended_ms);            -- floor

PRAGMA user_version = 7;
