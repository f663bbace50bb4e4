-- 0015-everything.sql: a switch that cannot get lost.  SPDX-License-Identifier: MIT

INSERT OR IGNORE INTO everything DEFAULT VALUES;

CREATE TRIGGER everything_stays BEFORE DELETE ON everything
BEGIN
	SELECT RAISE(ABORT, 'to go on: UPDATE everything SET paused = 0');
END;

PRAGMA user_version = 15;
