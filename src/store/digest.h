/* digest.h - the SHA-256 of a video's source.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_STORE_DIGEST_H
#define CLIPMILL_STORE_DIGEST_H

#include "store/task.h"

#define DIGEST_LEN 64           /* hexadecimal digits of SHA-256 */

/* The task is done and the video has its digest; within a transaction of the caller's. */
enum db_result digest_end(struct db *db, const struct task *task, const struct task_exit *ended, const char *sha256);

/* In one transaction the task is done and the video has its digest.  DB_NONE: the attempt is no longer ours. */
enum db_result digest_save(struct db *db, const struct task *task, const struct task_exit *ended, const char *sha256);

#endif
