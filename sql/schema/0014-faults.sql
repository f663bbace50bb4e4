-- 0014-faults.sql: whose fault it is, told by what goes well beside it.  SPDX-License-Identifier: MIT

-- Put off ----------------------------------------------------------------------------------------

ALTER TABLE task ADD COLUMN put_offs INTEGER NOT NULL DEFAULT 0;        -- times that the machine was blamed for its end
ALTER TABLE task ADD COLUMN put_off_ms INTEGER;                         -- when it last was

CREATE TRIGGER task_begins_anew AFTER UPDATE OF state ON task
WHEN NEW.state = 'queued' AND OLD.state IN ('failed', 'cancelled') AND NEW.put_offs > 0
BEGIN
	UPDATE task SET put_offs = 0 WHERE id = NEW.id;
END;

PRAGMA user_version = 14;
