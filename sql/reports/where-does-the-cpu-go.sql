-- Where does the CPU go?  By kind of task, and how it compares with the length of what was encoded: that counts once an
-- edition, of however many tasks it is made.  SPDX-License-Identifier: MIT
SELECT t.kind, count(*) AS tasks, round(sum(t.user_ms + t.sys_ms) / 1000.0, 1) AS cpu_s,
       round(avg(t.user_ms + t.sys_ms) / 1000.0, 2) AS mean_s, max(t.max_rss_kb) / 1024 AS peak_mb,
       round(sum(t.user_ms + t.sys_ms) * 1.0 / nullif(sum(v.duration_ms) FILTER (WHERE t.first), 0), 2) AS cpu_per_second_of_video
  FROM (SELECT *, row_number() OVER (PARTITION BY video, edition, kind) = 1 AS first FROM task WHERE state = 'done') t
       JOIN video v ON v.id = t.video
 GROUP BY t.kind ORDER BY sum(t.user_ms + t.sys_ms) DESC;
