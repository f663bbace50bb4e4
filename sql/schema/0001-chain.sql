-- 0001-chain.sql: videos and their tasks.  Rules that no slip of the hand can break are in triggers.sql.
-- SPDX-License-Identifier: MIT
--
-- Times are milliseconds since the Unix epoch, UTC.

-- What to make of a video.  Rungs are the steps of its ladder; an operator edits both.
CREATE TABLE profile (
	name            TEXT PRIMARY KEY CHECK (name GLOB '[a-z0-9]*' AND length(name) <= 32),
	description     TEXT NOT NULL DEFAULT '',
	segment_ms      INTEGER NOT NULL DEFAULT 4000 CHECK (segment_ms BETWEEN 1000 AND 20000),
	rate_max        INTEGER NOT NULL DEFAULT 60 CHECK (rate_max BETWEEN 1 AND 240),        -- frames a second
	preset          TEXT NOT NULL DEFAULT 'veryfast'
	                CHECK (preset IN ('ultrafast', 'superfast', 'veryfast', 'faster', 'fast', 'medium', 'slow', 'slower')),
	crf             INTEGER NOT NULL DEFAULT 23 CHECK (crf BETWEEN 0 AND 51),
	audio_kbps      INTEGER NOT NULL DEFAULT 128 CHECK (audio_kbps BETWEEN 16 AND 512)
) WITHOUT ROWID;

CREATE TABLE rung (
	profile         TEXT NOT NULL REFERENCES profile(name) ON DELETE CASCADE,
	short_side      INTEGER NOT NULL CHECK (short_side BETWEEN 64 AND 4320 AND short_side % 2 = 0),   -- pixels
	max_kbps        INTEGER NOT NULL CHECK (max_kbps BETWEEN 50 AND 200000),                          -- cap of the rate
	PRIMARY KEY (profile, short_side)
) WITHOUT ROWID;

INSERT INTO profile (name, description) VALUES ('default', 'H.264 and AAC: plays everywhere');
INSERT INTO rung (profile, short_side, max_kbps) VALUES
	('default', 1080, 5000), ('default', 720, 2800), ('default', 480, 1400), ('default', 240, 450);

-- A video.  Only these need to be given to enqueue a file that is on disk already:
--   INSERT INTO video (source) VALUES ('/srv/films/a.mp4');
CREATE TABLE video (
	id              TEXT PRIMARY KEY NOT NULL
	                DEFAULT (
	substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (random() & 63) + 1, 1) ||
	substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (random() & 63) + 1, 1) ||
	substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (random() & 63) + 1, 1) ||
	substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (random() & 63) + 1, 1) ||
	substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (random() & 63) + 1, 1) ||
	substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (random() & 63) + 1, 1) ||
	substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (random() & 63) + 1, 1) ||
	substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (random() & 63) + 1, 1) ||
	substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (random() & 63) + 1, 1) ||
	substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (random() & 63) + 1, 1) ||
	substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (random() & 63) + 1, 1) ||
	substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (random() & 63) + 1, 1) ||
	substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (random() & 63) + 1, 1) ||
	substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (random() & 63) + 1, 1) ||
	substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (random() & 63) + 1, 1) ||
	substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (random() & 63) + 1, 1) ||
	substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (random() & 63) + 1, 1) ||
	substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (random() & 63) + 1, 1) ||
	substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (random() & 63) + 1, 1) ||
	substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (random() & 63) + 1, 1) ||
	substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (random() & 63) + 1, 1) ||
	substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (random() & 63) + 1, 1))
	                CHECK (length(id) = 22 AND id NOT GLOB '*[^A-Za-z0-9_-]*'),
	state           TEXT NOT NULL DEFAULT 'queued'
	                CHECK (state IN ('queued', 'probing', 'encoding', 'publishing', 'ready', 'failed', 'cancelled', 'deleting')),
	title           TEXT NOT NULL DEFAULT '' CHECK (length(title) <= 500),
	filename        TEXT NOT NULL DEFAULT '',       -- what the uploader called it: a label, never a path
	owner           TEXT NOT NULL DEFAULT '' CHECK (length(owner) <= 100),
	profile         TEXT NOT NULL DEFAULT 'default' REFERENCES profile(name),
	priority        INTEGER NOT NULL DEFAULT 0
	                CHECK (typeof(priority) = 'integer' AND priority BETWEEN -100 AND 100),            -- higher goes first
	source          TEXT NOT NULL                   -- 'source/ID' under our directory, or an absolute path of the operator's
	                CHECK (source = 'source/' || id OR source GLOB '/*'),
	size_bytes      INTEGER CHECK (size_bytes >= 0),
	sha256          TEXT,
	reason          TEXT,                           -- stable code: why it failed
	detail          TEXT,                           -- the same in a sentence
	probe           TEXT CHECK (probe IS NULL OR json_valid(probe)),           -- ffprobe's own words
	duration_ms     INTEGER,
	width           INTEGER,                        -- of the picture as shown: rotated, pixels square
	height          INTEGER,
	frames          INTEGER,                        -- that the source should give
	poster          TEXT,                           -- its file in media/ID/, once there is one
	progress        REAL NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1),  -- kept by a trigger
	created_ms      INTEGER NOT NULL DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)),
	started_ms      INTEGER,                        -- its first task was claimed
	ended_ms        INTEGER                         -- ready, failed or cancelled
);
CREATE INDEX video_by_created ON video (created_ms DESC, id DESC);               -- video_list
CREATE INDEX video_by_state ON video (state, created_ms DESC, id DESC);          -- video_list, video_doomed, views
CREATE INDEX video_by_owner ON video (owner, created_ms DESC, id DESC);          -- video_list

-- One child process to run, or that ran.
CREATE TABLE task (
	id              INTEGER PRIMARY KEY,
	video           TEXT NOT NULL REFERENCES video(id) ON DELETE CASCADE,
	kind            TEXT NOT NULL CHECK (kind IN ('probe', 'scan', 'chunk', 'audio', 'poster', 'assemble')),
	seq             INTEGER NOT NULL DEFAULT 0,     -- which chunk, which track
	state           TEXT NOT NULL DEFAULT 'queued'
	                CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
	attempts        INTEGER NOT NULL DEFAULT 0,     -- times claimed; its scratch folder is work/ID.ATTEMPTS
	failures        INTEGER NOT NULL DEFAULT 0,     -- of them, times it failed
	not_before_ms   INTEGER NOT NULL DEFAULT 0,     -- a retry waits until then
	worker          TEXT,                           -- whose child it is
	pid             INTEGER,
	argv            TEXT CHECK (argv IS NULL OR json_type(argv) = 'array'),    -- decided by the plan, or at the start
	reads           TEXT CHECK (reads IS NULL OR json_type(reads) = 'array'),  -- files that the jail opens for it
	frames_planned  INTEGER,
	needs_bytes     INTEGER,                        -- of the source, before it can run; NULL: all
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
	UNIQUE (video, kind, seq)
);
CREATE INDEX task_by_state ON task (state, not_before_ms);              -- runnable, task_of_worker, views

-- A task may start when all that it needs is done.
CREATE TABLE task_wait (
	task            INTEGER NOT NULL REFERENCES task(id) ON DELETE CASCADE,
	needs           INTEGER NOT NULL REFERENCES task(id) ON DELETE CASCADE,
	PRIMARY KEY (task, needs)
) WITHOUT ROWID;

-- What the planner decided, and why, in the order it did.
CREATE TABLE decision (
	video           TEXT NOT NULL REFERENCES video(id) ON DELETE CASCADE,
	seq             INTEGER NOT NULL,
	code            TEXT NOT NULL,
	detail          TEXT NOT NULL,
	PRIMARY KEY (video, seq)
) WITHOUT ROWID;

-- One rung or track of a video: planned first, complete once the video is ready.
CREATE TABLE rendition (
	video           TEXT NOT NULL REFERENCES video(id) ON DELETE CASCADE,
	place           INTEGER NOT NULL,               -- in lists: the largest rung is 0, sound comes last
	name            TEXT NOT NULL CHECK (name <> '' AND name NOT GLOB '*[^a-z0-9-]*'),   -- 720p, audio
	kind            TEXT NOT NULL CHECK (kind IN ('video', 'audio')),
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
	PRIMARY KEY (video, place),
	UNIQUE (video, name)
) WITHOUT ROWID;

-- One chunk of a rendition: a verified file in media/ID/ and its lines of the media playlist.
CREATE TABLE piece (
	video           TEXT NOT NULL REFERENCES video(id) ON DELETE CASCADE,
	rendition       TEXT NOT NULL,
	seq             INTEGER NOT NULL,
	file            TEXT NOT NULL,
	size_bytes      INTEGER NOT NULL,
	frames          INTEGER NOT NULL,
	duration_us     INTEGER NOT NULL,
	peak_bps        INTEGER NOT NULL,
	longest_us      INTEGER NOT NULL,               -- its longest segment: EXT-X-TARGETDURATION
	playlist        TEXT NOT NULL,                  -- EXTINF, EXT-X-BYTERANGE and URI lines
	PRIMARY KEY (video, rendition, seq)
) WITHOUT ROWID;

-- A body on its way in.  The row comes before the file and goes with it.
CREATE TABLE upload (
	id              TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 22 AND id NOT GLOB '*[^A-Za-z0-9_-]*'),
	worker          TEXT NOT NULL,
	filename        TEXT NOT NULL DEFAULT '',
	length_bytes    INTEGER,                        -- NULL: not told
	created_ms      INTEGER NOT NULL DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER))
) WITHOUT ROWID;

-- One responder.  It holds a lock on run/ID.lock for as long as it lives.
CREATE TABLE worker (
	id              TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 22 AND id NOT GLOB '*[^A-Za-z0-9_-]*'),
	state           TEXT NOT NULL DEFAULT 'alive' CHECK (state IN ('alive', 'stopped', 'dead')),
	pid             INTEGER NOT NULL,
	host            TEXT NOT NULL,
	slots           INTEGER NOT NULL,
	health          TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(health)),      -- its self-test
	started_ms      INTEGER NOT NULL DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)),
	ended_ms        INTEGER
) WITHOUT ROWID;

-- What happened, in order.  Outlives the video it speaks of.
CREATE TABLE event (
	id              INTEGER PRIMARY KEY AUTOINCREMENT,
	at_ms           INTEGER NOT NULL DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)),
	video           TEXT,
	task            INTEGER,
	kind            TEXT NOT NULL,
	detail          TEXT
);
CREATE INDEX event_by_video ON event (video, id);       -- an operator's "what happened to this one?"

-- The text of views.sql and triggers.sql that views and triggers were made from.
CREATE TABLE views_made (
	text            TEXT NOT NULL
);

PRAGMA application_id = 1668050029;     -- "clpm"
PRAGMA user_version = 1;
