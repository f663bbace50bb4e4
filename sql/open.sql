-- open.sql: what runs before the statements of queries.sql can be prepared.  SPDX-License-Identifier: MIT

-- name: setup
PRAGMA journal_mode = WAL;
PRAGMA foreign_keys = OFF;     -- a migration makes tables anew: keys are kept from `keys` on

-- name: keys
PRAGMA foreign_keys = ON;

-- name: durable
PRAGMA synchronous = FULL;

-- name: quick
PRAGMA synchronous = NORMAL;

-- name: lock
BEGIN IMMEDIATE;

-- name: unlock
COMMIT;

-- name: give_up
ROLLBACK;

-- name: version
PRAGMA user_version;

-- name: rules_current
SELECT count(*) FROM views_made WHERE text = :text;

-- name: rules_forget
DELETE FROM views_made;

-- name: rules_remember
INSERT INTO views_made (text) VALUES (:text);
