-- 0011-roles.sql: what a sound or a text is for.  SPDX-License-Identifier: MIT

-- '': the sound as it is, or a translation.  forced: only what the picture needs; captions: also sounds, for those who cannot hear them.
ALTER TABLE rendition ADD COLUMN role TEXT NOT NULL DEFAULT '' CHECK (role IN ('', 'forced', 'captions', 'commentary', 'description'));

PRAGMA user_version = 11;
