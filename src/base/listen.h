/* listen.h - the socket that the web server connects to.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_LISTEN_H
#define CLIPMILL_LISTEN_H

#include <stddef.h>

/*
 * Binds a unix socket of mode 0660 at `path`, replacing one that nobody listens on any more.
 * Returns a close-on-exec descriptor, or -1 with a line in `error`.
 */
int listen_unix(const char *path, char *error, size_t error_size);

/*
 * Takes the listening socket that a web server, spawn-fcgi or systemd left on descriptor 0: moves it
 * to a close-on-exec descriptor, and leaves /dev/null on 0.  -1 with a line in `error` when there is
 * none.
 */
int listen_inherited(char *error, size_t error_size);

#endif
