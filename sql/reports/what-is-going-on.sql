-- What is going on?  Videos by state, children by kind, who is alive, and what is paused or in trouble.
-- SPDX-License-Identifier: MIT
SELECT 'videos ' || state || iif(paused = 1 AND state IN ('queued', 'probing', 'encoding', 'publishing'), ', paused', '') AS what, count(*) AS n
  FROM video GROUP BY 1
UNION ALL SELECT kind || ' ' || state, count(*) FROM task WHERE state IN ('queued', 'running') GROUP BY kind, state
UNION ALL SELECT 'uploads under way', count(*) FROM upload WHERE done = 0
UNION ALL SELECT 'workers alive' || iif(trouble IS NOT NULL, ', in trouble', '') || iif(paused = 1, ', paused', ''), count(*)
  FROM worker WHERE state = 'alive' GROUP BY 1
UNION ALL SELECT 'everything is paused', 1 FROM everything WHERE paused = 1;
