-- 0012-scans.sql: a source is looked at in more than one way at one time.  SPDX-License-Identifier: MIT

-- Of what was begun before: the list of its packets was added when the look before it was over; now it waits for that.
-- (The views that foretell its cost are not there while a database is brought up to date.)
DROP TRIGGER task_is_foretold;

INSERT INTO task (video, edition, kind, seq, state, predicted_s)
SELECT video, edition, 'scan', 0, iif(state = 'running', 'queued', state), predicted_s
  FROM task s
 WHERE kind = 'scan' AND seq <> 0 AND state <> 'done'
   AND NOT EXISTS (SELECT 1 FROM task p WHERE p.video = s.video AND p.edition = s.edition AND p.kind = 'scan' AND p.seq = 0);

INSERT INTO task_wait (task, needs)
SELECT p.id, s.id FROM task s JOIN task p ON p.video = s.video AND p.edition = s.edition AND p.kind = 'scan' AND p.seq = 0
 WHERE s.kind = 'scan' AND s.seq <> 0 AND s.state <> 'done';

CREATE TRIGGER task_is_foretold AFTER INSERT ON task WHEN NEW.predicted_s IS NULL
BEGIN
	UPDATE task SET (predicted_s, predicted_bytes) = (
		SELECT round(u.units * coalesce(s.cpu_s / s.units, u.prior_s), 3), round(u.units * coalesce(nullif(s.bytes, 0) / s.units, u.prior_bytes))
		  FROM task_units u JOIN video v ON v.id = NEW.video
		       LEFT JOIN speed s ON s.profile = v.profile AND s.kind = NEW.kind AND s.units > 0
		 WHERE u.task = NEW.id)
	 WHERE id = NEW.id;
END;

PRAGMA user_version = 12;
