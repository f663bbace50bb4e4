-- 0013-ends.sql: where an upload ends is its client's to say.  SPDX-License-Identifier: MIT

-- tus ends where the length is reached; Resumable Uploads for HTTP where the client says so, and an upload of which it does
-- not is not completed by us, and expires.
ALTER TABLE upload ADD COLUMN ended INTEGER NOT NULL DEFAULT 0          -- with what was recorded last, its client ends it
      CHECK (ended IN (0, 1));
ALTER TABLE upload ADD COLUMN wants TEXT;                               -- Want-Repr-Digest, for the answer to the last byte
UPDATE upload SET ended = 1;

PRAGMA user_version = 13;
