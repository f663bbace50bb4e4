-- What takes the space?  The 20 largest videos: the source, and what was published of it, in MB.  What is linked counts
-- with the video that it is linked with.
-- SPDX-License-Identifier: MIT
SELECT v.id AS video, v.name AS title,
       round(iif(v.linked IS NULL, v.source_kept * v.size_bytes, 0) / 1e6, 1) AS source_mb,
       round(iif(v.linked IS NULL, coalesce((SELECT sum(size_bytes) FROM rendition WHERE video = v.id AND edition = v.published), 0)
            + coalesce((SELECT sum(size_bytes) FROM piece WHERE video = v.id), 0), 0) / 1e6, 1) AS published_mb
  FROM video_named v ORDER BY coalesce(source_mb, 0) + published_mb DESC LIMIT 20;
