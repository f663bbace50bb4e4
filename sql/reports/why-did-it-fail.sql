-- Why did videos fail?  Reasons of the last 30 days, the most frequent first, with one example of each.
-- SPDX-License-Identifier: MIT
SELECT reason, count(*) AS videos, max(detail) AS detail, max(id) AS example
  FROM video
 WHERE state = 'failed' AND ended_ms > (SELECT ms FROM now_ms) - 30 * 86400000
 GROUP BY reason ORDER BY videos DESC;
