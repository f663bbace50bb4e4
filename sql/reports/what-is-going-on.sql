-- What is going on?  Videos by state, children by kind, and who is alive.
-- SPDX-License-Identifier: MIT
SELECT 'videos ' || state AS what, count(*) AS n FROM video GROUP BY state
UNION ALL SELECT kind || ' ' || state, count(*) FROM task WHERE state IN ('queued', 'running') GROUP BY kind, state
UNION ALL SELECT 'uploads under way', count(*) FROM upload WHERE done = 0
UNION ALL SELECT 'workers ' || state, count(*) FROM worker WHERE state = 'alive' GROUP BY state;
