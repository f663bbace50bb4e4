-- What takes the space?  The 20 largest videos: the source, and what was published of it, in MB.
-- SPDX-License-Identifier: MIT
SELECT v.id AS video, coalesce(nullif(v.title, ''), v.filename) AS title,
       round(v.size_bytes / 1e6, 1) AS source_mb,
       round((coalesce((SELECT sum(size_bytes) FROM rendition WHERE video = v.id), 0)
            + coalesce((SELECT sum(size_bytes) FROM piece WHERE video = v.id), 0)) / 1e6, 1) AS published_mb
  FROM video v ORDER BY coalesce(v.size_bytes, 0) + 1e6 * published_mb DESC LIMIT 20;
