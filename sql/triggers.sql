-- triggers.sql: rules that no slip of the hand can break: what may be changed, and what follows from it.
-- SPDX-License-Identifier: MIT
--
-- Made anew, with the views, whenever one of the two files changes.  They do not rely on foreign keys, which the sqlite3
-- command line leaves off: each also holds for a statement typed by hand.  Of several at one event none counts on being first.

-- Profiles ---------------------------------------------------------------------------------------

-- What is there twice is refused in words too, but INSERT OR REPLACE and ON CONFLICT do as ever: SQLite tells the name of an
-- index on an expression, not its columns.
CREATE UNIQUE INDEX IF NOT EXISTS "there is such a profile already: UPDATE profile" ON profile (name || '');
CREATE UNIQUE INDEX IF NOT EXISTS "the profile has a rung of this codec and short_side already: UPDATE rung" ON rung (profile || '', codec, short_side);

DROP TRIGGER IF EXISTS profile_fits;
CREATE TRIGGER profile_fits BEFORE INSERT ON profile
BEGIN
	SELECT CASE
	WHEN NEW.name IS NULL THEN RAISE(ABORT, 'a profile has a name: up to 32 small letters, digits and hyphens')
	WHEN NEW.version || NEW.description || NEW.segment_ms || NEW.chunk_ms || NEW.rate_max || NEW.audio_codec || NEW.audio_kbps
	     || NEW.surround_kbps || NEW.copy || NEW.keep_source || NEW.storyboard || NEW.link IS NULL
	THEN RAISE(ABORT, 'NULL is for keep_source_days only: what is left out is as usual')
	WHEN NEW.keep_source = 0 AND NEW.keep_source_days IS NOT NULL
	THEN RAISE(ABORT, 'keep_source = 0 keeps no source, and keep_source_days is for keep_source = 1: leave one of them out')
	WHEN typeof(NEW.version) <> 'integer' THEN RAISE(ABORT, 'version is a whole number, and rises with every change: leave it out') END;
END;

DROP TRIGGER IF EXISTS profile_still_fits;
CREATE TRIGGER profile_still_fits BEFORE UPDATE ON profile
BEGIN
	SELECT CASE
	WHEN NEW.name IS NULL THEN RAISE(ABORT, 'a profile has a name: up to 32 small letters, digits and hyphens')
	WHEN NEW.version || NEW.description || NEW.segment_ms || NEW.chunk_ms || NEW.rate_max || NEW.audio_codec || NEW.audio_kbps
	     || NEW.surround_kbps || NEW.copy || NEW.keep_source || NEW.storyboard || NEW.link IS NULL
	THEN RAISE(ABORT, 'NULL is for keep_source_days only: what is left out stays as it is')
	WHEN NEW.keep_source = 0 AND NEW.keep_source_days IS NOT NULL AND NEW.keep_source_days IS NOT OLD.keep_source_days
	THEN RAISE(ABORT, 'keep_source = 0 keeps no source, and keep_source_days is for keep_source = 1: set this too')
	WHEN typeof(NEW.version) <> 'integer' THEN RAISE(ABORT, 'version is a whole number, and rises with every change: leave it out') END;
END;

DROP TRIGGER IF EXISTS profile_changes;
CREATE TRIGGER profile_changes AFTER UPDATE OF name, description, segment_ms, chunk_ms, rate_max, audio_codec, audio_kbps,
	surround_kbps, copy, keep_source, storyboard ON profile
BEGIN
	UPDATE profile SET version = OLD.version + 1 WHERE name = NEW.name;
END;

DROP TRIGGER IF EXISTS profile_renamed;
CREATE TRIGGER profile_renamed BEFORE UPDATE OF name ON profile WHEN NEW.name <> OLD.name
BEGIN
	SELECT CASE WHEN OLD.name = 'default' OR EXISTS (SELECT 1 FROM video WHERE profile = OLD.name)
	THEN RAISE(ABORT, 'this profile is in use and keeps its name: insert another one') END;
END;

DROP TRIGGER IF EXISTS profile_renamed_rungs;
CREATE TRIGGER profile_renamed_rungs AFTER UPDATE OF name ON profile WHEN NEW.name <> OLD.name
BEGIN
	UPDATE rung SET profile = NEW.name WHERE profile = OLD.name;
END;

DROP TRIGGER IF EXISTS profile_needed;
CREATE TRIGGER profile_needed BEFORE DELETE ON profile
BEGIN
	SELECT CASE
	WHEN OLD.name = 'default' THEN RAISE(ABORT, 'the profile default is what a video gets that names none: change it instead')
	WHEN EXISTS (SELECT 1 FROM video WHERE profile = OLD.name)
	THEN RAISE(ABORT, 'there are videos with this profile: delete them first, or encode them again with another') END;
END;

DROP TRIGGER IF EXISTS profile_gone;
CREATE TRIGGER profile_gone AFTER DELETE ON profile
BEGIN
	DELETE FROM rung WHERE profile = OLD.name;
END;

DROP TRIGGER IF EXISTS profile_sound_encoder;
CREATE TRIGGER profile_sound_encoder BEFORE INSERT ON profile
WHEN EXISTS (SELECT 1 FROM codec_known WHERE kind = 'audio' AND codec = NEW.audio_codec AND lacks)
BEGIN
	SELECT RAISE(ABORT, 'the ffmpeg of this server has no encoder for that audio_codec: SELECT * FROM encoder');
END;

DROP TRIGGER IF EXISTS profile_sound_encoder_changes;
CREATE TRIGGER profile_sound_encoder_changes BEFORE UPDATE OF audio_codec ON profile
WHEN EXISTS (SELECT 1 FROM codec_known WHERE kind = 'audio' AND codec = NEW.audio_codec AND lacks)
BEGIN
	SELECT RAISE(ABORT, 'the ffmpeg of this server has no encoder for that audio_codec: SELECT * FROM encoder');
END;

-- Rungs ------------------------------------------------------------------------------------------

DROP TRIGGER IF EXISTS rung_fits;
CREATE TRIGGER rung_fits BEFORE INSERT ON rung
BEGIN
	SELECT CASE
	WHEN NOT EXISTS (SELECT 1 FROM profile WHERE name = NEW.profile)
	THEN RAISE(ABORT, 'there is no such profile: insert it before its rungs')
	WHEN NEW.codec IS NULL THEN RAISE(ABORT, 'codec is h264, hevc, vp9 or av1')
	WHEN NEW.short_side IS NULL THEN RAISE(ABORT, 'a rung has a short_side: an even number of pixels from 64 to 4320')
	WHEN NEW.max_kbps IS NULL THEN RAISE(ABORT, 'a rung has a cap of its rate: max_kbps is from 50 to 200000')
	WHEN (SELECT count(*) FROM rung WHERE profile = NEW.profile) >= 14
	THEN RAISE(ABORT, 'a profile has 14 rungs at most')
	WHEN EXISTS (SELECT 1 FROM codec_known WHERE kind = 'video' AND codec = NEW.codec AND lacks)
	THEN RAISE(ABORT, 'the ffmpeg of this server has no encoder for that codec: SELECT * FROM encoder') END;
END;

DROP TRIGGER IF EXISTS rung_still_fits;
CREATE TRIGGER rung_still_fits BEFORE UPDATE ON rung
BEGIN
	SELECT CASE
	WHEN NOT EXISTS (SELECT 1 FROM profile WHERE name = NEW.profile)
	THEN RAISE(ABORT, 'there is no such profile: insert it before its rungs')
	WHEN NEW.codec IS NULL THEN RAISE(ABORT, 'codec is h264, hevc, vp9 or av1')
	WHEN NEW.short_side IS NULL THEN RAISE(ABORT, 'a rung has a short_side: an even number of pixels from 64 to 4320')
	WHEN NEW.max_kbps IS NULL THEN RAISE(ABORT, 'a rung has a cap of its rate: max_kbps is from 50 to 200000')
	WHEN NEW.profile <> OLD.profile AND (SELECT count(*) FROM rung WHERE profile = NEW.profile) >= 14
	THEN RAISE(ABORT, 'a profile has 14 rungs at most')
	WHEN NEW.codec <> OLD.codec AND EXISTS (SELECT 1 FROM codec_known WHERE kind = 'video' AND codec = NEW.codec AND lacks)
	THEN RAISE(ABORT, 'the ffmpeg of this server has no encoder for that codec: SELECT * FROM encoder') END;
END;

DROP TRIGGER IF EXISTS rung_added;
CREATE TRIGGER rung_added AFTER INSERT ON rung
BEGIN
	UPDATE rung
	   SET crf = coalesce(crf, (SELECT k.crf FROM codec_known k WHERE k.codec = rung.codec)),
	       preset = coalesce(preset, (SELECT k.preset FROM codec_known k WHERE k.codec = rung.codec))
	 WHERE profile = NEW.profile AND codec = NEW.codec AND short_side = NEW.short_side AND (crf IS NULL OR preset IS NULL);
	UPDATE profile SET version = version + 1 WHERE name = NEW.profile;
END;

-- NULL asks for the usual here too; another codec has another scale, so what is not said anew is the usual.
DROP TRIGGER IF EXISTS rung_changed;
CREATE TRIGGER rung_changed AFTER UPDATE OF profile, codec, short_side, max_kbps, crf, preset ON rung
BEGIN
	UPDATE rung
	   SET crf = coalesce(crf, (SELECT k.crf FROM codec_known k WHERE k.codec = rung.codec)),
	       preset = coalesce(preset, (SELECT k.preset FROM codec_known k WHERE k.codec = rung.codec))
	 WHERE profile = NEW.profile AND codec = NEW.codec AND short_side = NEW.short_side AND (crf IS NULL OR preset IS NULL);
	UPDATE profile SET version = version + 1 WHERE name IN (OLD.profile, NEW.profile);
END;

DROP TRIGGER IF EXISTS rung_removed;
CREATE TRIGGER rung_removed AFTER DELETE ON rung
BEGIN
	UPDATE profile SET version = version + 1 WHERE name = OLD.profile;
END;

-- A video comes ----------------------------------------------------------------------------------

DROP TRIGGER IF EXISTS video_fits;
CREATE TRIGGER video_fits BEFORE INSERT ON video
BEGIN
	SELECT CASE
	WHEN NEW.id IS NULL OR length(NEW.id) <> 22 OR NEW.id GLOB '*[^A-Za-z0-9_-]*'
	THEN RAISE(ABORT, 'an id has 22 letters, digits, hyphens and underscores: leave it out to get one')
	WHEN EXISTS (SELECT 1 FROM video WHERE id = NEW.id) THEN RAISE(ABORT, 'there is a video with this id already')
	WHEN NEW.source IS NULL OR NOT (NEW.source GLOB '/*' OR NEW.source = 'source/' || NEW.id)
	THEN RAISE(ABORT, 'source is the absolute path of a file, or source/ and the id')
	WHEN NEW.state || NEW.edition || NEW.filename || NEW.title || NEW.owner || NEW.priority || NEW.paused IS NULL
	THEN RAISE(ABORT, 'state, edition, filename, title, owner, priority and paused are never NULL: what is left out is as usual')
	WHEN length(NEW.title) > 500 THEN RAISE(ABORT, 'title has up to 500 characters')
	WHEN length(NEW.owner) > 100 THEN RAISE(ABORT, 'owner has up to 100 characters')
	WHEN typeof(NEW.priority) <> 'integer' OR NEW.priority NOT BETWEEN -100 AND 100
	THEN RAISE(ABORT, 'priority is a whole number from -100 to 100')
	WHEN NEW.paused NOT IN (0, 1) THEN RAISE(ABORT, 'paused is 0 or 1') END;
END;

DROP TRIGGER IF EXISTS video_still_fits;
CREATE TRIGGER video_still_fits BEFORE UPDATE OF state, edition, filename, title, owner, priority, paused ON video
BEGIN
	SELECT CASE
	WHEN NEW.state || NEW.edition || NEW.filename || NEW.title || NEW.owner || NEW.priority || NEW.paused IS NULL
	THEN RAISE(ABORT, 'state, edition, filename, title, owner, priority and paused are never NULL')
	WHEN length(NEW.title) > 500 THEN RAISE(ABORT, 'title has up to 500 characters')
	WHEN length(NEW.owner) > 100 THEN RAISE(ABORT, 'owner has up to 100 characters')
	WHEN typeof(NEW.priority) <> 'integer' OR NEW.priority NOT BETWEEN -100 AND 100
	THEN RAISE(ABORT, 'priority is a whole number from -100 to 100')
	WHEN NEW.paused NOT IN (0, 1) THEN RAISE(ABORT, 'paused is 0 or 1') END;
END;

DROP TRIGGER IF EXISTS video_starts_queued;
CREATE TRIGGER video_starts_queued BEFORE INSERT ON video WHEN NEW.state <> 'queued'
BEGIN
	SELECT RAISE(ABORT, 'a new video starts as queued: leave state out');
END;

DROP TRIGGER IF EXISTS video_needs_profile;
CREATE TRIGGER video_needs_profile BEFORE INSERT ON video
WHEN NOT EXISTS (SELECT 1 FROM profile WHERE name = NEW.profile)
BEGIN
	SELECT RAISE(ABORT, 'there is no such profile: SELECT name FROM profile');
END;

DROP TRIGGER IF EXISTS video_needs_encoders;
CREATE TRIGGER video_needs_encoders BEFORE INSERT ON video
WHEN EXISTS (SELECT 1 FROM profile_lacks WHERE profile = NEW.profile)
BEGIN
	SELECT RAISE(ABORT, 'the ffmpeg of this server lacks an encoder that this profile needs: SELECT * FROM encoder');
END;

DROP TRIGGER IF EXISTS video_is_guessed;
CREATE TRIGGER video_is_guessed AFTER INSERT ON video WHEN NEW.guessed_bytes IS NULL AND NEW.size_bytes IS NOT NULL
BEGIN
	UPDATE video SET guessed_bytes = round(NEW.size_bytes * (SELECT grows FROM growth_factor WHERE profile = NEW.profile))
	 WHERE id = NEW.id;
END;

-- The digest is computed beside the work.  Only where there is a finished video that this one may be the same as does
-- the work wait for it: then it may turn out that there is none to do.
DROP TRIGGER IF EXISTS video_insert;
CREATE TRIGGER video_insert AFTER INSERT ON video
BEGIN
	UPDATE video SET filename = replace(source, rtrim(source, replace(source, '/', '')), '')
	 WHERE id = NEW.id AND filename = '' AND source GLOB '/*';
	INSERT INTO task (video, kind) VALUES (NEW.id, 'probe');
	INSERT INTO task (video, kind) SELECT NEW.id, 'digest'
	 WHERE NEW.sha256 IS NULL OR EXISTS (SELECT 1 FROM twin WHERE video = NEW.id AND sha256 = NEW.sha256);
	INSERT INTO task_wait (task, needs)
	SELECT p.id, d.id FROM task p JOIN task d ON d.video = p.video AND d.kind = 'digest'
	 WHERE p.video = NEW.id AND p.kind = 'probe' AND EXISTS (SELECT 1 FROM twin WHERE video = NEW.id);
	INSERT INTO event (video, kind, detail) VALUES (NEW.id, 'video queued', NEW.filename);
END;

-- It moves from state to state -------------------------------------------------------------------

DROP TRIGGER IF EXISTS video_identity_fixed;
CREATE TRIGGER video_identity_fixed BEFORE UPDATE OF id, source ON video
WHEN NEW.id IS NOT OLD.id OR NEW.source IS NOT OLD.source
BEGIN
	SELECT RAISE(ABORT, 'id and source name files on disk and cannot change');
END;

DROP TRIGGER IF EXISTS video_moves;
CREATE TRIGGER video_moves BEFORE UPDATE OF state ON video WHEN NEW.state <> OLD.state
BEGIN
	SELECT CASE WHEN NEW.state = 'failed' AND NEW.reason IS NULL
	THEN RAISE(ABORT, 'a video fails by its work, which says why: to stop it, state = ''cancelled''') END;
	SELECT CASE OLD.state
	WHEN 'deleting' THEN RAISE(ABORT, 'this video is being deleted: nothing else can happen to it')
	WHEN 'ready' THEN CASE WHEN NEW.state <> 'deleting' AND NOT (NEW.state = 'queued' AND NEW.edition > OLD.edition)
		THEN RAISE(ABORT, 'a ready video is finished: it can be encoded again (state = ''queued'', edition = edition + 1) or deleted (state = ''deleting'')') END
	WHEN 'failed' THEN CASE WHEN NEW.state NOT IN ('queued', 'deleting')
		THEN RAISE(ABORT, 'a failed video can be retried (state = ''queued'') or deleted (state = ''deleting'')') END
	WHEN 'cancelled' THEN CASE WHEN NEW.state NOT IN ('queued', 'deleting')
		THEN RAISE(ABORT, 'a cancelled video can be retried (state = ''queued'') or deleted (state = ''deleting'')') END
	ELSE CASE
		WHEN NEW.state IN ('failed', 'cancelled', 'deleting') THEN NULL
		WHEN NEW.state = 'queued' AND NEW.edition > OLD.edition THEN NULL
		WHEN NEW.state = 'ready' AND EXISTS (SELECT 1 FROM task WHERE video = OLD.id AND edition = OLD.edition AND state <> 'done'
		                                        AND kind <> 'digest')
		THEN RAISE(ABORT, 'a video is ready when all its tasks are done, not before')
		WHEN (OLD.state = 'queued' AND NEW.state IN ('probing', 'encoding', 'publishing'))
		  OR (OLD.state = 'probing' AND NEW.state = 'encoding')
		  OR (OLD.state = 'encoding' AND NEW.state = 'publishing')
		  OR (OLD.state = 'publishing' AND NEW.state = 'ready') THEN NULL
		ELSE RAISE(ABORT, 'a video that is under way can be cancelled (state = ''cancelled'') or deleted (state = ''deleting''); the rest is the workers'' to set')
	END END;
END;

-- Stopping a video stops its tasks; a worker that finds its task no longer running ends the child.
DROP TRIGGER IF EXISTS video_stops;
CREATE TRIGGER video_stops AFTER UPDATE OF state ON video
WHEN NEW.state IN ('failed', 'cancelled', 'deleting') AND OLD.state <> NEW.state
BEGIN
	UPDATE task SET state = 'cancelled' WHERE video = NEW.id AND state IN ('queued', 'running');
END;

DROP TRIGGER IF EXISTS video_tells;
CREATE TRIGGER video_tells AFTER UPDATE OF state ON video WHEN NEW.state <> OLD.state
BEGIN
	UPDATE video SET ended_ms = (SELECT ms FROM now_ms)
	 WHERE id = NEW.id AND NEW.state IN ('ready', 'failed', 'cancelled');
	UPDATE video SET reason = 'cancelled', detail = 'Stopped on request; it can be retried.'
	 WHERE id = NEW.id AND NEW.state = 'cancelled';
	INSERT INTO event (video, kind, detail) SELECT id, 'video ' || NEW.state, detail FROM video WHERE id = NEW.id;
END;

-- A piece that is published as it is counts once.
DROP TRIGGER IF EXISTS video_teaches;
CREATE TRIGGER video_teaches AFTER UPDATE OF state ON video WHEN NEW.state = 'ready' AND OLD.state <> 'ready' AND NEW.linked IS NULL
BEGIN
	UPDATE video
	   SET written_bytes = (SELECT coalesce(sum(size_bytes), 0) FROM piece WHERE video = NEW.id AND edition = NEW.edition)
	                     + (SELECT coalesce(sum(size_bytes), 0) FROM rendition WHERE video = NEW.id AND edition = NEW.edition
	                           AND file NOT IN (SELECT file FROM piece WHERE video = NEW.id AND edition = NEW.edition))
	 WHERE id = NEW.id;
	INSERT INTO growth (profile, source_bytes, cap_bytes, written_bytes)
	SELECT v.profile, v.size_bytes, c.pieces_bytes + c.movies_bytes, v.written_bytes
	  FROM video v JOIN video_cap c ON c.edition = v.edition
	 WHERE v.id = NEW.id AND c.video = NEW.id AND v.size_bytes > 0 AND v.written_bytes > 0 AND c.pieces_bytes > 0
	    ON CONFLICT (profile) DO UPDATE
	   SET source_bytes = 0.95 * source_bytes + excluded.source_bytes, cap_bytes = 0.95 * cap_bytes + excluded.cap_bytes,
	       written_bytes = 0.95 * written_bytes + excluded.written_bytes;
END;

-- Retried as it was planned; with edition + 1 it is planned anew.
DROP TRIGGER IF EXISTS video_retries;
CREATE TRIGGER video_retries AFTER UPDATE OF state ON video
WHEN NEW.state = 'queued' AND OLD.state IN ('failed', 'cancelled') AND NEW.edition = OLD.edition
BEGIN
	UPDATE video SET reason = NULL, detail = NULL, ended_ms = NULL, foretold_at_ms = NULL, foretold_ms = NULL WHERE id = NEW.id;
	UPDATE task SET state = 'queued', worker = NULL, pid = NULL, failures = 0, crashes = 0, deaths = 0, not_before_ms = 0, progress = 0
	 WHERE video = NEW.id AND edition = NEW.edition AND state IN ('failed', 'cancelled');
END;

-- A retry goes on with the pieces of the edition that failed, and can use none of those before: they go, six hours later, for
-- players that are in the middle of an early playlist.  The next early playlist is the edition's own.
DROP TRIGGER IF EXISTS video_leaves_pieces;
CREATE TRIGGER video_leaves_pieces AFTER UPDATE OF state ON video
WHEN NEW.state IN ('failed', 'cancelled') AND OLD.state NOT IN ('failed', 'cancelled') AND NEW.edition > 1
BEGIN
	INSERT OR IGNORE INTO discard (video, file, after_ms)
	SELECT p.video, p.file, (SELECT ms FROM now_ms) + 21600000 FROM piece p
	 WHERE p.video = NEW.id AND p.edition < NEW.edition
	   AND p.file NOT IN (SELECT file FROM rendition WHERE video = NEW.id AND file IS NOT NULL);
	UPDATE video SET playable_ms = NULL
	 WHERE id = NEW.id AND published IS NULL AND EXISTS (SELECT 1 FROM piece WHERE video = NEW.id AND edition < NEW.edition);
END;

DROP TRIGGER IF EXISTS video_is_kept;
CREATE TRIGGER video_is_kept AFTER UPDATE OF state ON video WHEN NEW.state = 'ready' AND OLD.state <> 'ready'
BEGIN
	UPDATE video SET kept_from_ms = (SELECT ms FROM lived) WHERE id = NEW.id;
END;

-- It is encoded again ----------------------------------------------------------------------------

DROP TRIGGER IF EXISTS video_profile_fixed;
CREATE TRIGGER video_profile_fixed BEFORE UPDATE OF profile ON video
WHEN NEW.profile <> OLD.profile AND NOT (NEW.edition > OLD.edition AND OLD.state IN ('ready', 'failed', 'cancelled'))
BEGIN
	SELECT RAISE(ABORT, 'a video keeps its profile; a finished one is encoded again with another by SET profile = ..., state = ''queued'', edition = edition + 1');
END;

DROP TRIGGER IF EXISTS video_profile_exists;
CREATE TRIGGER video_profile_exists BEFORE UPDATE OF profile ON video
WHEN NOT EXISTS (SELECT 1 FROM profile WHERE name = NEW.profile)
BEGIN
	SELECT RAISE(ABORT, 'there is no such profile: SELECT name FROM profile');
END;

DROP TRIGGER IF EXISTS video_needs_source;
CREATE TRIGGER video_needs_source BEFORE UPDATE OF edition, state ON video
WHEN OLD.source_kept = 0 AND (NEW.edition <> OLD.edition OR (NEW.state = 'queued' AND OLD.state IN ('failed', 'cancelled')))
BEGIN
	SELECT RAISE(ABORT, 'its source was not kept, so it cannot be encoded again');
END;

DROP TRIGGER IF EXISTS video_still_needs_encoders;
CREATE TRIGGER video_still_needs_encoders BEFORE UPDATE OF edition ON video
WHEN NEW.edition > OLD.edition AND OLD.state IN ('ready', 'failed', 'cancelled') AND EXISTS (SELECT 1 FROM profile_lacks WHERE profile = NEW.profile)
BEGIN
	SELECT RAISE(ABORT, 'the ffmpeg of this server lacks an encoder that this profile needs: SELECT * FROM encoder');
END;

-- A video that is linked takes the edition of the other, whose files are named after it, without a task.
DROP TRIGGER IF EXISTS video_edition_moves;
CREATE TRIGGER video_edition_moves BEFORE UPDATE OF edition ON video WHEN NEW.edition <> OLD.edition AND NEW.linked IS OLD.linked
BEGIN
	SELECT CASE WHEN NEW.edition <> OLD.edition + 1 OR NEW.state <> 'queued' OR OLD.state IN ('queued', 'deleting')
	THEN RAISE(ABORT, 'the next edition is edition + 1, together with state = ''queued''') END;
END;

DROP TRIGGER IF EXISTS video_forgets_recipe;
CREATE TRIGGER video_forgets_recipe AFTER UPDATE OF edition ON video WHEN NEW.edition > OLD.edition
BEGIN
	UPDATE video SET recipe = NULL WHERE id = NEW.id;
END;

DROP TRIGGER IF EXISTS video_digest_again;
CREATE TRIGGER video_digest_again AFTER UPDATE OF edition ON video
WHEN NEW.edition > OLD.edition AND NEW.linked IS OLD.linked AND NEW.sha256 IS NULL
BEGIN
	INSERT OR IGNORE INTO task (video, edition, kind) VALUES (NEW.id, NEW.edition, 'digest');
END;

DROP TRIGGER IF EXISTS video_next_edition;
CREATE TRIGGER video_next_edition AFTER UPDATE OF edition ON video WHEN NEW.edition > OLD.edition AND NEW.linked IS OLD.linked
BEGIN
	UPDATE video SET reason = NULL, detail = NULL, ended_ms = NULL, progress = 0, predicted_bytes = NULL WHERE id = NEW.id;
	UPDATE task SET state = 'cancelled' WHERE video = NEW.id AND edition < NEW.edition AND state IN ('queued', 'running');
	INSERT INTO task (video, edition, kind) VALUES (NEW.id, NEW.edition, 'probe');
	INSERT INTO event (video, kind, detail) VALUES (NEW.id, 'video edition ' || NEW.edition, NEW.single);
END;

-- The next edition, or the same once more, is made from the source, so it does not go now, though its time had come.
DROP TRIGGER IF EXISTS video_keeps_source;
CREATE TRIGGER video_keeps_source AFTER UPDATE OF state ON video WHEN NEW.state = 'queued' AND OLD.state <> 'queued'
BEGIN
	DELETE FROM discard WHERE video = NEW.id AND file = '@source';
END;

-- With it goes what was made of an edition that came to nothing: it cannot go on.
DROP TRIGGER IF EXISTS video_loses_source;
CREATE TRIGGER video_loses_source AFTER UPDATE OF source_kept ON video WHEN NEW.source_kept = 0 AND NEW.state IN ('failed', 'cancelled')
BEGIN
	INSERT OR IGNORE INTO discard (video, file, after_ms)
	SELECT p.video, p.file, (SELECT ms FROM now_ms) FROM piece p
	 WHERE p.video = NEW.id AND p.file NOT IN (SELECT file FROM rendition WHERE video = NEW.id AND file IS NOT NULL);
END;

-- What else is told of it ------------------------------------------------------------------------

DROP TRIGGER IF EXISTS video_changes;
CREATE TRIGGER video_changes AFTER UPDATE OF title, priority, paused ON video
WHEN (NEW.title, NEW.priority, NEW.paused) <> (OLD.title, OLD.priority, OLD.paused)
BEGIN
	INSERT INTO event (video, kind) VALUES (NEW.id, 'video changed');
END;

DROP TRIGGER IF EXISTS video_plays;
CREATE TRIGGER video_plays AFTER UPDATE OF playable_ms ON video WHEN OLD.playable_ms IS NULL AND NEW.playable_ms IS NOT NULL
BEGIN
	INSERT INTO event (video, kind) VALUES (NEW.id, 'video playable');
END;

DROP TRIGGER IF EXISTS video_is_foretold;
CREATE TRIGGER video_is_foretold AFTER UPDATE OF progress ON video
WHEN NEW.progress >= 0.1 AND OLD.progress < 0.1 AND NEW.state IN ('encoding', 'publishing')
BEGIN
	UPDATE video SET (foretold_at_ms, foretold_ms) = (
		SELECT n.ms, n.ms + e.eta_ms FROM now_ms n, eta e WHERE e.video = NEW.id)
	 WHERE id = NEW.id;
END;

-- It goes ----------------------------------------------------------------------------------------

DROP TRIGGER IF EXISTS video_files_first;
CREATE TRIGGER video_files_first BEFORE DELETE ON video WHEN OLD.state <> 'deleting'
BEGIN
	SELECT RAISE(ABORT, 'its files must go first: UPDATE video SET state = ''deleting'' does both');
END;

DROP TRIGGER IF EXISTS video_row_last;
CREATE TRIGGER video_row_last BEFORE DELETE ON video WHEN OLD.state = 'deleting' AND OLD.files_gone = 0
BEGIN
	SELECT RAISE(ABORT, 'its files must go first: a responder removes them, and then this row');
END;

DROP TRIGGER IF EXISTS video_delete;
CREATE TRIGGER video_delete AFTER DELETE ON video
BEGIN
	DELETE FROM task_wait WHERE task IN (SELECT id FROM task WHERE video = OLD.id);
	DELETE FROM task WHERE video = OLD.id;
	DELETE FROM decision WHERE video = OLD.id;
	DELETE FROM piece WHERE video = OLD.id;
	DELETE FROM rendition WHERE video = OLD.id;
	DELETE FROM discard WHERE video = OLD.id;
	INSERT INTO event (video, kind) VALUES (OLD.id, 'video deleted');
END;

-- Links ------------------------------------------------------------------------------------------

-- Whose files they are: when a video is deleted or has others now, the oldest that shared them has the old ones.
DROP TRIGGER IF EXISTS video_leaves_links;
CREATE TRIGGER video_leaves_links AFTER DELETE ON video
BEGIN
	UPDATE video SET linked = nullif((SELECT id FROM video WHERE linked = OLD.id ORDER BY created_ms, id LIMIT 1), id) WHERE linked = OLD.id;
END;

DROP TRIGGER IF EXISTS video_changes_files;
CREATE TRIGGER video_changes_files AFTER UPDATE OF published ON video WHEN NEW.published > OLD.published
BEGIN
	UPDATE video SET linked = NULL WHERE id = NEW.id;
	UPDATE video SET linked = nullif((SELECT id FROM video WHERE linked = NEW.id ORDER BY created_ms, id LIMIT 1), id) WHERE linked = NEW.id;
END;

-- Tasks ------------------------------------------------------------------------------------------

DROP TRIGGER IF EXISTS task_moves;
CREATE TRIGGER task_moves BEFORE UPDATE OF state ON task WHEN NEW.state <> OLD.state
BEGIN
	SELECT CASE
	WHEN OLD.state = 'done' THEN RAISE(ABORT, 'a done task stays done: its work is published')
	WHEN OLD.state = 'queued' AND NEW.state NOT IN ('running', 'cancelled')
	THEN RAISE(ABORT, 'a queued task can be claimed by a worker or cancelled')
	WHEN OLD.state IN ('failed', 'cancelled') AND NEW.state <> 'queued'
	THEN RAISE(ABORT, 'a failed or cancelled task can only be queued again')
	WHEN NEW.state = 'running' AND NEW.worker IS NULL
	THEN RAISE(ABORT, 'a running task has a worker: leave the claim to the workers')
	WHEN NEW.state = 'queued' AND OLD.state IN ('failed', 'cancelled')
	 AND (NEW.edition <> (SELECT edition FROM video WHERE id = NEW.video)
	      OR (SELECT state FROM video WHERE id = NEW.video) IN ('ready', 'failed', 'cancelled', 'deleting'))
	THEN RAISE(ABORT, 'retry the video, not the task: UPDATE video SET state = ''queued''')
	END;
END;

-- A task ends with its video; who sets one alone leaves the video waiting for ever.  Workers count a failure.
DROP TRIGGER IF EXISTS task_ends_with_video;
CREATE TRIGGER task_ends_with_video BEFORE UPDATE OF state ON task WHEN NEW.state IN ('failed', 'cancelled') AND NEW.state <> OLD.state
BEGIN
	SELECT CASE
	WHEN NEW.state = 'failed' AND NEW.failures > OLD.failures THEN NULL
	WHEN NEW.state = 'cancelled' AND EXISTS (SELECT 1 FROM video WHERE id = NEW.video
	      AND (state IN ('failed', 'cancelled', 'deleting') OR edition > NEW.edition)) THEN NULL
	ELSE RAISE(ABORT, 'a task ends with its video: UPDATE video SET state = ''cancelled''') END;
END;

-- A new task's cost, foretold from what such tasks cost before; before there were any, from what they cost elsewhere.
DROP TRIGGER IF EXISTS task_is_foretold;
CREATE TRIGGER task_is_foretold AFTER INSERT ON task WHEN NEW.predicted_s IS NULL
BEGIN
	UPDATE task SET (predicted_s, predicted_bytes) = (
		SELECT round(u.units * coalesce(s.cpu_s / s.units, u.prior_s), 3), round(u.units * coalesce(nullif(s.bytes, 0) / s.units, u.prior_bytes))
		  FROM task_units u JOIN video v ON v.id = NEW.video
		       LEFT JOIN speed s ON s.profile = v.profile AND s.kind = NEW.kind AND s.units > 0
		 WHERE u.task = NEW.id)
	 WHERE id = NEW.id;
END;

DROP TRIGGER IF EXISTS task_tells;
CREATE TRIGGER task_tells AFTER UPDATE OF state ON task WHEN NEW.state <> OLD.state
BEGIN
	INSERT INTO event (video, task, kind, detail)
	VALUES (NEW.video, NEW.id, NEW.kind || ' ' || NEW.state, NEW.reason);
END;

DROP TRIGGER IF EXISTS task_teaches;
CREATE TRIGGER task_teaches AFTER UPDATE OF user_ms ON task WHEN NEW.state = 'done' AND NEW.user_ms IS NOT NULL
BEGIN
	INSERT INTO speed (profile, kind, units, cpu_s, bytes)
	SELECT v.profile, NEW.kind, u.units, (NEW.user_ms + NEW.sys_ms) / 1000.0, 0
	  FROM task_units u JOIN video v ON v.id = NEW.video WHERE u.task = NEW.id AND u.units > 0
	    ON CONFLICT (profile, kind) DO UPDATE
	   SET units = 0.95 * units + excluded.units, cpu_s = 0.95 * cpu_s + excluded.cpu_s, bytes = 0.95 * bytes;
END;

-- A digest moves no video, is no part of its progress, and may come when the video is ready.
DROP TRIGGER IF EXISTS task_runs;
CREATE TRIGGER task_runs AFTER UPDATE OF state ON task WHEN NEW.state = 'running' AND OLD.state = 'queued' AND NEW.kind <> 'digest'
BEGIN
	UPDATE video SET state = 'probing'
	 WHERE id = NEW.video AND state = 'queued' AND NEW.kind IN ('probe', 'scan');
	UPDATE video SET state = 'encoding'
	 WHERE id = NEW.video AND state IN ('queued', 'probing') AND NEW.kind NOT IN ('probe', 'scan', 'assemble');
	UPDATE video SET state = 'publishing'
	 WHERE id = NEW.video AND state IN ('queued', 'encoding') AND NEW.kind = 'assemble';
	UPDATE video SET started_ms = coalesce(started_ms, NEW.started_ms), served_ms = NEW.started_ms WHERE id = NEW.video;
END;

-- The whole job is known by its last task; until one of them runs, `what` says what it waits for.
DROP TRIGGER IF EXISTS task_is_planned;
CREATE TRIGGER task_is_planned AFTER INSERT ON task WHEN NEW.kind = 'assemble'
BEGIN
	UPDATE video SET state = 'encoding' WHERE id = NEW.video AND state = 'probing';
END;

-- Only what changes the sum is worth adding it up: not that a long video's tasks are queued, claimed or cancelled.
DROP TRIGGER IF EXISTS task_progresses;
CREATE TRIGGER task_progresses AFTER UPDATE OF progress, state ON task
WHEN (NEW.progress <> OLD.progress OR (NEW.state = 'done') <> (OLD.state = 'done'))
 AND NEW.kind <> 'digest' AND NEW.edition = (SELECT edition FROM video WHERE id = NEW.video)
BEGIN
	UPDATE video SET progress = (
		SELECT CASE WHEN max(kind = 'assemble') = 0 THEN 0.01 * sum(state = 'done')
		       ELSE round(min(1.0, sum(weight * CASE state WHEN 'done' THEN 1.0 ELSE progress END) / sum(weight)), 4) END
		  FROM (SELECT kind, state, progress,
		               CASE kind WHEN 'chunk' THEN 80.0 * coalesce(frames_planned, 1) / sum(coalesce(frames_planned, 1)) OVER (PARTITION BY kind)
		                         WHEN 'audio' THEN 8.0 WHEN 'assemble' THEN 4.0 ELSE 2.0 END AS weight
		          FROM task WHERE video = NEW.video AND edition = NEW.edition AND kind <> 'digest'))
	 WHERE id = NEW.video;
END;

DROP TRIGGER IF EXISTS task_begins_anew;
CREATE TRIGGER task_begins_anew AFTER UPDATE OF state ON task
WHEN NEW.state = 'queued' AND OLD.state IN ('failed', 'cancelled') AND NEW.put_offs > 0
BEGIN
	UPDATE task SET put_offs = 0 WHERE id = NEW.id;
END;

-- Nothing is learned from what was not made.
DROP TRIGGER IF EXISTS piece_teaches;
CREATE TRIGGER piece_teaches AFTER INSERT ON piece
WHEN NEW.seq >= 0 AND (SELECT linked FROM video WHERE id = NEW.video) IS NULL
BEGIN
	UPDATE speed SET bytes = bytes + NEW.size_bytes
	 WHERE profile = (SELECT profile FROM video WHERE id = NEW.video)
	   AND kind = (SELECT CASE kind WHEN 'video' THEN 'chunk' ELSE 'audio' END FROM rendition
	                WHERE video = NEW.video AND edition = NEW.edition AND name = NEW.rendition);
END;

-- Workers, events, the switch --------------------------------------------------------------------

DROP TRIGGER IF EXISTS worker_has_slots;
CREATE TRIGGER worker_has_slots BEFORE INSERT ON worker WHEN typeof(NEW.slots) <> 'integer' OR NEW.slots NOT BETWEEN 0 AND 256
BEGIN
	SELECT RAISE(ABORT, 'slots is a whole number from 0 to 256');
END;

DROP TRIGGER IF EXISTS worker_keeps_slots;
CREATE TRIGGER worker_keeps_slots BEFORE UPDATE OF slots ON worker WHEN typeof(NEW.slots) <> 'integer' OR NEW.slots NOT BETWEEN 0 AND 256
BEGIN
	SELECT RAISE(ABORT, 'slots is a whole number from 0 to 256');
END;

DROP TRIGGER IF EXISTS worker_still_fits;
CREATE TRIGGER worker_still_fits BEFORE UPDATE OF state, nice, paused ON worker
BEGIN
	SELECT CASE
	WHEN NEW.state IS NULL OR NEW.state NOT IN ('alive', 'stopped', 'dead')
	THEN RAISE(ABORT, 'state is the responder''s own to set: it is paused by paused = 1')
	WHEN typeof(NEW.nice) NOT IN ('integer', 'null') OR NEW.nice NOT BETWEEN 0 AND 19
	THEN RAISE(ABORT, 'nice is a whole number from 0 to 19, or NULL for what the settings say')
	WHEN NEW.paused IS NULL OR NEW.paused NOT IN (0, 1) THEN RAISE(ABORT, 'paused is 0 or 1') END;
END;

DROP TRIGGER IF EXISTS worker_comes;
CREATE TRIGGER worker_comes AFTER INSERT ON worker
BEGIN
	INSERT INTO event (kind, detail) VALUES ('worker ' || NEW.state, NEW.id);
END;

DROP TRIGGER IF EXISTS worker_tells;
CREATE TRIGGER worker_tells AFTER UPDATE OF state, slots, nice, paused, trouble ON worker
WHEN (NEW.state, NEW.slots, NEW.paused) <> (OLD.state, OLD.slots, OLD.paused) OR NEW.nice IS NOT OLD.nice OR NEW.trouble IS NOT OLD.trouble
BEGIN
	INSERT INTO event (kind, detail) VALUES ('worker ' || iif(NEW.state <> OLD.state, NEW.state, 'changed'), NEW.id);
END;

-- A video that was deleted is known from its events before.
DROP TRIGGER IF EXISTS event_owner;
CREATE TRIGGER event_owner AFTER INSERT ON event WHEN NEW.video IS NOT NULL AND NEW.owner IS NULL
BEGIN
	UPDATE event SET owner = coalesce((SELECT owner FROM video WHERE id = NEW.video),
		(SELECT owner FROM event WHERE video = NEW.video AND id < NEW.id ORDER BY id DESC LIMIT 1), '')
	 WHERE id = NEW.id;
END;

DROP TRIGGER IF EXISTS everything_once;
CREATE TRIGGER everything_once BEFORE INSERT ON everything WHEN EXISTS (SELECT 1 FROM everything)
BEGIN
	SELECT RAISE(ABORT, 'there is one row for everything: UPDATE everything SET paused = 1');
END;

DROP TRIGGER IF EXISTS everything_still_fits;
CREATE TRIGGER everything_still_fits BEFORE UPDATE ON everything
WHEN NEW.one IS NOT OLD.one OR NEW.paused IS NULL OR NEW.paused NOT IN (0, 1)
BEGIN
	SELECT RAISE(ABORT, 'paused is 0 or 1, and there is nothing else to set');
END;

DROP TRIGGER IF EXISTS everything_stays;
CREATE TRIGGER everything_stays BEFORE DELETE ON everything
BEGIN
	SELECT RAISE(ABORT, 'to go on: UPDATE everything SET paused = 0');
END;
