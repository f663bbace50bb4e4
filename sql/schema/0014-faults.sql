-- 0014-faults.sql: whose fault it is, told by what goes well beside it.  SPDX-License-Identifier: MIT

-- Put off ----------------------------------------------------------------------------------------

ALTER TABLE task ADD COLUMN put_offs INTEGER NOT NULL DEFAULT 0;        -- times that the machine was blamed for its end
ALTER TABLE task ADD COLUMN put_off_ms INTEGER;                         -- when it last was

-- Pictures ---------------------------------------------------------------------------------------

-- Those of every edition had one name, and went with the first; what is gone is not named.
UPDATE video SET poster = NULL
 WHERE published > 1 AND published = edition AND NOT EXISTS (SELECT 1 FROM discard WHERE video = video.id AND file = poster);
UPDATE video SET storyboard = NULL
 WHERE published > 1 AND published = edition AND NOT EXISTS (SELECT 1 FROM discard WHERE video = video.id AND file = storyboard);
DELETE FROM discard WHERE file IN ('poster.jpg', 'storyboard.vtt', 'storyboard.jpg');

-- Discards ---------------------------------------------------------------------------------------

ALTER TABLE discard ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;        -- times that it could not be removed

-- Deletion ---------------------------------------------------------------------------------------

ALTER TABLE video ADD COLUMN files_gone INTEGER NOT NULL DEFAULT 0 CHECK (files_gone IN (0, 1));        -- a responder removed them

PRAGMA user_version = 14;
