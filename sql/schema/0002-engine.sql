-- 0002-engine.sql: a video in many chunks, and in editions.  SPDX-License-Identifier: MIT
--
-- An edition is one way from a plan to published files.  A video that is encoded again, or planned again
-- because its chunks did not fit together, gets the next one; what is published stays until the new
-- edition is.  Tables are made anew where SQLite cannot change a CHECK or a key in place.

PRAGMA legacy_alter_table = ON;         -- views still speak of the old tables: they are made anew after this

-- Chunks are about so long; twice that in videos of ten minutes and more.
ALTER TABLE profile ADD COLUMN chunk_ms INTEGER NOT NULL DEFAULT 10000 CHECK (chunk_ms BETWEEN 500 AND 600000);

ALTER TABLE video ADD COLUMN edition INTEGER NOT NULL DEFAULT 1 CHECK (edition >= 1);   -- that is worked on
ALTER TABLE video ADD COLUMN published INTEGER;         -- the edition that the master playlist names; NULL: none
ALTER TABLE video ADD COLUMN playable_ms INTEGER;       -- since when it can be watched from its start
ALTER TABLE video ADD COLUMN single TEXT;               -- why it must be encoded in one piece; NULL: it need not

CREATE TABLE task_new (
	id              INTEGER PRIMARY KEY,
	video           TEXT NOT NULL REFERENCES video(id) ON DELETE CASCADE,
	edition         INTEGER NOT NULL DEFAULT 1,
	kind            TEXT NOT NULL
	                CHECK (kind IN ('probe', 'scan', 'chunk', 'audio', 'subtitle', 'poster', 'storyboard', 'assemble')),
	seq             INTEGER NOT NULL DEFAULT 0,     -- which chunk, which track
	state           TEXT NOT NULL DEFAULT 'queued'
	                CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
	attempts        INTEGER NOT NULL DEFAULT 0,     -- times claimed; its scratch folder is work/ID.ATTEMPTS
	failures        INTEGER NOT NULL DEFAULT 0,     -- of them, times it failed
	crashes         INTEGER NOT NULL DEFAULT 0,     -- of them, times its worker died with it
	not_before_ms   INTEGER NOT NULL DEFAULT 0,     -- a retry waits until then
	worker          TEXT,                           -- whose child it is
	pid             INTEGER,
	argv            TEXT CHECK (argv IS NULL OR json_type(argv) = 'array'),    -- decided by the plan, or at the start
	reads           TEXT CHECK (reads IS NULL OR json_type(reads) = 'array'),  -- files that the jail opens for it
	first_frame     INTEGER,                        -- of the output, from 0: where this chunk begins
	frames_planned  INTEGER,
	needs_bytes     INTEGER,                        -- of the source, before it can run; NULL: all
	predicted_s     REAL,                           -- CPU seconds that it should take
	predicted_bytes INTEGER,                        -- of what it should write
	created_ms      INTEGER NOT NULL DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)),
	started_ms      INTEGER,
	ended_ms        INTEGER,
	progress        REAL NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1),
	frames          INTEGER,
	fps             REAL,
	exit_code       INTEGER,
	signal          INTEGER,
	user_ms         INTEGER,
	sys_ms          INTEGER,
	max_rss_kb      INTEGER,
	reason          TEXT,                           -- stable code of the last failure
	stderr          TEXT,                           -- its last lines
	UNIQUE (video, edition, kind, seq)
);
INSERT INTO task_new (id, video, kind, seq, state, attempts, failures, not_before_ms, worker, pid, argv, reads, first_frame,
	frames_planned, needs_bytes, created_ms, started_ms, ended_ms, progress, frames, fps, exit_code, signal, user_ms, sys_ms,
	max_rss_kb, reason, stderr)
SELECT id, video, kind, seq, state, attempts, failures, not_before_ms, worker, pid, argv, reads,
	CASE kind WHEN 'chunk' THEN 0 END,
	frames_planned, needs_bytes, created_ms, started_ms, ended_ms, progress, frames, fps, exit_code, signal, user_ms, sys_ms,
	max_rss_kb, reason, stderr FROM task;
DROP TABLE task;
ALTER TABLE task_new RENAME TO task;
CREATE INDEX task_by_state ON task (state, not_before_ms);              -- runnable, task_of_worker, views

CREATE TABLE decision_new (
	video           TEXT NOT NULL REFERENCES video(id) ON DELETE CASCADE,
	edition         INTEGER NOT NULL DEFAULT 1,
	seq             INTEGER NOT NULL,
	code            TEXT NOT NULL,
	detail          TEXT NOT NULL,
	PRIMARY KEY (video, edition, seq)
) WITHOUT ROWID;
INSERT INTO decision_new (video, seq, code, detail) SELECT video, seq, code, detail FROM decision;
DROP TABLE decision;
ALTER TABLE decision_new RENAME TO decision;

CREATE TABLE rendition_new (
	video           TEXT NOT NULL REFERENCES video(id) ON DELETE CASCADE,
	edition         INTEGER NOT NULL DEFAULT 1,
	place           INTEGER NOT NULL,               -- in lists: the largest rung is 0, sound and text come last
	name            TEXT NOT NULL CHECK (name <> '' AND name NOT GLOB '*[^a-z0-9-]*'),   -- 720p, audio, text-de
	kind            TEXT NOT NULL CHECK (kind IN ('video', 'audio', 'text')),
	codec           TEXT,                           -- h264, aac, webvtt, ...
	copied          INTEGER NOT NULL DEFAULT 0,     -- 1: the source's own data, not encoded again
	language        TEXT NOT NULL DEFAULT '',       -- RFC 5646, as far as the source tells
	label           TEXT NOT NULL DEFAULT '',       -- for people
	is_default      INTEGER NOT NULL DEFAULT 0,     -- of the sounds, or of the texts: played unless another is chosen
	width           INTEGER,
	height          INTEGER,
	rate_num        INTEGER,                        -- frames a second
	rate_den        INTEGER,
	codecs          TEXT,                           -- RFC 6381
	channels        INTEGER,
	frames          INTEGER,
	duration_us     INTEGER,
	peak_bps        INTEGER,                        -- of its busiest segment
	mean_bps        INTEGER,
	file            TEXT,                           -- the progressive MP4, in media/ID/
	size_bytes      INTEGER,                        -- of that file
	PRIMARY KEY (video, edition, place),
	UNIQUE (video, edition, name)
) WITHOUT ROWID;
INSERT INTO rendition_new (video, place, name, kind, codec, is_default, width, height, rate_num, rate_den, codecs, channels,
	frames, duration_us, peak_bps, mean_bps, file, size_bytes)
SELECT video, place, name, kind, CASE kind WHEN 'video' THEN 'h264' ELSE 'aac' END, kind = 'audio', width, height, rate_num,
	rate_den, codecs, channels, frames, duration_us, peak_bps, mean_bps, file, size_bytes FROM rendition;
DROP TABLE rendition;
ALTER TABLE rendition_new RENAME TO rendition;

CREATE TABLE piece_new (
	video           TEXT NOT NULL REFERENCES video(id) ON DELETE CASCADE,
	edition         INTEGER NOT NULL DEFAULT 1,
	rendition       TEXT NOT NULL,
	seq             INTEGER NOT NULL,
	file            TEXT NOT NULL,
	size_bytes      INTEGER NOT NULL,               -- of its segments
	frames          INTEGER NOT NULL,
	duration_us     INTEGER NOT NULL,
	peak_bps        INTEGER NOT NULL,
	longest_us      INTEGER NOT NULL,               -- its longest segment: EXT-X-TARGETDURATION
	playlist        TEXT NOT NULL,                  -- EXTINF, EXT-X-BYTERANGE and URI lines
	PRIMARY KEY (video, edition, rendition, seq)
) WITHOUT ROWID;
INSERT INTO piece_new (video, rendition, seq, file, size_bytes, frames, duration_us, peak_bps, longest_us, playlist)
SELECT video, rendition, seq, file, size_bytes, frames, duration_us, peak_bps, longest_us, playlist FROM piece;
DROP TABLE piece;
ALTER TABLE piece_new RENAME TO piece;

-- Files in media/VIDEO/ that nobody needs any more, and since when they may go: those of an early playlist stay
-- for players that are in the middle of it.
CREATE TABLE discard (
	video           TEXT NOT NULL REFERENCES video(id) ON DELETE CASCADE,
	file            TEXT NOT NULL CHECK (file <> '' AND file NOT GLOB '*/*'),
	after_ms        INTEGER NOT NULL,
	PRIMARY KEY (video, file)
) WITHOUT ROWID;
CREATE INDEX discard_by_time ON discard (after_ms);                     -- discard_due

UPDATE video SET published = 1, playable_ms = ended_ms WHERE state = 'ready';

PRAGMA legacy_alter_table = OFF;
PRAGMA user_version = 2;
