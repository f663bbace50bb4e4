-- views.sql: what people read with the sqlite3 command line, and the order of the work.
-- SPDX-License-Identifier: MIT
--
-- Made anew, with the triggers, whenever one of the two files changes.  Columns named _ms and _bytes are for
-- programs; the others are for eyes.

-- now_ms: the clock of the rows.
DROP VIEW IF EXISTS now_ms;
CREATE VIEW now_ms AS
SELECT CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) AS ms;

-- lived_ms: the clock of what expires.  Two minutes are more than responders let pass between two counts (lived_count).
DROP VIEW IF EXISTS lived_ms;
CREATE VIEW lived_ms AS
SELECT ms + max(0, min(120000, (SELECT ms FROM now_ms) - wall_ms)) AS ms FROM lived;

-- upload_idle: since when resumable uploads wait for their clients.  One that is whole and ended does not: it waits for us.
DROP VIEW IF EXISTS upload_idle;
CREATE VIEW upload_idle AS
SELECT id, worker, iif(kind = 'whole' AND done = 0 AND ended = 1 AND offset_bytes IS length_bytes, 0, (SELECT ms FROM lived_ms) - touched_ms) AS ms
  FROM upload WHERE kind <> 'once';

-- task_units: how much work a task is, in the units of table speed, and what a unit costs where nothing was learned
-- yet: measured with the default profile.
DROP VIEW IF EXISTS task_units;
CREATE VIEW task_units AS
SELECT t.id AS task,
       CASE t.kind
       WHEN 'chunk' THEN t.frames_planned * coalesce(v.width * v.height, 1000000) / 1e6
       WHEN 'audio' THEN CASE WHEN t.seq < 0 THEN max(20.0, v.duration_ms / 20000.0) ELSE max(1.0, v.duration_ms / 1000.0) END
       WHEN 'digest' THEN coalesce(v.size_bytes, 0) / 1e9
       WHEN 'storyboard' THEN max(1.0, v.duration_ms / 20000.0)
       WHEN 'subtitle' THEN max(1.0, v.duration_ms / 60000.0)
       ELSE 1.0 END AS units,
       CASE t.kind WHEN 'chunk' THEN 0.045 WHEN 'audio' THEN 0.03 WHEN 'assemble' THEN 0.05 WHEN 'digest' THEN 0.6 ELSE 0.4 END AS prior_s,
       CASE t.kind WHEN 'chunk' THEN 20000 WHEN 'audio' THEN 16000 WHEN 'assemble' THEN 0 WHEN 'digest' THEN 0 ELSE 100000 END AS prior_bytes
  FROM task t JOIN video v ON v.id = t.video;

-- growth_factor: how many bytes are written for a byte of source, at first all the pieces and then the files that they
-- are laid into; and what part of their caps the rates take.  Until videos taught better: twice the source, and all.
DROP VIEW IF EXISTS growth_factor;
CREATE VIEW growth_factor AS
SELECT p.name AS profile,
       coalesce(max(0.05, min(20.0, g.written_bytes / nullif(g.source_bytes, 0))), 2.0) AS grows,
       coalesce(max(0.05, min(1.5, g.written_bytes / nullif(g.cap_bytes, 0))), 1.0) AS fills
  FROM profile p LEFT JOIN growth g ON g.profile = p.name;

-- rendition_cap: the bytes of a rendition whose rate is at its cap all the time.  What is copied has the rate of the
-- source, if no other is known.
DROP VIEW IF EXISTS rendition_cap;
CREATE VIEW rendition_cap AS
SELECT r.video, r.edition, r.place, r.kind, r.is_default,
       coalesce(coalesce(r.max_kbps, CASE WHEN r.copied THEN 8.0 * v.size_bytes / v.duration_ms END, 0)
                * v.duration_ms / 8.0, 0) AS bytes
  FROM rendition r JOIN video v ON v.id = r.video;

-- video_cap: the same of a video's pieces, and of the files that they are laid into, each rung with the main sound.
DROP VIEW IF EXISTS video_cap;
CREATE VIEW video_cap AS
SELECT video, edition,
       sum(iif(kind = 'video', bytes, 0)) AS picture_bytes,
       sum(iif(kind = 'audio', bytes, 0)) AS sound_bytes, sum(kind = 'audio') AS sounds,
       sum(bytes) AS pieces_bytes,
       sum(iif(kind = 'video', bytes, 0)) + max(1, sum(kind = 'video')) * max(iif(kind = 'audio' AND is_default, bytes, 0)) AS movies_bytes
  FROM rendition_cap GROUP BY video, edition;

-- upload_claim: what each upload was promised room for, and whether its bytes prove that it is coming: to announce much costs nothing.
--   proven    it is where it would be if all of it came within a day, and its last byte came within ten minutes; or its
--             length is not told, or all of it is here;
--   unproven  it is not, and was begun, asked for room or brought something within a minute: of all these together no more
--             counts than half of the room (disk_budget);
--   lapsed    it has room for what has come and no more, and asks anew when it goes on.
DROP VIEW IF EXISTS upload_claim;
CREATE VIEW upload_claim AS
SELECT id, profile, length_bytes, claim, bytes, bytes - offset_bytes AS missing_bytes
  FROM (SELECT *, iif(claim = 'lapsed', offset_bytes, coalesce(length_bytes, offset_bytes)) AS bytes
          FROM (SELECT *, CASE
                WHEN kind = 'joined' OR length_bytes IS NULL OR offset_bytes >= length_bytes THEN 'proven'
                WHEN idle_ms < 600000 AND offset_bytes > 0 AND age_ms / 86400000.0 <= 1.0 * offset_bytes / length_bytes THEN 'proven'
                WHEN idle_ms < 60000 THEN 'unproven'
                ELSE 'lapsed' END AS claim
                  FROM (SELECT *, (SELECT ms FROM lived_ms) - touched_ms AS idle_ms, (SELECT ms FROM now_ms) - created_ms AS age_ms
                          FROM upload WHERE done = 0)));

-- disk_claim: who still has bytes to bring or to write, and how many.  Uploads: what they were promised, and what will be made
-- of it, and how many bytes of both are unproven; videos: what their tasks have not written yet.
DROP VIEW IF EXISTS disk_claim;
CREATE VIEW disk_claim AS
SELECT what, id, source_bytes, work_bytes, claim, iif(claim = 'unproven', missing_bytes + work_bytes, 0) AS unproven_bytes
  FROM (SELECT 'upload' AS what, u.id, u.bytes AS source_bytes, CAST(round(u.bytes * coalesce(f.grows, 2)) AS INTEGER) AS work_bytes,
               u.claim, u.missing_bytes
          FROM upload_claim u LEFT JOIN growth_factor f ON f.profile = u.profile)
UNION ALL
SELECT 'video', v.id, 0,
       CASE WHEN v.predicted_bytes IS NOT NULL
       THEN (SELECT CAST(round(sum(predicted_bytes * (1 - progress))) AS INTEGER) FROM task
              WHERE video = v.id AND edition = v.edition AND state IN ('queued', 'running'))
       ELSE v.guessed_bytes END, 'proven', 0
  FROM video v WHERE v.state IN ('queued', 'probing', 'encoding', 'publishing');

-- disk_budget: what there is, what of it is spoken for, and what is left for uploads to come: unproven claims take no more than
-- half of what the others leave.
DROP VIEW IF EXISTS disk_budget;
CREATE VIEW disk_budget AS
SELECT free_bytes, floor_bytes, arriving_bytes, uploads, uploads_work_bytes, unproven_bytes, videos, videos_bytes,
       room_bytes - min(unproven_bytes, max(room_bytes, 0) / 2) AS left_bytes, at
  FROM (SELECT *, d.free_bytes - d.floor_bytes - d.arriving_bytes - c.uploads_work_bytes - c.videos_bytes + c.unproven_bytes AS room_bytes,
               datetime(d.at_ms / 1000, 'unixepoch') AS at
          FROM (SELECT count(*) FILTER (WHERE what = 'upload') AS uploads, coalesce(sum(work_bytes) FILTER (WHERE what = 'upload'), 0) AS uploads_work_bytes,
                       coalesce(sum(unproven_bytes), 0) AS unproven_bytes,
                       count(*) FILTER (WHERE what = 'video') AS videos, coalesce(sum(work_bytes) FILTER (WHERE what = 'video'), 0) AS videos_bytes
                  FROM disk_claim) c, disk d);

-- video_asked: since when the edition that is worked on, or was ready last, is waited for: the video came then, or it was published
-- before, and is encoded again since then.
DROP VIEW IF EXISTS video_asked;
CREATE VIEW video_asked AS
SELECT v.id AS video,
       coalesce((SELECT t.created_ms FROM task t
                  WHERE t.video = v.id AND t.edition = v.edition AND t.kind = 'probe' AND t.seq = 0
                    AND EXISTS (SELECT 1 FROM rendition WHERE video = v.id AND edition < v.edition AND file IS NOT NULL)), v.created_ms) AS ms
  FROM video v;

-- work_left: what each video still costs, in CPU seconds, its longest task, and how much its waiting counts for it: 1 at first, 2 after
-- 30 s, ...
DROP VIEW IF EXISTS work_age;
DROP VIEW IF EXISTS work_left;
CREATE VIEW work_left AS
SELECT l.video, v.state, v.edition, v.owner, v.priority, v.paused, v.created_ms, l.cpu_s, l.longest_s,
       1 + max(0, (SELECT ms FROM now_ms) - iif(l.cpu_s < 600, a.ms, coalesce(v.served_ms, a.ms))) / 30000.0 AS age
  FROM (SELECT video, sum(predicted_s * (1 - progress)) AS cpu_s, max(predicted_s * (1 - progress)) AS longest_s
          FROM task INDEXED BY task_to_do WHERE state IN ('queued', 'running') GROUP BY video) l
       JOIN video v ON v.id = l.video JOIN video_asked a ON a.video = v.id;

-- runnable: what may start now, first come first.  Workers claim the first row they may have: change the order
-- here, in SQL.
--   1. priority;
--   2. the owner with the fewest children running;
--   3. the video with the least work left, where work counts less the longer a video has waited: a quarter after
--      30 s, a ninth after 60 s, ...  A video with ten minutes of work or more waits since it last got a slot, so
--      it gets one now and then; others since they came, or are to be encoded again, so what was begun is finished;
--      No retry waits longer than 400 s: who seems to was put off by a clock that was ahead then.
--   4. within a video the head of the sound, the chunks from the first on, the sound and then the digest beside the
--      first, the rest.  The digest of a video that is ready comes with the least work left: soon.
DROP VIEW IF EXISTS runnable;
CREATE VIEW runnable AS
WITH busy AS MATERIALIZED (
	SELECT v.owner, count(*) AS children FROM task t JOIN video v ON v.id = t.video WHERE t.state = 'running' GROUP BY v.owner),
rank AS MATERIALIZED (
	SELECT l.video, l.edition, l.priority, coalesce(b.children, 0) AS children, l.created_ms,
	       l.cpu_s / (l.age * l.age) AS score
	  FROM work_left l LEFT JOIN busy b ON b.owner = l.owner
	 WHERE l.paused = 0 AND l.state IN ('queued', 'probing', 'encoding', 'publishing', 'ready')
	   AND NOT EXISTS (SELECT 1 FROM everything WHERE paused = 1))
SELECT t.id AS task, t.crashes, coalesce(t.predicted_bytes, 0) AS bytes
  FROM rank r JOIN task t ON t.video = r.video AND t.edition = r.edition
 WHERE t.state = 'queued'
   AND (t.not_before_ms <= (SELECT ms FROM now_ms) OR t.not_before_ms > (SELECT ms FROM now_ms) + 400000)
   AND NOT EXISTS (SELECT 1 FROM task_wait w JOIN task n ON n.id = w.needs WHERE w.task = t.id AND n.state <> 'done')
 ORDER BY r.priority DESC, r.children, r.score, r.created_ms, r.video,
          CASE t.kind WHEN 'probe' THEN 0 WHEN 'scan' THEN 0 WHEN 'chunk' THEN t.seq WHEN 'audio' THEN iif(t.seq < 0, 0.3, 0.6)
                      WHEN 'digest' THEN 0.9 ELSE 2.5 END, t.id;

-- dead_lately: workers that died, and did not end, in the last ten minutes.
DROP VIEW IF EXISTS dead_lately;
CREATE VIEW dead_lately AS
SELECT id AS worker, ended_ms FROM worker WHERE state = 'dead' AND ended_ms > (SELECT ms FROM now_ms) - 600000;

-- running_bytes: what the running children still write.
DROP VIEW IF EXISTS running_bytes;
CREATE VIEW running_bytes AS
SELECT CAST(coalesce(sum(predicted_bytes * (1 - progress)), 0) AS INTEGER) AS bytes FROM task WHERE state = 'running';

-- expired: renditions that their profiles do not keep any longer, also where a later edition came to nothing.  The smallest of
-- a video stays in any case: it has the sound that all others are heard with.
DROP VIEW IF EXISTS expired;
CREATE VIEW expired AS
SELECT r.video, r.edition, r.name, r.file, g.keep_days
  FROM rung g CROSS JOIN video v ON v.profile = g.profile AND v.state IN ('ready', 'failed', 'cancelled')       -- this way round: few rungs have days
       JOIN rendition r ON r.video = v.id AND r.edition = v.published AND r.codec = g.codec AND r.rung_side = g.short_side
 WHERE g.keep_days IS NOT NULL AND v.kept_from_ms + g.keep_days * 86400000 <= (SELECT ms FROM lived_ms)
   AND r.kind = 'video' AND r.file IS NOT NULL
   AND r.place <> (SELECT place FROM rendition WHERE video = v.id AND edition = v.published AND kind = 'video'
                    ORDER BY width * height, place DESC LIMIT 1);

-- video_picture: the pictures of each video that is shown; a storyboard's list has a sprite beside it.
DROP VIEW IF EXISTS video_picture;
CREATE VIEW video_picture AS
SELECT id AS video, poster AS file FROM video WHERE poster IS NOT NULL
UNION ALL SELECT id, storyboard FROM video WHERE storyboard IS NOT NULL
UNION ALL SELECT id, replace(storyboard, '.vtt', '.jpg') FROM video WHERE storyboard IS NOT NULL;

-- named_file: what is on disk for the videos that are there, below the directory of the database; what is on its way out aside.
DROP VIEW IF EXISTS named_file;
CREATE VIEW named_file AS
SELECT v.id AS video, f.path
  FROM video v JOIN (
       SELECT id AS video, '@source' AS file, source AS path FROM video WHERE source_kept = 1 AND source = 'source/' || id
       UNION ALL SELECT id, 'master.m3u8', 'media/' || id || '/master.m3u8' FROM video WHERE published IS NOT NULL
       UNION ALL SELECT video, file, 'media/' || video || '/' || file FROM video_picture
       UNION ALL SELECT r.video, r.file, 'media/' || r.video || '/' || r.file
              FROM rendition r JOIN video p ON p.id = r.video AND p.published = r.edition WHERE r.file IS NOT NULL
       UNION ALL SELECT video, file, 'media/' || video || '/' || file FROM piece
              WHERE (video, file) NOT IN (SELECT video, file FROM rendition WHERE file IS NOT NULL)) f ON f.video = v.id
 WHERE v.state <> 'deleting' AND NOT EXISTS (SELECT 1 FROM discard WHERE video = f.video AND file = f.file);

-- twin: finished videos that another may be the same as: of its owner, its size, its profile as that is now.
DROP VIEW IF EXISTS twin;
CREATE VIEW twin AS
SELECT n.id AS video, o.id AS twin, o.sha256, o.published
  FROM video n JOIN profile p ON p.name = n.profile AND p.link = 1
       JOIN profile_recipe r ON r.name = n.profile
       JOIN video o ON o.size_bytes = n.size_bytes AND o.owner = n.owner AND o.profile = n.profile AND o.id <> n.id
 WHERE o.state = 'ready' AND o.published = o.edition AND o.sha256 IS NOT NULL AND json_remove(o.recipe, '$.segment_most_ms') = r.recipe
   AND NOT EXISTS (SELECT 1 FROM decision WHERE video = o.id AND edition = o.published AND code = 'rung_expired');

-- task_why: why a queued task has not started.
DROP VIEW IF EXISTS task_why;
CREATE VIEW task_why AS
SELECT t.id AS task,
       CASE
       WHEN (SELECT paused FROM everything) THEN 'everything is paused'
       WHEN v.paused THEN 'the video is paused'
       WHEN t.not_before_ms BETWEEN (SELECT ms FROM now_ms) + 1 AND (SELECT ms FROM now_ms) + 400000
       THEN 'retries in ' || ((t.not_before_ms - (SELECT ms FROM now_ms)) / 1000 + 1) || ' s after: ' || coalesce(t.reason, '?')
       WHEN EXISTS (SELECT 1 FROM task_wait w JOIN task n ON n.id = w.needs WHERE w.task = t.id AND n.state <> 'done')
       THEN 'waits for ' || (SELECT group_concat(what, ', ') FROM (
            SELECT n.kind || CASE WHEN n.kind = 'chunk' THEN 's' ELSE '' END ||
                   CASE WHEN count(*) > 1 OR n.kind = 'chunk' THEN ' (' || count(*) || ')' ELSE '' END AS what
              FROM task_wait w JOIN task n ON n.id = w.needs WHERE w.task = t.id AND n.state <> 'done' GROUP BY n.kind))
       WHEN NOT EXISTS (SELECT 1 FROM worker WHERE state = 'alive') THEN 'no worker is alive'
       WHEN NOT EXISTS (SELECT 1 FROM worker WHERE state = 'alive' AND slots > 0) THEN 'no worker has a slot'
       WHEN NOT EXISTS (SELECT 1 FROM worker WHERE state = 'alive' AND slots > 0 AND paused = 0) THEN 'all workers are paused'
       WHEN NOT EXISTS (SELECT 1 FROM worker WHERE state = 'alive' AND slots > 0 AND paused = 0 AND trouble IS NULL)
       THEN 'no worker can work: ' || (SELECT trouble FROM worker WHERE state = 'alive' AND slots > 0 AND paused = 0 LIMIT 1)
       WHEN t.predicted_bytes > (SELECT free_bytes - floor_bytes FROM disk) - (SELECT bytes FROM running_bytes)
       THEN 'waits for space on the disk: it would write ' || (t.predicted_bytes / 1000000) || ' MB, and ' ||
            ((SELECT max(0, free_bytes - floor_bytes) FROM disk) / 1000000) || ' MB are free above the floor, of which running work takes ' ||
            ((SELECT bytes FROM running_bytes) / 1000000) || ' MB'
       WHEN t.crashes >= 2 THEN 'its worker died with it twice: waits for a worker that has nothing else to do'
       ELSE 'waits for a free slot'
       END AS why
  FROM task t JOIN video v ON v.id = t.video WHERE t.state = 'queued';

-- video_what: what is done for a video that is not finished, or why nothing is.
DROP VIEW IF EXISTS video_what;
CREATE VIEW video_what AS
SELECT v.id AS video,
       coalesce((SELECT group_concat(kind || CASE WHEN kind = 'chunk' THEN ' ' || seq ELSE '' END || ' running', ', ')
                   FROM task WHERE video = v.id AND edition = v.edition AND state = 'running'),
                (SELECT t.kind || ': ' || w.why FROM task t JOIN task_why w ON w.task = t.id
                  WHERE t.video = v.id AND t.edition = v.edition ORDER BY t.kind = 'digest', t.id LIMIT 1), 'nothing to do') AS what
  FROM video v;

-- video_named: videos by what people call them.  A title that was set with readfile() is a BLOB, which no JSON can hold.
DROP VIEW IF EXISTS video_named;
CREATE VIEW video_named AS
SELECT *, CAST(coalesce(nullif(title, ''), filename) AS TEXT) AS name FROM video;

-- queue: every video that is not finished: those that are worked on, and the others in the order they will be.
DROP VIEW IF EXISTS queue;
CREATE VIEW queue AS
SELECT q.place, v.id AS video, v.state,
       CAST(round(100 * v.progress) AS INTEGER) || '%' AS progress,
       v.priority, v.owner, v.name AS title,
       (SELECT what FROM video_what WHERE video = v.id) AS what,
       CAST(((SELECT ms FROM now_ms) - v.created_ms) / 1000 AS INTEGER) AS age_s
  FROM (SELECT row_number() OVER (ORDER BY state = 'deleting', state = 'queued', place, ahead_s) AS place, video
          FROM (SELECT video, state, place, ahead_s FROM work_ahead
                UNION ALL SELECT id, state, created_ms, 0 FROM video WHERE state = 'deleting')) q JOIN video_named v ON v.id = q.video
 ORDER BY q.place;

-- running: every child process there is now.
DROP VIEW IF EXISTS running;
CREATE VIEW running AS
SELECT t.id AS task, t.video, t.kind, t.seq, w.host, t.pid, w.pid AS worker_pid,
       CAST(round(100 * t.progress) AS INTEGER) || '%' AS progress, t.frames, round(t.fps, 1) AS fps,
       CAST(((SELECT ms FROM now_ms) - t.started_ms) / 1000 AS INTEGER) AS running_s, t.attempts,
       v.name AS title
  FROM task t JOIN video_named v ON v.id = t.video LEFT JOIN worker w ON w.id = t.worker
 WHERE t.state = 'running'
 ORDER BY t.started_ms;

-- failures: what went wrong, the newest first: videos given up, and tasks that will be tried again.
DROP VIEW IF EXISTS failures;
CREATE VIEW failures AS
SELECT datetime(coalesce(t.ended_ms, v.ended_ms) / 1000, 'unixepoch') AS at, v.id AS video,
       v.name AS title, t.kind, t.failures AS times,
       CASE WHEN v.state = 'failed' THEN 'given up' ELSE 'tried again' END AS outcome,
       coalesce(t.reason, v.reason) AS reason, coalesce(v.detail, '') AS detail,
       t.exit_code, t.signal, substr(coalesce(t.stderr, ''), -200) AS stderr
  FROM video_named v LEFT JOIN task t ON t.video = v.id AND t.failures > 0
 WHERE v.state = 'failed' OR t.failures > 0
 ORDER BY coalesce(t.ended_ms, v.ended_ms) DESC;

-- history: what was finished, the newest first, and what it took, in wall and in CPU time: since it came, or was to be encoded again.
DROP VIEW IF EXISTS history;
CREATE VIEW history AS
SELECT datetime(v.ended_ms / 1000, 'unixepoch') AS ended, v.id AS video, v.state,
       v.name AS title,
       round(v.duration_ms / 1000.0, 1) AS duration_s,
       round((v.ended_ms - a.ms) / 1000.0, 1) AS took_s,
       round((SELECT sum(user_ms + sys_ms) FROM task WHERE video = v.id AND created_ms >= a.ms) / 1000.0, 1) AS cpu_s,
       (SELECT group_concat(name, ' ') FROM (SELECT name FROM rendition
         WHERE video = v.id AND edition = v.published AND file IS NOT NULL ORDER BY place)) AS renditions,
       coalesce(v.reason, '') AS reason
  FROM video_named v JOIN video_asked a ON a.video = v.id
 WHERE v.state IN ('ready', 'failed', 'cancelled')
 ORDER BY v.ended_ms DESC;

-- probe_stream: one row a stream of each probed video, from ffprobe's own words.  json_valid() again, since SQLite 3.40
-- believes an object that has an object for a key, and cannot read it in the list's element.
DROP VIEW IF EXISTS probe_stream;
CREATE VIEW probe_stream AS
SELECT v.id AS video,
       s.value ->> '$.index' AS stream, s.value ->> '$.codec_type' AS type, s.value ->> '$.codec_name' AS codec,
       s.value ->> '$.profile' AS profile, s.value ->> '$.width' AS width, s.value ->> '$.height' AS height,
       s.value ->> '$.pix_fmt' AS pix_fmt, s.value ->> '$.sample_aspect_ratio' AS sar,
       s.value ->> '$.field_order' AS field_order, s.value ->> '$.has_b_frames' AS has_b_frames,
       s.value ->> '$.r_frame_rate' AS r_frame_rate, s.value ->> '$.avg_frame_rate' AS avg_frame_rate,
       s.value ->> '$.time_base' AS time_base, s.value ->> '$.start_pts' AS start_pts,
       s.value ->> '$.start_time' AS start_time, s.value ->> '$.duration' AS duration,
       s.value ->> '$.nb_frames' AS nb_frames, s.value ->> '$.bit_rate' AS bit_rate,
       s.value ->> '$.color_range' AS color_range, s.value ->> '$.color_space' AS color_space,
       s.value ->> '$.color_transfer' AS color_transfer, s.value ->> '$.color_primaries' AS color_primaries,
       s.value ->> '$.sample_rate' AS sample_rate, s.value ->> '$.channels' AS channels,
       coalesce(s.value ->> '$.disposition.attached_pic', 0) AS attached_pic,
       coalesce(s.value ->> '$.disposition.default', 0) AS is_default,
       s.value ->> '$.channel_layout' AS channel_layout,
       coalesce(s.value ->> '$.disposition.original', 0) AS original, coalesce(s.value ->> '$.disposition.comment', 0) AS comment,
       coalesce(s.value ->> '$.disposition.hearing_impaired', 0) AS hearing_impaired,
       coalesce(s.value ->> '$.disposition.visual_impaired', 0) AS visual_impaired,
       coalesce(s.value ->> '$.disposition.forced', 0) AS forced,
       coalesce(s.value ->> '$.tags.language', s.value ->> '$.tags.LANGUAGE', '') AS language,
       coalesce(s.value ->> '$.tags.title', s.value ->> '$.tags.TITLE', s.value ->> '$.tags.name', '') AS title,
       coalesce(substr(s.value ->> '$.tags.DURATION', 1, 2) * 3600.0 + substr(s.value ->> '$.tags.DURATION', 4, 2) * 60 +
                substr(s.value ->> '$.tags.DURATION', 7), s.value ->> '$.duration') AS told_s,
       (SELECT max(d.value ->> '$.rotation') FROM json_each(s.value, '$.side_data_list') d WHERE d.type = 'object' AND json_valid(d.value)) AS rotation,
       (SELECT max(d.value ->> '$.displaymatrix') FROM json_each(s.value, '$.side_data_list') d WHERE d.type = 'object' AND json_valid(d.value)) AS matrix,
       (SELECT max(d.value ->> '$.dv_profile') FROM json_each(s.value, '$.side_data_list') d WHERE d.type = 'object' AND json_valid(d.value)) AS dolby_profile,
       (SELECT max(d.value ->> '$.dv_bl_signal_compatibility_id') FROM json_each(s.value, '$.side_data_list') d WHERE d.type = 'object' AND json_valid(d.value)) AS dolby_base,
       (SELECT coalesce(sum(1 << p.key), 0) FROM json_each(v.probe, '$.programs') p
         WHERE p.key < 60 AND p.type = 'object' AND json_valid(p.value)
           AND EXISTS (SELECT 1 FROM json_each(p.value, '$.streams') m WHERE m.type = 'object' AND json_valid(m.value) AND m.value ->> '$.index' = s.value ->> '$.index')) AS programs
  FROM video v, json_each(v.probe, '$.streams') s
 WHERE v.probe IS NOT NULL AND s.type = 'object' AND json_valid(s.value);

-- profile_recipe: each profile and its rungs in one piece of JSON; a video keeps the one that it was planned with.
DROP VIEW IF EXISTS profile_recipe;
CREATE VIEW profile_recipe AS
SELECT name, json_object(
       'profile', name, 'version', version, 'segment_ms', segment_ms, 'chunk_ms', chunk_ms, 'rate_max', rate_max,
       'audio_codec', audio_codec, 'audio_kbps', audio_kbps, 'surround_kbps', surround_kbps,
       'copy', copy, 'keep_source', keep_source, 'storyboard', storyboard,
       'rungs', (SELECT json_group_array(json_object('codec', codec, 'short_side', short_side, 'max_kbps', max_kbps,
                                                     'crf', crf, 'preset', preset))
                   FROM (SELECT * FROM rung WHERE profile = p.name
                          ORDER BY short_side DESC, CASE codec WHEN 'av1' THEN 0 WHEN 'hevc' THEN 1 WHEN 'vp9' THEN 2 ELSE 3 END))
       ) AS recipe
  FROM profile p;

-- codec_known: the codecs that profiles may have, what rungs have where nothing is said, and whether the ffmpeg of this server lacks
-- an encoder; before anybody asked it, it lacks none.
DROP VIEW IF EXISTS codec_known;
CREATE VIEW codec_known AS
SELECT column1 AS kind, column2 AS codec, column3 AS crf, column4 AS preset,
       EXISTS (SELECT 1 FROM encoder) AND column2 NOT IN (SELECT codec FROM encoder) AS lacks
  FROM (VALUES ('video', 'h264', 23, 'veryfast'), ('video', 'hevc', 26, 'veryfast'), ('video', 'vp9', 33, '4'), ('video', 'av1', 35, '8'),
               ('audio', 'aac', NULL, NULL), ('audio', 'opus', NULL, NULL));

-- profile_lacks: the codecs that profiles need and the ffmpeg of this server has no encoder for.
DROP VIEW IF EXISTS profile_lacks;
CREATE VIEW profile_lacks AS
SELECT profile, codec FROM (SELECT profile, codec FROM rung UNION SELECT name, audio_codec FROM profile)
 WHERE codec IN (SELECT codec FROM codec_known WHERE lacks);

-- lanes: how many children may run at one time, and the wall time that a second of a child's CPU takes: 1 to 20 s, as clocks
-- may be set while it runs.
DROP VIEW IF EXISTS lanes;
CREATE VIEW lanes AS
SELECT max(1, (SELECT coalesce(sum(slots), 0) FROM worker WHERE state = 'alive' AND paused = 0 AND trouble IS NULL)) AS lanes,
       coalesce((SELECT sum(min(20 * (user_ms + sys_ms), max(user_ms + sys_ms, ended_ms - started_ms))) * 1.0 / nullif(sum(user_ms + sys_ms), 0)
                   FROM (SELECT started_ms, ended_ms, user_ms, sys_ms FROM task
                          WHERE state = 'done' AND kind = 'chunk' AND user_ms IS NOT NULL ORDER BY id DESC LIMIT 40)), 1.1) AS wall_per_cpu;

-- how_wrong: how far off estimates were lately, as a share; those made when a tenth of the work was done.
DROP VIEW IF EXISTS how_wrong;
CREATE VIEW how_wrong AS
SELECT min(0.6, max(0.1, coalesce(avg(abs(foretold_ms - ended_ms) * 1.0 / max(1000, ended_ms - foretold_at_ms)), 0.3))) AS share
  FROM (SELECT foretold_ms, foretold_at_ms, ended_ms FROM video
         WHERE state = 'ready' AND foretold_ms IS NOT NULL ORDER BY ended_ms DESC LIMIT 20);

-- usual_cost: what a byte of a source costs, by the last videos.
DROP VIEW IF EXISTS usual_cost;
CREATE VIEW usual_cost AS
SELECT profile, sum(cpu_s) / max(1, sum(size_bytes)) AS cpu_s_per_byte FROM (
	SELECT v.profile, v.size_bytes, (SELECT sum(user_ms + sys_ms) / 1000.0 FROM task WHERE video = v.id AND edition = v.edition) AS cpu_s
	  FROM video v WHERE v.state = 'ready' ORDER BY v.ended_ms DESC LIMIT 20)
 GROUP BY profile;

-- work_ahead: what each video in work still costs, corrected by what its tasks took so far, what is served before it, and
-- when it will be ready, from now; NULL where that cannot be told.  Before it is planned, a video costs what others of its
-- profile did by their size.
DROP VIEW IF EXISTS work_ahead;
CREATE VIEW work_ahead AS
WITH cost AS MATERIALIZED (
	SELECT v.id AS video, v.state, v.priority, v.paused, v.created_ms, l.age, l.longest_s, p.id IS NOT NULL AS planned,
	       CASE WHEN p.id IS NULL THEN v.size_bytes * (SELECT cpu_s_per_byte FROM usual_cost WHERE profile = v.profile)
	       ELSE l.cpu_s * (
	            SELECT (5 + total(user_ms + sys_ms) / 1000.0) / (5 + total(predicted_s)) FROM task
	             WHERE video = v.id AND edition = v.edition AND state = 'done' AND kind = 'chunk') END AS cpu_s
	  FROM video v LEFT JOIN work_left l ON l.video = v.id
	       LEFT JOIN task p ON p.video = v.id AND p.edition = v.edition AND p.kind = 'assemble' AND p.seq = 0
	 WHERE v.state IN ('queued', 'probing', 'encoding', 'publishing')),
ahead AS MATERIALIZED (
	SELECT video, state, paused, planned, cpu_s, longest_s,
	       sum(state = 'queued') OVER served AS place,      -- of a queued one: 1 is next
	       total(cpu_s) OVER served - coalesce(cpu_s, 0) AS ahead_s,
	       sum(cpu_s IS NULL) OVER served AS unknown        -- it and those before it
	  FROM cost
	WINDOW served AS (ORDER BY paused, priority DESC, state = 'queued', coalesce(cpu_s, 0) / (coalesce(age, 1) * coalesce(age, 1)), created_ms, video
	                  ROWS UNBOUNDED PRECEDING)),
told AS (
	SELECT l.wall_per_cpu * 1000 AS ms_per_s, l.lanes, w.share FROM lanes l, how_wrong w
	 WHERE NOT EXISTS (SELECT 1 FROM everything WHERE paused = 1)
	   AND EXISTS (SELECT 1 FROM worker WHERE state = 'alive' AND paused = 0 AND trouble IS NULL AND slots > 0)),
timed AS (
	SELECT a.*, CASE WHEN a.unknown = 0 AND a.paused = 0 THEN t.ms_per_s * max((a.ahead_s + a.cpu_s) / t.lanes, coalesce(a.longest_s, 0)) END AS ms, t.share
	  FROM ahead a LEFT JOIN told t)
SELECT video, state, planned, cpu_s, place, ahead_s, CAST(ms AS INTEGER) AS eta_ms,
       CAST(ms * (1 - share) AS INTEGER) AS low_ms, CAST(ms * (1 + share) AS INTEGER) AS high_ms
  FROM timed;

-- eta: when each video in work will be ready, from now; no row where that cannot be told.
DROP VIEW IF EXISTS eta;
CREATE VIEW eta AS
SELECT video, place, eta_ms, low_ms, high_ms FROM work_ahead WHERE eta_ms IS NOT NULL;

-- video_slow: why a video in work takes longer to make than to watch; no row where it does not.
DROP VIEW IF EXISTS video_slow;
CREATE VIEW video_slow AS
SELECT c.video,
       printf('%s%s, %d x %d%s: each second of it takes %.1f s of CPU', iif(s.pix_fmt GLOB '*1[0-6]*', '10-bit ', ''),
              CASE s.codec WHEN 'h264' THEN 'H.264' WHEN 'hevc' THEN 'HEVC' WHEN 'prores' THEN 'ProRes' ELSE upper(s.codec) END,
              v.width, v.height, iif(v.frames * 1000.0 / v.duration_ms > 45, printf(', %.4g pictures a second', v.frames * 1000.0 / v.duration_ms), ''),
              c.cpu_s * 1000 / v.duration_ms) ||
       iif(v.single IS NULL, '', '; it is made in one piece, by one core') AS why
  FROM (SELECT t.video, sum(coalesce((t.user_ms + t.sys_ms) / 1000.0, t.predicted_s)) AS cpu_s FROM task t JOIN video v ON v.id = t.video
         WHERE t.edition = v.edition AND v.state = 'encoding' GROUP BY t.video) c
  JOIN video v ON v.id = c.video JOIN probe_stream s ON s.video = v.id AND s.type = 'video' AND s.attached_pic = 0, lanes l
 WHERE v.duration_ms > 0 AND v.width > 0 AND c.cpu_s * 1000 > v.duration_ms * iif(v.single IS NULL, l.lanes, 1)
 GROUP BY c.video;

-- video_live: the first videos in work, as streams tell their progress.
DROP VIEW IF EXISTS video_live;
CREATE VIEW video_live AS
SELECT v.id AS video, v.owner, v.state = 'queued' AS waits,
       json_object('video', v.id, 'state', v.state, 'progress', v.progress, 'what', (SELECT what FROM video_what WHERE video = v.id),
                   'place', iif(v.state = 'queued', a.place, NULL),
                   'eta', CASE WHEN a.eta_ms IS NOT NULL THEN json_object('ms', a.eta_ms, 'low_ms', a.low_ms, 'high_ms', a.high_ms) END,
                   'tasks', (SELECT json_group_array(json_object('task', id, 'kind', kind, 'seq', seq, 'worker', worker,
                                                                 'progress', progress, 'fps', fps))
                               FROM task WHERE video = v.id AND state = 'running')) AS json
  FROM (SELECT * FROM work_ahead ORDER BY state = 'queued', place LIMIT 200) a JOIN video v ON v.id = a.video;

-- event_api: what happened, as streams tell it.
DROP VIEW IF EXISTS event_api;
CREATE VIEW event_api AS
SELECT id, video, owner,
       CASE WHEN kind GLOB 'video *' THEN 'video' WHEN kind GLOB 'worker *' THEN 'worker' ELSE 'task' END AS name,
       json_object('id', id, 'at', strftime('%Y-%m-%dT%H:%M:%fZ', at_ms / 1000.0, 'unixepoch'), 'kind', kind,
                   'video', video, 'task', task, 'detail', detail) AS json
  FROM event;

-- video_api: each video as the HTTP API tells it.  A title that was set with readfile() is a BLOB, which no JSON can hold.
DROP VIEW IF EXISTS video_api;
CREATE VIEW video_api AS
SELECT v.id, v.state, v.owner, v.title, v.filename, v.created_ms,
       json_object(
       'id', v.id, 'state', v.state, 'title', CAST(v.title AS TEXT), 'filename', v.filename, 'owner', v.owner,
       'profile', v.profile, 'profile_version', v.recipe ->> '$.version', 'priority', v.priority, 'size_bytes', v.size_bytes, 'sha256', v.sha256, 'linked', v.linked,
       'duration_ms', v.duration_ms, 'width', v.width, 'height', v.height, 'frames', v.frames,
       'progress', v.progress, 'edition', v.edition,
       'disk', json_object('guessed_bytes', v.guessed_bytes, 'predicted_bytes', v.predicted_bytes, 'written_bytes', v.written_bytes),
       'place', CASE v.state WHEN 'queued' THEN
                (SELECT place FROM work_ahead WHERE video = v.id) END,
       'what', CASE WHEN v.state IN ('queued', 'probing', 'encoding', 'publishing') THEN
                (SELECT what FROM video_what WHERE video = v.id) END,
       'reason', v.reason, 'detail', v.detail,
       'created', strftime('%Y-%m-%dT%H:%M:%fZ', v.created_ms / 1000.0, 'unixepoch'),
       'started', strftime('%Y-%m-%dT%H:%M:%fZ', v.started_ms / 1000.0, 'unixepoch'),
       'playable', strftime('%Y-%m-%dT%H:%M:%fZ', v.playable_ms / 1000.0, 'unixepoch'),
       'ended', strftime('%Y-%m-%dT%H:%M:%fZ', v.ended_ms / 1000.0, 'unixepoch'),
       'urls', json_object(
               'self', '/api/videos/' || v.id, 'tasks', '/api/videos/' || v.id || '/tasks', 'page', '/videos/' || v.id,
               'hls', CASE WHEN v.playable_ms IS NOT NULL OR v.published IS NOT NULL THEN '/media/' || v.id || '/master.m3u8' END,
               'dash', CASE WHEN v.published IS NOT NULL THEN '/media/' || v.id || '/manifest.mpd' END,
               'mp4', '/media/' || v.id || '/' || (
                      SELECT file FROM rendition WHERE video = v.id AND edition = v.published AND file IS NOT NULL ORDER BY place LIMIT 1),
               'poster', '/media/' || v.id || '/' || v.poster, 'storyboard', '/media/' || v.id || '/' || v.storyboard),
       'renditions', (
               SELECT json_group_array(json_object(
                      'name', name, 'kind', kind, 'codec', codec, 'copied', json(iif(copied, 'true', 'false')),
                      'language', language, 'label', label, 'role', role, 'width', width, 'height', height, 'codecs', codecs, 'channels', channels,
                      'frames', frames, 'duration_ms', duration_us / 1000, 'peak_bps', peak_bps, 'mean_bps', mean_bps,
                      'size_bytes', size_bytes, 'playlist', '/media/' || v.id || '/' || iif(edition > 1, 'e' || edition || '-', '') || name || '.m3u8',
                      'url', '/media/' || v.id || '/' || file))
                 FROM (SELECT * FROM rendition WHERE video = v.id AND edition = v.published ORDER BY place)),
       'decisions', (SELECT json_group_array(json_object('code', code, 'detail', detail))
                       FROM (SELECT code, detail FROM decision WHERE video = v.id AND edition = v.edition ORDER BY seq))) AS json
  FROM video v;

-- task_api: each task as the HTTP API tells it.
DROP VIEW IF EXISTS task_api;
CREATE VIEW task_api AS
SELECT t.id, t.video,
       json_object(
       'id', t.id, 'edition', t.edition, 'kind', t.kind, 'seq', t.seq, 'state', t.state,
       'why', (SELECT why FROM task_why WHERE task = t.id),
       'attempts', t.attempts, 'failures', t.failures, 'worker', t.worker, 'pid', t.pid,
       'argv', json(t.argv), 'progress', t.progress, 'frames', t.frames, 'frames_planned', t.frames_planned, 'fps', t.fps,
       'started', strftime('%Y-%m-%dT%H:%M:%fZ', t.started_ms / 1000.0, 'unixepoch'),
       'ended', strftime('%Y-%m-%dT%H:%M:%fZ', t.ended_ms / 1000.0, 'unixepoch'),
       'exit_code', t.exit_code, 'signal', t.signal, 'user_ms', t.user_ms, 'sys_ms', t.sys_ms, 'max_rss_kb', t.max_rss_kb,
       'reason', t.reason, 'stderr', t.stderr) AS json
  FROM task t;
