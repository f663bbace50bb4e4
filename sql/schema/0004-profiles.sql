-- 0004-profiles.sql: profiles as data, for any codec, checked when they are written.  SPDX-License-Identifier: MIT
--
-- A profile says what is made of a video: its rungs are pictures, one encoder a rung.  One without rungs makes
-- sound only.  What cannot work is refused here, in words, also to the sqlite3 command line.

PRAGMA legacy_alter_table = ON;         -- views still speak of the old tables: they are made anew after this

CREATE TABLE profile_new (
	name            TEXT PRIMARY KEY
	                CONSTRAINT "a profile's name has up to 32 small letters, digits and hyphens"
	                CHECK (name GLOB '[a-z0-9]*' AND name NOT GLOB '*[^a-z0-9-]*' AND length(name) <= 32),
	version         INTEGER NOT NULL DEFAULT 1,     -- raised by every change of it or of its rungs
	description     TEXT NOT NULL DEFAULT '',
	segment_ms      INTEGER NOT NULL DEFAULT 4000   -- a keyframe in every rung each so often
	                CONSTRAINT "segment_ms is from 1000 to 20000"
	                CHECK (typeof(segment_ms) = 'integer' AND segment_ms BETWEEN 1000 AND 20000),
	chunk_ms        INTEGER NOT NULL DEFAULT 10000  -- what one child encodes
	                CONSTRAINT "chunk_ms is from 500 to 600000"
	                CHECK (typeof(chunk_ms) = 'integer' AND chunk_ms BETWEEN 500 AND 600000),
	rate_max        INTEGER NOT NULL DEFAULT 60     -- frames a second
	                CONSTRAINT "rate_max is from 1 to 240 frames a second"
	                CHECK (typeof(rate_max) = 'integer' AND rate_max BETWEEN 1 AND 240),
	audio_codec     TEXT NOT NULL DEFAULT 'aac'
	                CONSTRAINT "audio_codec is aac or opus" CHECK (audio_codec IN ('aac', 'opus')),
	audio_kbps      INTEGER NOT NULL DEFAULT 128    -- of stereo
	                CONSTRAINT "audio_kbps is from 16 to 512"
	                CHECK (typeof(audio_kbps) = 'integer' AND audio_kbps BETWEEN 16 AND 512),
	surround_kbps   INTEGER NOT NULL DEFAULT 0      -- of a second sound with 5.1 channels, where the source has them; 0: none
	                CONSTRAINT "surround_kbps is 0 for none, or from 96 to 1024"
	                CHECK (typeof(surround_kbps) = 'integer' AND (surround_kbps = 0 OR surround_kbps BETWEEN 96 AND 1024)),
	copy            INTEGER NOT NULL DEFAULT 1      -- the source's own streams may be taken over where they fit
	                CONSTRAINT "copy is 0 or 1" CHECK (copy IN (0, 1)),
	keep_source     INTEGER NOT NULL DEFAULT 1      -- the uploaded file stays
	                CONSTRAINT "keep_source is 0 or 1" CHECK (keep_source IN (0, 1)),
	storyboard      INTEGER NOT NULL DEFAULT 1      -- small pictures to seek by
	                CONSTRAINT "storyboard is 0 or 1" CHECK (storyboard IN (0, 1))
) WITHOUT ROWID;

-- crf and preset are the encoder's own scales; NULL on insert stands for what is usual with the codec.
CREATE TABLE rung_new (
	profile         TEXT NOT NULL REFERENCES profile(name) ON DELETE CASCADE,
	codec           TEXT NOT NULL DEFAULT 'h264'
	                CONSTRAINT "codec is h264, hevc, vp9 or av1" CHECK (codec IN ('h264', 'hevc', 'vp9', 'av1')),
	short_side      INTEGER NOT NULL                -- pixels of the shorter side
	                CONSTRAINT "short_side is an even number of pixels from 64 to 4320"
	                CHECK (typeof(short_side) = 'integer' AND short_side BETWEEN 64 AND 4320 AND short_side % 2 = 0),
	max_kbps        INTEGER NOT NULL                -- cap of the rate
	                CONSTRAINT "max_kbps is from 50 to 200000"
	                CHECK (typeof(max_kbps) = 'integer' AND max_kbps BETWEEN 50 AND 200000),
	crf             INTEGER
	                CONSTRAINT "crf is from 1 to 51 with h264 and hevc, from 1 to 63 with vp9 and av1"
	                CHECK (crf IS NULL OR (typeof(crf) = 'integer' AND crf BETWEEN 1 AND CASE WHEN codec IN ('h264', 'hevc') THEN 51 ELSE 63 END)),
	preset          TEXT
	                CONSTRAINT "preset is ultrafast to veryslow with h264 and hevc, 0 to 5 with vp9 (cpu-used), 1 to 12 with av1"
	                CHECK (preset IS NULL OR CASE codec
	                       WHEN 'vp9' THEN preset IN ('0', '1', '2', '3', '4', '5')
	                       WHEN 'av1' THEN preset IN ('1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12')
	                       ELSE preset IN ('ultrafast', 'superfast', 'veryfast', 'faster', 'fast', 'medium', 'slow', 'slower', 'veryslow') END),
	PRIMARY KEY (profile, codec, short_side)
) WITHOUT ROWID;

INSERT INTO profile_new (name, description, segment_ms, chunk_ms, rate_max, audio_kbps)
SELECT name, description, segment_ms, chunk_ms, rate_max, audio_kbps FROM profile;
INSERT INTO rung_new (profile, short_side, max_kbps, crf, preset)
SELECT r.profile, r.short_side, r.max_kbps, max(p.crf, 1), p.preset FROM rung r JOIN profile p ON p.name = r.profile;
DROP TABLE rung;
DROP TABLE profile;
ALTER TABLE profile_new RENAME TO profile;
ALTER TABLE rung_new RENAME TO rung;

-- What this machine's ffmpeg can encode with, as the responder that started last was told by it.  Empty: not known yet.
CREATE TABLE encoder (
	codec           TEXT PRIMARY KEY,               -- h264, hevc, vp9, av1, aac, opus
	name            TEXT NOT NULL                   -- ffmpeg's name of the encoder
) WITHOUT ROWID;

-- The profile as it was when the video was planned; a retry keeps it, the next edition takes it anew.
ALTER TABLE video ADD COLUMN recipe TEXT CHECK (recipe IS NULL OR json_valid(recipe));

-- The profiles that come with the server ---------------------------------------------------------

INSERT OR IGNORE INTO profile (name, description, audio_codec, audio_kbps) VALUES
	('hevc', 'H.265 and AAC: half the bytes, for Apple''s and other newer players', 'aac', 128),
	('vp9', 'VP9 and Opus: free codecs, for browsers', 'opus', 96),
	('av1', 'AV1 and Opus: the fewest bytes, for new players', 'opus', 96),
	('av1-h264', 'AV1 for new players, H.264 below for all others', 'aac', 128),
	('audio', 'the sound alone', 'aac', 128);

INSERT INTO rung (profile, codec, short_side, max_kbps, crf, preset)
SELECT column1, column2, column3, column4, column5, column6 FROM (VALUES
	('hevc', 'hevc', 1080, 3300, 26, 'veryfast'), ('hevc', 'hevc', 720, 1800, 26, 'veryfast'),
	('hevc', 'hevc', 480, 900, 26, 'veryfast'), ('hevc', 'hevc', 240, 300, 26, 'veryfast'),
	('vp9', 'vp9', 1080, 3500, 33, '4'), ('vp9', 'vp9', 720, 1900, 33, '4'),
	('vp9', 'vp9', 480, 950, 33, '4'), ('vp9', 'vp9', 240, 320, 33, '4'),
	('av1', 'av1', 1080, 2800, 35, '8'), ('av1', 'av1', 720, 1500, 35, '8'),
	('av1', 'av1', 480, 750, 35, '8'), ('av1', 'av1', 240, 250, 35, '8'),
	('av1-h264', 'av1', 1080, 2800, 35, '8'), ('av1-h264', 'av1', 720, 1500, 35, '8'),
	('av1-h264', 'h264', 720, 2800, 23, 'veryfast'), ('av1-h264', 'h264', 480, 1400, 23, 'veryfast'),
	('av1-h264', 'h264', 240, 450, 23, 'veryfast'))
 WHERE column1 NOT IN (SELECT profile FROM rung);
UPDATE profile SET version = 1;

PRAGMA legacy_alter_table = OFF;
PRAGMA user_version = 4;
