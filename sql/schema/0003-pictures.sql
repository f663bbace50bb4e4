-- 0003-pictures.sql: small pictures to seek by.  SPDX-License-Identifier: MIT

ALTER TABLE video ADD COLUMN storyboard TEXT;   -- a WebVTT file in media/ID/ that names parts of a JPEG beside it; NULL: none

PRAGMA user_version = 3;
