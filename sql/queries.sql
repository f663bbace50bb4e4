-- queries.sql: every statement that the programs run.  SPDX-License-Identifier: MIT
--
-- A line "-- name: NAME" begins a statement; build-aux/sql-embed.awk makes SQL_NAME of it.  All are
-- prepared when a process opens its first connection; on a further one each when it is first needed.  Parameters are
-- bound by name.

-- name: begin
BEGIN IMMEDIATE;

-- name: commit
COMMIT;

-- name: rollback
ROLLBACK;

-- name: data_version
PRAGMA data_version;

-- name: schema_version
PRAGMA schema_version;

-- Videos -----------------------------------------------------------------------------------------

-- name: video_list
SELECT id, created_ms, json FROM video_api
 WHERE state <> 'deleting'
   AND (:state IS NULL OR state = :state) AND (:owner IS NULL OR owner = :owner)
   AND (:q IS NULL OR coalesce(title, '') || char(10) || coalesce(filename, '') || char(10) || coalesce(owner, '') LIKE
       '%' || replace(replace(replace(:q, '!', '!!'), '%', '!%'), '_', '!_') || '%' ESCAPE '!')
   AND (:before_ms IS NULL OR (created_ms, id) < (:before_ms, :before_id))
 ORDER BY created_ms DESC, id DESC LIMIT :limit;

-- name: video_json
WITH one AS MATERIALIZED (
	SELECT state, json_set(json, '$.source', (
	       SELECT json_group_array(json_object('type', type, 'codec', codec, 'profile', profile, 'width', width, 'height', height,
	              'rate', avg_frame_rate, 'pix_fmt', pix_fmt, 'transfer', color_transfer, 'channels', channels,
	              'sample_rate', CAST(sample_rate AS INTEGER), 'language', language, 'title', title))
	         FROM probe_stream WHERE video = :id AND attached_pic = 0)) AS json
	  FROM video_api WHERE id = :id AND state <> 'deleting')
SELECT CASE WHEN state IN ('queued', 'probing', 'encoding', 'publishing')
       THEN json_set(json, '$.eta', json((SELECT json_object('ms', eta_ms, 'low_ms', low_ms, 'high_ms', high_ms) FROM eta WHERE video = :id)),
                     '$.slow', (SELECT why FROM video_slow WHERE video = :id))
       ELSE json END
  FROM one;

-- All of them without what is long, or :task alone with it.
-- name: video_tasks
SELECT json_object('tasks', (SELECT json_group_array(json(json))
                               FROM (SELECT CASE WHEN :task = 0 THEN json_remove(json, '$.argv', '$.stderr')
                                            ELSE json_set(json, '$.replay', CASE WHEN json ->> '$.argv' IS NOT NULL
                                                          THEN :program || ' replay ' || id || ' --run' END) END AS json
                                       FROM task_api WHERE video = :id AND :task IN (0, id) ORDER BY id)))
  FROM video
 WHERE id = :id AND state <> 'deleting' AND (:task = 0 OR EXISTS (SELECT 1 FROM task WHERE id = :task AND video = :id));

-- name: video_page
SELECT id, state, title, filename, reason, detail,
       strftime('%Y-%m-%d %H:%M', created_ms / 1000, 'unixepoch') || ' UTC' AS created,
       json ->> '$.what' AS waits, json ->> '$.urls.mp4' AS mp4, json ->> '$.urls.poster' AS poster,
       json ->> '$.urls.hls' AS hls, width, height, duration_ms, priority, progress, created_ms
  FROM (SELECT v.*, a.json FROM video v JOIN video_api a ON a.id = v.id
         WHERE v.state <> 'deleting'
           AND (:id IS NULL OR v.id = :id)
           AND (:state IS NULL OR v.state = :state) AND (:owner IS NULL OR v.owner = :owner)
           AND (:q IS NULL OR coalesce(v.title, '') || char(10) || coalesce(v.filename, '') || char(10) || coalesce(v.owner, '') LIKE
               '%' || replace(replace(replace(:q, '!', '!!'), '%', '!%'), '_', '!_') || '%' ESCAPE '!')
           AND (:before_ms IS NULL OR (v.created_ms, v.id) < (:before_ms, :before_id))
         ORDER BY v.created_ms DESC, v.id DESC LIMIT :limit);

-- name: video_set_state
UPDATE video SET state = :state, reason = :reason, detail = :detail WHERE id = :id AND state <> 'deleting';

-- name: video_set_title
UPDATE video SET title = :title WHERE id = :id AND state <> 'deleting';

-- name: video_set_priority
UPDATE video SET priority = :priority WHERE id = :id AND state <> 'deleting';

-- name: video_exists
SELECT 1 FROM video WHERE id = :id;

-- name: video_files
SELECT path, video FROM named_file ORDER BY video, path;

-- name: video_visible
SELECT 1 FROM video WHERE id = :id AND state <> 'deleting';

-- name: profile_exists
SELECT 1 FROM profile WHERE name = :id;

-- name: profile_has_encoders
SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM profile_lacks WHERE profile = :id);

-- name: patch_members
SELECT key, type, value FROM json_each(:json);

-- name: video_replan
UPDATE video SET state = 'queued', edition = edition + 1, single = :why
 WHERE id = :id AND edition = :edition AND state IN ('encoding', 'publishing');

-- name: video_reencode
UPDATE video SET state = 'queued', edition = edition + 1, profile = coalesce(:profile, profile)
 WHERE id = :id AND state IN ('ready', 'failed', 'cancelled');

-- name: video_doomed
SELECT id FROM video v
 WHERE state = 'deleting' AND id > :after
   AND NOT EXISTS (SELECT 1 FROM task WHERE video = v.id AND state = 'cancelled' AND worker IS NOT NULL)
 ORDER BY id LIMIT 1;

-- name: video_files_gone
UPDATE video SET files_gone = 1 WHERE id = :id AND state = 'deleting';

-- name: video_remove
DELETE FROM video WHERE id = :id AND state = 'deleting';

-- Uploads ----------------------------------------------------------------------------------------

-- name: upload_begin
INSERT INTO upload (id, worker, filename, length_bytes, touched_ms) VALUES (:id, :worker, :filename, :length_bytes, (SELECT ms FROM lived_ms));

-- name: upload_abort
DELETE FROM upload WHERE id = :id;

-- Of those that have no owner one address may have as many as are left: so there are always some for the next one.
-- name: upload_create
INSERT INTO upload (id, kind, worker, owner, address, filename, title, profile, priority, length_bytes, metadata, concat, digest, wants, touched_ms)
SELECT :id, :kind, :worker, :owner, :address, :filename, :title, :profile, :priority, :length_bytes, :metadata, :concat, :digest, :wants,
       (SELECT ms FROM lived_ms)
 WHERE :kind = 'joined'                 -- which makes them fewer
    OR (SELECT l.n > 0 AND (SELECT count(*) FROM upload WHERE owner = :owner AND done = 0 AND (owner <> '' OR address = :address))
                           < iif(:owner = '', l.n, :most_of_owner)
          FROM (SELECT :most - count(*) AS n FROM upload WHERE done = 0) l);

-- name: upload_read
SELECT id, kind, owner, filename, title, profile, priority, length_bytes, offset_bytes, metadata, concat, digest, joined, done,
       ((SELECT ms FROM now_ms) + :expiry_ms - ((SELECT ms FROM lived_ms) - touched_ms)) / 1000, wants,
       EXISTS (SELECT 1 FROM upload_claim WHERE id = u.id AND claim = 'lapsed')
  FROM upload u
 WHERE id = :id AND kind <> 'once' AND owner = coalesce(:owner, owner)
   AND EXISTS (SELECT 1 FROM upload_idle WHERE id = u.id AND ms < :expiry_ms)
   AND (done = 0 OR kind = 'part' OR EXISTS (SELECT 1 FROM video v WHERE v.id = u.id AND v.state <> 'deleting'));

-- name: upload_video
SELECT size_bytes FROM video
 WHERE id = :id AND owner = :owner AND state <> 'deleting' AND source = 'source/' || id AND size_bytes IS NOT NULL;

-- name: upload_record
UPDATE upload SET offset_bytes = :offset_bytes, ended = :ended, touched_ms = (SELECT ms FROM lived_ms)
 WHERE id = :id AND offset_bytes = :before_bytes AND done = 0;

-- name: upload_touch
UPDATE upload SET touched_ms = (SELECT ms FROM lived_ms) WHERE id = :id AND done = 0;

-- name: upload_set_digest
UPDATE upload SET digest = :digest WHERE id = :id AND done = 0;

-- name: upload_tell
UPDATE upload SET worker = NULL WHERE id = :id AND done = 0;

-- name: upload_set_length
UPDATE upload SET length_bytes = :length_bytes WHERE id = :id AND length_bytes IS NULL AND offset_bytes <= :length_bytes;

-- name: upload_done
UPDATE upload SET done = 1, worker = NULL, address = '', offset_bytes = :size_bytes, length_bytes = :size_bytes WHERE id = :id AND done = 0;

-- name: upload_join
UPDATE upload SET done = 1, address = '', joined = :into WHERE id = :id AND done = 0 AND kind = 'part' AND offset_bytes = length_bytes;

-- name: upload_needs_file
SELECT 1 FROM upload WHERE id = :id AND done = 0;

-- name: upload_expired
SELECT id FROM upload_idle WHERE worker IS NULL AND ms >= :expiry_ms AND id > :after ORDER BY id LIMIT 1;

-- name: upload_is_expired
SELECT 1 FROM upload_idle WHERE id = :id AND worker IS NULL AND ms >= :expiry_ms;

-- Written while there is something that may expire, as an upload, or a rung or source of a video, now or by a profile to come;
-- and not oftener than it takes: each change wakes all responders.
-- name: lived_count
UPDATE lived SET ms = (SELECT ms FROM lived_ms), wall_ms = (SELECT ms FROM now_ms)
 WHERE abs((SELECT ms FROM now_ms) - wall_ms) >= 30000
   AND (EXISTS (SELECT 1 FROM upload WHERE kind <> 'once') OR EXISTS (SELECT 1 FROM video WHERE state IN ('ready', 'failed', 'cancelled')));

-- Whole ones whose client had ended them, and whose last request ended before they were videos.
-- name: upload_left
SELECT id FROM upload
 WHERE kind = 'whole' AND worker IS NULL AND done = 0 AND offset_bytes = length_bytes AND ended = 1
   AND touched_ms + :rest_ms <= (SELECT ms FROM lived_ms) AND id > :after ORDER BY id LIMIT 1;

-- name: upload_orphan
SELECT u.id FROM upload u
 WHERE worker IS NOT NULL AND NOT EXISTS (SELECT 1 FROM worker w WHERE w.id = u.worker AND w.state = 'alive') AND id > :after
 ORDER BY id LIMIT 1;

-- name: upload_lapsed
SELECT id FROM upload_claim WHERE claim = 'lapsed' AND id > :after ORDER BY id LIMIT 1;

-- What nothing came of may have no file.
-- name: upload_lasting
SELECT id FROM upload
 WHERE done = 0 AND (worker IS NOT NULL OR offset_bytes > 0) AND created_ms < (SELECT ms FROM now_ms) - :rest_ms AND id > :after ORDER BY id LIMIT 1;

-- name: upload_is_proven
SELECT 1 FROM upload_claim WHERE id = :id AND claim = 'proven';

-- What is made of an upload of :length_bytes, and what all others than :id have been promised.
-- name: budget_read
SELECT CAST(round(:length_bytes * coalesce((SELECT grows FROM growth_factor WHERE profile = :profile), 2)) AS INTEGER),
       count(*) FILTER (WHERE what = 'upload'), coalesce(sum(work_bytes) FILTER (WHERE what = 'upload'), 0),
       count(*) FILTER (WHERE what = 'video'), coalesce(sum(work_bytes) FILTER (WHERE what = 'video'), 0),
       coalesce(sum(work_bytes) FILTER (WHERE claim = 'unproven'), 0)
  FROM disk_claim WHERE id IS NOT :id;

-- name: budget_uploads
SELECT id, length_bytes, claim = 'unproven' FROM upload_claim WHERE length_bytes > 0 AND claim <> 'lapsed' AND id IS NOT :id;

-- Written only when it changed by more than a 64th: everybody who waits for a change looks up at each.
-- name: disk_keep
INSERT INTO disk (one, free_bytes, floor_bytes, arriving_bytes, at_ms)
VALUES (1, :free_bytes, :floor_bytes, :arriving_bytes, (SELECT ms FROM now_ms))
    ON CONFLICT (one) DO UPDATE
   SET free_bytes = excluded.free_bytes, floor_bytes = excluded.floor_bytes, arriving_bytes = excluded.arriving_bytes,
       at_ms = excluded.at_ms
 WHERE 64 * abs(excluded.free_bytes - free_bytes) > free_bytes OR 64 * abs(excluded.arriving_bytes - arriving_bytes) > free_bytes
    OR floor_bytes <> excluded.floor_bytes;

-- A profile may be deleted while an upload comes that asked for it.
-- name: video_insert
INSERT INTO video (id, source, filename, title, owner, profile, priority, size_bytes, sha256)
VALUES (:id, 'source/' || :id, :filename, :title, :owner, coalesce((SELECT name FROM profile WHERE name = :profile), 'default'),
        :priority, :size_bytes, :sha256);

-- Tasks ------------------------------------------------------------------------------------------

-- Where the first that fits must run alone, a worker that has others claims nothing: so it will be free for it.
-- name: task_claim
UPDATE task
   SET state = 'running', worker = :worker, attempts = attempts + 1, started_ms = (SELECT ms FROM now_ms), ended_ms = NULL,
       pid = NULL, progress = 0, frames = NULL, fps = NULL, exit_code = NULL, signal = NULL, user_ms = NULL, sys_ms = NULL,
       max_rss_kb = NULL
 WHERE id = (SELECT iif(crashes < 2 OR :busy = 0, task, NULL) FROM runnable
              WHERE bytes <= :room_bytes - (SELECT bytes FROM running_bytes) LIMIT 1) AND state = 'queued'
   AND EXISTS (SELECT 1 FROM worker WHERE id = :worker AND state = 'alive')
RETURNING id;

-- name: task_read
SELECT t.id, t.attempts, t.failures, t.kind, t.seq, t.video, v.source, t.frames_planned, v.duration_ms, t.edition,
       t.first_frame,
       (SELECT count(*) FROM task c WHERE c.video = t.video AND c.edition = t.edition AND c.kind = 'chunk') < 2,
       v.single, t.predicted_s, t.crashes,
       (SELECT CAST(round(sum(bytes)) AS INTEGER) FROM rendition_cap WHERE video = t.video AND edition = t.edition),
       coalesce(v.recipe ->> '$.segment_ms', p.segment_ms)
  FROM task t JOIN video v ON v.id = t.video LEFT JOIN profile p ON p.name = v.profile WHERE t.id = :id;

-- name: task_argv
SELECT e.value FROM task t, json_each(t.argv) e WHERE t.id = :id ORDER BY e.key;

-- name: task_reads
SELECT e.value FROM task t, json_each(t.reads) e WHERE t.id = :id ORDER BY e.key;

-- name: task_started
UPDATE task SET pid = :pid, argv = :argv, reads = :reads WHERE id = :id AND attempts = :attempt AND state = 'running';

-- name: task_progress
UPDATE task SET progress = :progress, frames = :frames, fps = :fps
 WHERE id = :id AND attempts = :attempt AND state = 'running';

-- name: task_is_ours
SELECT 1 FROM task WHERE id = :id AND attempts = :attempt AND state = 'running';

-- name: task_exit
UPDATE task
   SET exit_code = :exit_code, signal = :signal, user_ms = :user_ms, sys_ms = :sys_ms, max_rss_kb = :max_rss_kb,
       frames = :frames, fps = :fps, stderr = :stderr, pid = NULL, ended_ms = (SELECT ms FROM now_ms)
 WHERE id = :id AND attempts = :attempt;

-- name: task_done
UPDATE task SET state = 'done', progress = 1, reason = NULL WHERE id = :id AND attempts = :attempt AND state = 'running';

-- name: task_retry
UPDATE task
   SET state = 'queued', worker = NULL, progress = 0, reason = :reason, failures = failures + 1,
       not_before_ms = (SELECT ms FROM now_ms) + :delay_ms
 WHERE id = :id AND attempts = :attempt AND state = 'running';

-- After 5 s, 10 s, ... five minutes.
-- name: task_put_off
UPDATE task
   SET state = 'queued', worker = NULL, progress = 0, reason = :reason, put_offs = put_offs + 1,
       put_off_ms = (SELECT ms FROM now_ms), not_before_ms = (SELECT ms FROM now_ms) + min(300000, 5000 << min(put_offs, 6))
 WHERE id = :id AND attempts = :attempt AND state = 'running';

-- Put off eight times, and others of its kind were done since it last was.
-- name: task_fails_alone
SELECT 1 FROM task t
 WHERE id = :id AND attempts = :attempt
   AND put_offs >= 8 AND EXISTS (SELECT 1 FROM task WHERE kind = t.kind AND state = 'done' AND ended_ms > t.put_off_ms);

-- What the next attempt runs.
-- name: task_again
UPDATE task SET argv = :argv WHERE id = :id AND attempts = :attempt AND state = 'running';

-- name: task_failed
UPDATE task SET state = 'failed', reason = :reason, failures = failures + 1
 WHERE id = :id AND attempts = :attempt AND state = 'running';

-- name: task_stopped
UPDATE task SET worker = NULL WHERE id = :id AND attempts = :attempt AND state = 'cancelled';

-- name: task_hand_back
UPDATE task SET state = 'queued', worker = NULL, pid = NULL, progress = 0
 WHERE id = :id AND attempts = :attempt AND state = 'running';

-- What the database holds for a worker's: all that it has a child of, and what was lost where a write failed.
-- name: task_of_worker
SELECT id, attempts, state = 'running' FROM task WHERE worker = :worker AND state IN ('running', 'cancelled') ORDER BY id;

-- name: task_add
INSERT INTO task (video, edition, kind, seq, argv, reads, first_frame, frames_planned, needs_bytes)
VALUES (:video, :edition, :kind, :seq, :argv, :reads, :first_frame, :frames_planned, :needs_bytes) RETURNING id;

-- name: task_add_wait
INSERT INTO task_wait (task, needs) VALUES (:task, :needs);

-- What waits for a task that adds another one before the plan waits for that, too.
-- name: task_add_wait_too
INSERT INTO task_wait (task, needs) SELECT task, :added FROM task_wait WHERE needs = :of;

-- Workers ----------------------------------------------------------------------------------------

-- name: worker_begin
INSERT INTO worker (id, pid, host, slots, health) VALUES (:id, :pid, :host, :slots, :health);

-- name: worker_read
SELECT slots, coalesce(nice, -1), paused, coalesce(trouble, '') FROM worker WHERE id = :id AND state = 'alive';

-- name: worker_trouble
UPDATE worker SET trouble_ms = CASE WHEN :trouble IS NULL THEN NULL ELSE coalesce(trouble_ms, (SELECT ms FROM now_ms)) END,
       trouble = :trouble
 WHERE id = :id AND trouble IS NOT :trouble;

-- name: worker_health
UPDATE worker SET health = :health WHERE id = :id;

-- name: worker_end
UPDATE worker SET state = :state, ended_ms = (SELECT ms FROM now_ms) WHERE id = :id AND state = 'alive';

-- A worker that stops in good order hands back what it had.
-- name: worker_requeue
UPDATE task SET state = 'queued', worker = NULL, pid = NULL, progress = 0 WHERE worker = :id AND state = 'running';

-- One that died may have died of its tasks.
-- name: worker_died_with
INSERT OR IGNORE INTO death (video, worker) SELECT video, worker FROM task WHERE worker = :id AND state = 'running';

-- A task is blamed, but where another worker died since its video last killed one that did not have the video, or three of the
-- last ten did: then something else kills workers here.
-- name: worker_blames
UPDATE task
   SET deaths = deaths + 1, crashes = crashes + NOT (
       EXISTS (
       SELECT 1 FROM dead_lately d
        WHERE NOT EXISTS (SELECT 1 FROM death WHERE video = task.video AND worker = d.worker)
          AND d.ended_ms > (SELECT coalesce(max(w.ended_ms), 0) FROM death x JOIN worker w ON w.id = x.worker
                              WHERE x.video = task.video AND x.worker <> :id))
       OR 3 <= (
       SELECT count(*) FROM (SELECT worker FROM dead_lately ORDER BY ended_ms DESC LIMIT 10) d
        WHERE NOT EXISTS (SELECT 1 FROM death WHERE video = task.video AND worker = d.worker)))
 WHERE worker = :id AND state = 'running';

-- A task that is blamed for two is run alone, and given up when three more died with it; whoever is to blame, after 20.
-- name: worker_inherit
UPDATE task SET state = 'queued', worker = NULL, pid = NULL, progress = 0
 WHERE worker = :id AND state = 'running' AND crashes < 5 AND deaths < 20;

-- A video does without its digest, and its worker is not to be killed by it for ever.
-- name: worker_leaves_digest
UPDATE task SET state = 'done', progress = 1, reason = 'killed_worker', pid = NULL WHERE worker = :id AND state = 'running' AND kind = 'digest';

-- name: worker_gives_up
UPDATE video SET state = 'failed', reason = 'killed_worker', detail = 'The server died each time it worked on this video.'
 WHERE id IN (SELECT video FROM task WHERE worker = :id AND state = 'running')
   AND state IN ('queued', 'probing', 'encoding', 'publishing');

-- Who has tasks and no living row, as nobody would bury it: its row was changed by hand.  Ten seconds are for its own end.
-- name: worker_ghost
SELECT t.worker FROM task t
 WHERE t.state = 'running' AND t.started_ms < (SELECT ms FROM now_ms) - 10000
   AND NOT EXISTS (SELECT 1 FROM worker WHERE id = t.worker AND state = 'alive') LIMIT 1;

-- name: worker_let_go
-- (The IN lets index task_by_worker be used, which is of these two states.)
UPDATE task SET worker = NULL, pid = NULL WHERE worker = :id AND state IN ('running', 'cancelled') AND state = 'cancelled';

-- name: worker_alive
SELECT id, pid FROM worker WHERE state = 'alive';

-- name: worker_count
SELECT count(*), count(trouble), count(*) FILTER (WHERE coalesce(health ->> '$.jail.ok', 0) = 0) FROM worker WHERE state = 'alive';

-- name: worker_prune
DELETE FROM worker
 WHERE state <> 'alive' AND ended_ms < (SELECT ms FROM now_ms) - 7 * 86400000
   AND NOT EXISTS (SELECT 1 FROM task WHERE worker = worker.id AND state IN ('running', 'cancelled'));

-- name: event_after
SELECT id, video, owner, name, json, 0 FROM event_api
 WHERE id > :after AND (:video IS NULL OR video = :video) AND (:owner IS NULL OR owner = :owner)
 ORDER BY id LIMIT :limit;

-- name: event_live
SELECT 0, video, owner, 'progress', json, waits FROM video_live;

-- name: event_bounds
SELECT (SELECT min(id) FROM event), coalesce((SELECT max(id) FROM event), 0);

-- name: event_prune
DELETE FROM event WHERE id IN (SELECT id FROM event WHERE id <= (SELECT max(id) FROM event) - :keep ORDER BY id LIMIT 10000);

-- name: health
SELECT json_object(
       'workers', (SELECT json_group_array(json_object(
                          'id', id, 'pid', pid, 'host', host, 'slots', slots, 'paused', json(iif(paused, 'true', 'false')), 'trouble', trouble,
                          'trouble_since', strftime('%Y-%m-%dT%H:%M:%fZ', trouble_ms / 1000.0, 'unixepoch'), 'health', json(health),
                          'running', (SELECT count(*) FROM task WHERE state = 'running' AND worker = w.id)))
                     FROM worker w WHERE state = 'alive'),
       'queue', json_object(
                'videos', (SELECT count(*) FROM video WHERE state IN ('queued', 'probing', 'encoding', 'publishing')),
                'paused', (SELECT json(iif(paused, 'true', 'false')) FROM everything),
                'tasks_queued', (SELECT count(*) FROM task WHERE state = 'queued'),
                'tasks_running', (SELECT count(*) FROM task WHERE state = 'running'),
                'uploads', (SELECT count(*) FROM upload WHERE done = 0)));

-- name: floor
SELECT json_object(
       'now', strftime('%Y-%m-%dT%H:%M:%fZ', (SELECT ms FROM now_ms) / 1000.0, 'unixepoch'),
       'workers', (
               SELECT json_group_array(json_object(
                      'id', id, 'pid', pid, 'host', host, 'slots', slots, 'nice', nice, 'paused', json(iif(paused, 'true', 'false')),
                      'trouble', trouble, 'started', strftime('%Y-%m-%dT%H:%M:%fZ', started_ms / 1000.0, 'unixepoch'),
                      'tasks', (SELECT json_group_array(json_object(
                                       'task', t.id, 'video', t.video, 'title', v.name,
                                       'kind', t.kind, 'seq', t.seq, 'progress', t.progress, 'fps', t.fps, 'pid', t.pid,
                                       'started', strftime('%Y-%m-%dT%H:%M:%fZ', t.started_ms / 1000.0, 'unixepoch'),
                                       'predicted_s', t.predicted_s))
                                  FROM task t JOIN video_named v ON v.id = t.video WHERE t.state = 'running' AND t.worker = w.id)))
                 FROM (SELECT * FROM worker WHERE state = 'alive' ORDER BY started_ms, id) w),
       'queue', (
               SELECT json_group_array(json_object(
                      'video', a.video, 'title', v.name, 'state', a.state, 'place', iif(a.state = 'queued', a.place, NULL),
                      'progress', v.progress, 'what', (SELECT what FROM video_what WHERE video = a.video),
                      'eta', CASE WHEN a.eta_ms IS NOT NULL THEN json_object('ms', a.eta_ms, 'low_ms', a.low_ms, 'high_ms', a.high_ms) END))
                 FROM (SELECT * FROM work_ahead ORDER BY place, ahead_s LIMIT 20) a JOIN video_named v ON v.id = a.video),
       'tasks_queued', (SELECT count(*) FROM task WHERE state = 'queued'),
       'uploads', (SELECT json_group_array(json_object(
                          'filename', filename, 'offset_bytes', offset_bytes, 'length_bytes', length_bytes,
                          'created', strftime('%Y-%m-%dT%H:%M:%fZ', created_ms / 1000.0, 'unixepoch')))
                     FROM (SELECT * FROM upload WHERE done = 0 ORDER BY created_ms DESC LIMIT 50)),
       'hour', (SELECT json_object(
                       'tasks', count(*), 'cpu_s', round(total(t.user_ms + t.sys_ms) / 1000.0, 1),
                       'videos', count(DISTINCT iif(t.kind = 'assemble', t.video, NULL)),
                       'media_s', round(total(iif(t.kind = 'assemble', v.duration_ms, 0)) / 1000.0, 1))
                  FROM task t LEFT JOIN video v ON v.id = t.video
                 WHERE t.ended_ms > (SELECT ms FROM now_ms) - 3600000 AND t.state = 'done'),
       'recent', (SELECT json_group_array(json_object(
                         'task', t.id, 'video', t.video, 'title', v.name, 'worker', t.worker,
                         'kind', t.kind, 'seq', t.seq, 'state', t.state,
                         'started', strftime('%Y-%m-%dT%H:%M:%fZ', t.started_ms / 1000.0, 'unixepoch'),
                         'ended', strftime('%Y-%m-%dT%H:%M:%fZ', t.ended_ms / 1000.0, 'unixepoch')))
                    FROM (SELECT * FROM task WHERE ended_ms > (SELECT ms FROM now_ms) - 600000 ORDER BY ended_ms DESC LIMIT 300) t
                         JOIN video_named v ON v.id = t.video));

-- Planning ---------------------------------------------------------------------------------------

-- name: probe_save
UPDATE video SET probe = iif(:step = 0, :json, json_set(:json, '$.wide', 1, '$.merged', :step = 2, '$.measured', json(probe -> '$.measured'),
       '$.elsewhere', json(probe -> '$.elsewhere'))) WHERE id = :id;

-- name: measured_save
UPDATE video
   SET probe = json_set(probe, :where, json_object(
               'pictures', :pictures, 'top_first', :top_first, 'bottom_first', :bottom_first, 'progressive', :progressive,
               'undetermined', :undetermined, 'repeated', :repeated, 'not_repeated', :not_repeated, 'captions', :captions,
               'errors', :errors, 'flagged', :flagged, 'alone', :alone, 'first_pts', :first_pts, 'last_pts', :last_pts,
               'combs', json_array(:as_is, :least, :order, :apart, :whole, :pairs)))
 WHERE id = :id AND probe IS NOT NULL;

-- name: idr_save
UPDATE video SET probe = json_set(probe, '$.idr', json_object('count', :count, 'sum', :sum)) WHERE id = :id AND probe IS NOT NULL;

-- name: steadies_save
UPDATE video SET probe = json_set(probe, '$.steady', json(:list)) WHERE id = :id AND probe IS NOT NULL;

-- name: steadies_read
SELECT s.value ->> '$[0]', s.value ->> '$[1]', s.value ->> '$[2]', s.value ->> '$[3]' FROM video v, json_each(v.probe, '$.steady') s
 WHERE v.id = :id AND v.probe IS NOT NULL AND s.type = 'array' ORDER BY s.key LIMIT :most;

-- name: probe_format
SELECT probe ->> '$.format.format_name', probe ->> '$.format.start_time', probe ->> '$.format.duration',
       probe ->> '$.format.size',
       probe ->> '$.measured.pictures', probe ->> '$.measured.top_first', probe ->> '$.measured.bottom_first',
       probe ->> '$.measured.progressive', probe ->> '$.measured.undetermined', probe ->> '$.measured.repeated',
       probe ->> '$.measured.not_repeated', probe ->> '$.measured.captions', probe ->> '$.measured.errors',
       probe ->> '$.measured.flagged', probe ->> '$.measured.alone', probe ->> '$.measured.first_pts', probe ->> '$.measured.last_pts',
       probe ->> '$.measured.combs[0]', probe ->> '$.measured.combs[1]', probe ->> '$.measured.combs[2]',
       probe ->> '$.measured.combs[3]', probe ->> '$.measured.combs[4]', probe ->> '$.measured.combs[5]',
       probe ->> '$.elsewhere.pictures', probe ->> '$.elsewhere.top_first', probe ->> '$.elsewhere.bottom_first',
       probe ->> '$.elsewhere.progressive', probe ->> '$.elsewhere.undetermined', probe ->> '$.elsewhere.repeated',
       probe ->> '$.elsewhere.not_repeated', probe ->> '$.elsewhere.captions', probe ->> '$.elsewhere.errors',
       probe ->> '$.elsewhere.flagged', probe ->> '$.elsewhere.alone', probe ->> '$.elsewhere.first_pts', probe ->> '$.elsewhere.last_pts',
       probe ->> '$.elsewhere.combs[0]', probe ->> '$.elsewhere.combs[1]', probe ->> '$.elsewhere.combs[2]',
       probe ->> '$.elsewhere.combs[3]', probe ->> '$.elsewhere.combs[4]', probe ->> '$.elsewhere.combs[5]',
       probe ->> '$.idr.count', probe ->> '$.idr.sum', probe ->> '$.wide', probe ->> '$.merged'
  FROM video WHERE id = :id AND probe IS NOT NULL;

-- name: probe_streams
SELECT stream, type, codec, profile, pix_fmt, sar, field_order, width, height, has_b_frames, r_frame_rate, avg_frame_rate,
       time_base, programs, start_time, duration, nb_frames, color_range, color_space, color_transfer, color_primaries,
       sample_rate, channels, attached_pic, is_default, language, rotation, channel_layout, title, original, comment,
       hearing_impaired, visual_impaired, forced, dolby_profile, dolby_base, matrix, told_s
  FROM probe_stream WHERE video = :id ORDER BY stream;

-- name: recipe_keep
UPDATE video SET recipe = (SELECT recipe FROM profile_recipe WHERE name = video.profile) WHERE id = :id AND recipe IS NULL;

-- name: profile_read
SELECT recipe ->> '$.profile', recipe ->> '$.segment_ms', recipe ->> '$.chunk_ms', recipe ->> '$.rate_max',
       recipe ->> '$.audio_codec', recipe ->> '$.audio_kbps', recipe ->> '$.surround_kbps', recipe ->> '$.copy',
       recipe ->> '$.storyboard'
  FROM video WHERE id = :id AND recipe IS NOT NULL;

-- name: profile_rungs
SELECT r.value ->> '$.codec', r.value ->> '$.short_side', r.value ->> '$.max_kbps', r.value ->> '$.crf', r.value ->> '$.preset'
  FROM video v, json_each(v.recipe, '$.rungs') r WHERE v.id = :id ORDER BY r.key LIMIT :most;

-- name: encoders_forget
DELETE FROM encoder;

-- name: encoder_add
INSERT OR REPLACE INTO encoder (codec, name) VALUES (:codec, :name);

-- name: digest_save
UPDATE video SET sha256 = :sha256 WHERE id = :id;

-- A probe that waits for this digest: nothing was made of the video yet.
-- name: link_awaited
SELECT 1 FROM task p JOIN task_wait w ON w.task = p.id
 WHERE p.video = :video AND p.kind = 'probe' AND p.state = 'queued' AND p.attempts = 0 AND w.needs = :task;

-- name: link_find
SELECT t.twin, t.published, o.source_kept AND o.source = 'source/' || o.id AND n.source = 'source/' || n.id
  FROM twin t JOIN video o ON o.id = t.twin JOIN video n ON n.id = t.video
 WHERE t.video = :video AND t.sha256 = :sha256 ORDER BY o.ended_ms DESC, o.id LIMIT 1;

-- name: link_is_spent
SELECT 1 FROM discard WHERE video = :video AND file = :file;

-- name: link_forget_waits
DELETE FROM task_wait WHERE task IN (SELECT id FROM task WHERE video = :video AND kind <> 'digest');

-- name: link_forget_tasks
DELETE FROM task WHERE video = :video AND kind <> 'digest' AND state = 'queued';

-- name: link_video
UPDATE video
   SET state = 'publishing', linked = coalesce(o.linked, o.id), edition = o.published,
       probe = o.probe, duration_ms = o.duration_ms, width = o.width, height = o.height, frames = o.frames, single = o.single,
       poster = o.poster, storyboard = o.storyboard, predicted_bytes = 0, written_bytes = 0
  FROM (SELECT v.* FROM video v JOIN twin t ON t.twin = v.id
         WHERE v.id = :twin AND t.video = :video AND t.published = :edition AND t.sha256 = :sha256) o
 WHERE video.id = :video AND video.state = 'queued';

-- name: link_recipe
UPDATE video SET recipe = (SELECT recipe FROM video WHERE id = :twin) WHERE id = :video;

-- Every column of the table but `video`.
-- name: link_renditions
INSERT INTO rendition (video, edition, place, name, kind, codec, copied, language, label, is_default, width, height, rate_num, rate_den,
                       codecs, channels, frames, duration_us, peak_bps, mean_bps, file, size_bytes, max_kbps, rung_side, role)
SELECT :video, edition, place, name, kind, codec, copied, language, label, is_default, width, height, rate_num, rate_den,
       codecs, channels, frames, duration_us, peak_bps, mean_bps, file, size_bytes, max_kbps, rung_side, role
  FROM rendition WHERE video = :twin AND edition = :edition;

-- name: link_pieces
INSERT INTO piece (video, edition, rendition, seq, file, size_bytes, frames, duration_us, peak_bps, longest_us, playlist)
SELECT :video, edition, rendition, seq, file, size_bytes, frames, duration_us, peak_bps, longest_us, playlist
  FROM piece p WHERE video = :twin AND edition = :edition
   AND file IN (SELECT file FROM rendition WHERE video = :twin AND edition = :edition);

-- name: link_decisions
INSERT INTO decision (video, edition, seq, code, detail)
SELECT :video, edition, seq, code, detail FROM decision WHERE video = :twin AND edition = :edition AND code <> 'linked';

-- name: plan_video
UPDATE video SET duration_ms = :duration_ms, width = :width, height = :height, frames = :frames,
       recipe = json_set(recipe, '$.segment_most_ms', :segment_most_ms)
 WHERE id = :id;

-- name: plan_rendition
INSERT INTO rendition (video, edition, place, name, kind, codec, copied, language, label, is_default, width, height, rate_num,
                       rate_den, channels, max_kbps, rung_side, role)
VALUES (:video, :edition, :place, :name, :kind, :codec, :copied, :language, :label, :is_default, :width, :height, :rate_num,
        :rate_den, :channels, :max_kbps, :rung_side, :role);

-- What its children will write: pieces up to their caps, as far as such are usually filled; and then it all again.
-- name: plan_foretell
UPDATE task
   SET predicted_bytes = (
       SELECT CAST(round(f.fills * CASE
              WHEN task.kind = 'chunk' THEN c.picture_bytes * task.frames_planned / max(1, v.frames, task.frames_planned)
              WHEN task.kind = 'audio' AND task.seq < 0 THEN c.sound_bytes / c.sounds * min(1, max(20000.0 / v.duration_ms, 0.05))
              WHEN task.kind = 'audio' THEN c.sound_bytes / c.sounds
              ELSE c.movies_bytes END) AS INTEGER)
         FROM video v JOIN growth_factor f ON f.profile = v.profile JOIN video_cap c ON c.edition = v.edition
        WHERE v.id = :id AND c.video = :id)
 WHERE video = :id AND kind IN ('chunk', 'audio', 'assemble') AND state = 'queued'
   AND edition = (SELECT edition FROM video WHERE id = :id);

-- name: plan_foretold
UPDATE video
   SET predicted_bytes = (SELECT sum(predicted_bytes) FROM task WHERE video = :id AND edition = video.edition
                             AND kind NOT IN ('probe', 'scan'))
 WHERE id = :id;

-- name: poster_save
UPDATE video SET poster = :file WHERE id = :id;

-- name: storyboard_save
UPDATE video SET storyboard = :file WHERE id = :id;

-- name: rendition_remove
DELETE FROM rendition WHERE video = :video AND edition = :edition AND name = :name;

-- name: has_captions
SELECT count(*) FROM decision WHERE video = :video AND edition = :edition AND code = 'captions_kept';

-- name: decision_add
INSERT INTO decision (video, edition, seq, code, detail)
VALUES (:video, :edition, (SELECT coalesce(max(seq), -1) + 1 FROM decision WHERE video = :video AND edition = :edition),
        :code, :detail);

-- name: piece_save
INSERT OR REPLACE INTO piece
       (video, edition, rendition, seq, file, size_bytes, frames, duration_us, peak_bps, longest_us, playlist)
VALUES (:video, :edition, :rendition, :seq, :file, :size_bytes, :frames, :duration_us, :peak_bps, :longest_us, :playlist);

-- name: rendition_codecs
UPDATE rendition SET codecs = :codecs WHERE video = :video AND edition = :edition AND name = :name;

-- name: renditions
SELECT name, kind, width, height, rate_num, rate_den, channels, codecs, codec, copied, language, label, is_default, place, role,
       coalesce(max_kbps, 0)
  FROM rendition WHERE video = :video AND edition = :edition ORDER BY place;

-- name: pieces
SELECT seq, file, size_bytes, frames, duration_us, peak_bps, longest_us, playlist
  FROM piece WHERE video = :video AND edition = :edition AND rendition = :rendition AND seq >= :from ORDER BY seq;

-- name: early
SELECT v.published, v.playable_ms IS NOT NULL, coalesce(v.recipe ->> '$.segment_most_ms', 0),
       (SELECT count(*) FROM task WHERE video = v.id AND edition = :edition AND kind = 'chunk')
  FROM video v WHERE v.id = :id;

-- name: video_playable
UPDATE video SET playable_ms = (SELECT ms FROM now_ms) WHERE id = :id AND playable_ms IS NULL;

-- Pictures that a row names stay, whichever edition they are of: a later one may have made none.
-- name: discard_add
INSERT OR REPLACE INTO discard (video, file, after_ms)
SELECT :video, :file, (SELECT ms FROM now_ms) + :delay_ms
 WHERE NOT EXISTS (SELECT 1 FROM video_picture WHERE video = :video AND file = :file);

-- name: discard_pieces
INSERT OR REPLACE INTO discard (video, file, after_ms)
SELECT p.video, p.file, (SELECT ms FROM now_ms) + iif(p.edition = :edition, :own_ms, :older_ms) FROM piece p
 WHERE p.video = :video AND p.file NOT IN (SELECT file FROM rendition WHERE video = :video AND edition = :edition AND file IS NOT NULL);

-- The uploaded file itself, where the profile says so; never a file that an operator named.
-- name: discard_source
INSERT OR REPLACE INTO discard (video, file, after_ms)
SELECT v.id, '@source', (SELECT ms FROM now_ms) FROM video v JOIN profile p ON p.name = v.profile
 WHERE v.id = :video AND p.keep_source = 0 AND v.source = 'source/' || v.id;

-- name: retention_due
SELECT video, edition, name, file, keep_days FROM expired WHERE (video, name) > (:video, :name) ORDER BY video, name LIMIT 1;

-- name: retention_is_due
SELECT 1 FROM expired WHERE video = :video AND edition = :edition AND name = :name;

-- Where a later edition came to nothing there is a day to try it again.
-- name: retention_sources
INSERT OR IGNORE INTO discard (video, file, after_ms)
SELECT v.id, '@source', (SELECT ms FROM now_ms) + iif(v.state = 'ready', 0, 86400000)
  FROM profile p JOIN video v ON v.profile = p.name AND v.state IN ('ready', 'failed', 'cancelled')
 WHERE (p.keep_source_days IS NOT NULL AND v.kept_from_ms + p.keep_source_days * 86400000 <= (SELECT ms FROM lived_ms)
        OR p.keep_source = 0 AND v.state <> 'ready')
   AND v.published IS NOT NULL AND v.source_kept = 1 AND v.source = 'source/' || v.id;

-- Before it goes: no other edition can begin then, and none goes on.
-- name: source_gone
UPDATE video SET source_kept = 0
 WHERE id = :video AND (state = 'ready' OR (published IS NOT NULL AND state IN ('failed', 'cancelled'))) AND EXISTS (SELECT 1 FROM discard WHERE video = :video AND file = '@source');

-- name: discard_due
SELECT d.video, d.file FROM discard d JOIN video v ON v.id = d.video
 WHERE d.after_ms <= (SELECT ms FROM now_ms) AND v.state <> 'deleting'
   AND (d.file <> '@source' OR ((v.state = 'ready' OR (v.published IS NOT NULL AND v.state IN ('failed', 'cancelled'))) AND NOT EXISTS (
        SELECT 1 FROM task WHERE video = d.video AND kind = 'digest' AND state IN ('queued', 'running'))))
 ORDER BY d.after_ms LIMIT 1;

-- After a minute, two, ... an hour.
-- name: discard_put_off
UPDATE discard SET tries = tries + 1, after_ms = (SELECT ms FROM now_ms) + min(3600000, 60000 << min(tries, 6))
 WHERE video = :video AND file = :file;

-- name: discard_forget
DELETE FROM discard WHERE video = :video AND file = :file;

-- name: piece_forget
DELETE FROM piece WHERE video = :video AND file = :file;

-- name: rendition_publish
UPDATE rendition
   SET file = :file, size_bytes = :size_bytes, frames = :frames, duration_us = :duration_us, peak_bps = :peak_bps,
       mean_bps = :mean_bps
 WHERE video = :video AND edition = :edition AND name = :name;

-- name: video_ready
-- What a file says of the length of its sound may be a guess; and of the pictures that were planned some may not have decoded.
UPDATE video
   SET state = 'ready', progress = 1,
       frames = coalesce((SELECT max(r.frames) FROM rendition r WHERE r.video = video.id AND r.edition = video.edition AND r.kind = 'video'), frames),
       published = edition, playable_ms = coalesce(playable_ms, (SELECT ms FROM now_ms)),
       duration_ms = coalesce((SELECT round(r.duration_us / 1000.0)
                                 FROM rendition r
                                WHERE r.video = video.id AND r.edition = video.edition AND r.kind = 'audio' AND r.is_default
                                  AND video.frames IS NULL AND abs(r.duration_us / 1000.0 - coalesce(video.duration_ms, 0)) > 100),
                              duration_ms)
 WHERE id = :id AND edition = :edition AND state = 'publishing';
