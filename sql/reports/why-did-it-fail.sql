-- Why did videos fail?  Reasons of the last 30 days, the most frequent first, each with its latest example.
-- SPDX-License-Identifier: MIT
SELECT reason, count(*) AS videos, datetime(max(ended_ms) / 1000, 'unixepoch') AS last, id AS example, detail
  FROM video
 WHERE state = 'failed' AND ended_ms > (SELECT ms FROM now_ms) - 30 * 86400000
 GROUP BY reason ORDER BY videos DESC;
