-- How well is the room foretold that videos take?  By profile, of videos that are ready: what was guessed of the size of the
-- source and what the plan said, against what was written, in MB, and how far off each was on average.
-- Beside it what is promised now: SELECT * FROM disk_budget; SELECT * FROM disk_claim.  SPDX-License-Identifier: MIT
SELECT profile, count(*) AS videos, round(sum(size_bytes) / 1e6, 1) AS source_mb,
       round(sum(guessed_bytes) / 1e6, 1) AS guessed_mb, round(sum(predicted_bytes) / 1e6, 1) AS planned_mb,
       round(sum(written_bytes) / 1e6, 1) AS written_mb,
       round(100 * avg(abs(guessed_bytes - written_bytes) * 1.0 / written_bytes)) || '%' AS guess_off_by,
       round(100 * avg(abs(predicted_bytes - written_bytes) * 1.0 / written_bytes)) || '%' AS plan_off_by
  FROM video WHERE state = 'ready' AND written_bytes > 0
 GROUP BY profile ORDER BY sum(written_bytes) DESC;
