/* server.h - the request threads.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_SERVER_H
#define CLIPMILL_SERVER_H

#include "base/conf.h"
#include "base/parked.h"

struct server;

/*
 * Starts conf->threads request threads that accept FastCGI connections on `listen_fd`, all signals
 * blocked in them.  `worker` is this responder's id; event streams go to `parking`.  Both are lent.  NULL with a line in `error`.
 */
struct server *server_start(const struct conf *conf, int listen_fd, const char *worker, struct parking *parking,
			    char *error, size_t error_size);

/* Accepts no more; requests under way may go on. */
void server_close(struct server *server);

/*
 * Waits at most `timeout_ms` for requests under way, then shuts their connections, joins and frees.
 * Call after server_close.  Returns true when all finished by themselves.
 */
bool server_stop(struct server *server, int64_t timeout_ms);

#endif
