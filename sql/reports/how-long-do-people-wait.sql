-- How long do people wait?  For each of the last 14 days: from upload, or the wish to encode again, to ready, in seconds.
-- SPDX-License-Identifier: MIT
WITH done AS (
	SELECT date(ended_ms / 1000, 'unixepoch') AS day, (ended_ms - a.ms) / 1000.0 AS wait_s,
	       row_number() OVER (PARTITION BY date(ended_ms / 1000, 'unixepoch') ORDER BY ended_ms - a.ms) AS place,
	       count(*) OVER (PARTITION BY date(ended_ms / 1000, 'unixepoch')) AS n
	  FROM video v JOIN video_asked a ON a.video = v.id WHERE state = 'ready' AND ended_ms > (SELECT ms FROM now_ms) - 14 * 86400000)
SELECT day, n AS videos,
       round(max(CASE WHEN place = (n + 1) / 2 THEN wait_s END), 1) AS median_s,
       round(max(CASE WHEN place = (n * 95 + 99) / 100 THEN wait_s END), 1) AS p95_s,
       round(max(wait_s), 1) AS longest_s
  FROM done GROUP BY day ORDER BY day DESC;
