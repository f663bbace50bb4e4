-- How far off was the estimate that each video had when a tenth of its work was done?  The last 50.
-- SPDX-License-Identifier: MIT
SELECT id AS video, name AS title, profile, round(duration_ms / 1000.0, 1) AS duration_s,
       round((foretold_ms - foretold_at_ms) / 1000.0, 1) AS foretold_s, round((ended_ms - foretold_at_ms) / 1000.0, 1) AS took_s,
       round(100.0 * (foretold_ms - ended_ms) / max(1, ended_ms - foretold_at_ms)) || '%' AS off_by
  FROM video_named WHERE state = 'ready' AND foretold_ms IS NOT NULL ORDER BY ended_ms DESC LIMIT 50;
