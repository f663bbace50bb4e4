-- How well is the cost of work foretold?  By profile and kind: mean CPU seconds, foretold and real, and how far off
-- a prediction was on average.  Of videos that were encoded again, what was done then: before, the profile may have been another.
-- SPDX-License-Identifier: MIT
SELECT v.profile, t.kind, count(*) AS tasks, round(avg(t.predicted_s), 2) AS foretold_s,
       round(avg(t.user_ms + t.sys_ms) / 1000.0, 2) AS real_s,
       round(100 * avg(abs(t.predicted_s - (t.user_ms + t.sys_ms) / 1000.0)) / nullif(avg(t.user_ms + t.sys_ms) / 1000.0, 0)) || '%' AS off_by
  FROM task t JOIN video v ON v.id = t.video AND v.edition = t.edition
 WHERE t.state = 'done' AND t.predicted_s IS NOT NULL
 GROUP BY v.profile, t.kind ORDER BY v.profile, sum(t.user_ms + t.sys_ms) DESC;
