-- What takes the space?  The 20 largest videos: the source, and what was published of it, in MB, also what waits to be removed
-- as it was published before or while the video was made.  What is linked counts with the video that it is linked with.
-- SPDX-License-Identifier: MIT
WITH file AS (
	SELECT video, file, size_bytes FROM piece
	UNION ALL SELECT r.video, r.file, r.size_bytes FROM rendition r JOIN video v ON v.id = r.video
	 WHERE r.edition = v.published OR (r.video, r.file) IN (SELECT video, file FROM discard)),
published AS (SELECT video, sum(bytes) AS bytes FROM (SELECT video, max(size_bytes) AS bytes FROM file GROUP BY video, file) GROUP BY video)
SELECT v.id AS video, v.name AS title,
       round(iif(v.linked IS NULL, v.source_kept * v.size_bytes, 0) / 1e6, 1) AS source_mb,
       round(iif(v.linked IS NULL, coalesce(p.bytes, 0), 0) / 1e6, 1) AS published_mb
  FROM video_named v LEFT JOIN published p ON p.video = v.id ORDER BY coalesce(source_mb, 0) + published_mb DESC LIMIT 20;
