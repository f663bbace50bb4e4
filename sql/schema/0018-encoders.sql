-- 0018-encoders.sql: what cannot be encoded again is refused when it is asked for.  SPDX-License-Identifier: MIT

CREATE TRIGGER video_still_needs_encoders BEFORE UPDATE OF edition ON video
WHEN NEW.edition > OLD.edition AND OLD.state IN ('ready', 'failed', 'cancelled') AND EXISTS (SELECT 1 FROM profile_lacks WHERE profile = NEW.profile)
BEGIN
	SELECT RAISE(ABORT, 'the ffmpeg of this server lacks an encoder that this profile needs: SELECT * FROM encoder');
END;

PRAGMA user_version = 18;
