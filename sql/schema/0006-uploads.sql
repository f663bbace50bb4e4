-- 0006-uploads.sql: uploads that can be resumed.  SPDX-License-Identifier: MIT
--
-- A resumable upload belongs to no worker: its row stays when the responder dies that wrote to it, and
-- offset_bytes is what any other goes on from.  It is committed after the bytes are on stable storage,
-- never before; what the file has behind it was never promised to anybody.

CREATE TABLE upload_before AS SELECT id, worker, filename, length_bytes, created_ms FROM upload;
DROP TABLE upload;
CREATE TABLE upload (
	id              TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 22 AND id NOT GLOB '*[^A-Za-z0-9_-]*'),
	kind            TEXT NOT NULL DEFAULT 'once'
	                CHECK (kind IN ('once', 'whole', 'part', 'joined')),    -- part: to be joined with others
	worker          TEXT,                           -- with whom it ends; NULL: it can be resumed
	owner           TEXT NOT NULL DEFAULT '',
	filename        TEXT NOT NULL DEFAULT '',
	title           TEXT NOT NULL DEFAULT '',
	profile         TEXT NOT NULL DEFAULT 'default',
	priority        INTEGER NOT NULL DEFAULT 0,
	length_bytes    INTEGER CHECK (length_bytes >= 0),      -- NULL: not told yet
	offset_bytes    INTEGER NOT NULL DEFAULT 0 CHECK (offset_bytes >= 0),
	metadata        TEXT,                           -- Upload-Metadata as it was given
	concat          TEXT,                           -- Upload-Concat likewise
	digest          TEXT,                           -- Repr-Digest likewise: what the whole must be
	joined          TEXT,                           -- of a part: the upload that it went into
	done            INTEGER NOT NULL DEFAULT 0 CHECK (done IN (0, 1)),      -- there is a video with this id, or it was joined
	created_ms      INTEGER NOT NULL DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)),
	touched_ms      INTEGER NOT NULL DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)),  -- its last byte
	CHECK (kind = 'once' OR length_bytes IS NULL OR offset_bytes <= length_bytes)
) WITHOUT ROWID;

INSERT INTO upload (id, worker, filename, length_bytes, created_ms)
SELECT id, worker, filename, length_bytes, created_ms FROM upload_before;
DROP TABLE upload_before;
CREATE INDEX upload_by_owner ON upload (owner, done);   -- upload_create

PRAGMA user_version = 6;
