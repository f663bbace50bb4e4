/*
 * listen.c - the socket that the web server connects to.  It is a unix socket and never TCP: whoever
 * can connect to it is believed to be the web server.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/listen.h"

#define BACKLOG 1024

static int fail(int fd, char *error, size_t error_size, const char *path)
{
	snprintf(error, error_size, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

/* True when the name is taken by a socket on which nobody listens. */
static bool is_stale(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool stale;

	if (fd < 0)
		return false;
	stale = connect(fd, (const struct sockaddr *)(const void *)address, sizeof *address) < 0 && errno == ECONNREFUSED;
	close(fd);
	return stale;
}

static int bind_to(int fd, const struct sockaddr_un *address)
{
	const struct sockaddr *generic = (const struct sockaddr *)(const void *)address;

	if (bind(fd, generic, sizeof *address) == 0)
		return 0;
	if (errno != EADDRINUSE)
		return -1;
	if (!is_stale(address)) {
		errno = EADDRINUSE;
		return -1;
	}
	unlink(address->sun_path);
	return bind(fd, generic, sizeof *address);
}

int listen_unix(const char *path, char *error, size_t error_size)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	mode_t before;
	int fd, bound;

	if (strlen(path) >= sizeof address.sun_path) {
		errno = ENAMETOOLONG;
		return fail(-1, error, error_size, path);
	}
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail(-1, error, error_size, path);
	before = umask(0117);
	bound = bind_to(fd, &address);
	umask(before);
	if (bound < 0 || listen(fd, BACKLOG) < 0)
		return fail(fd, error, error_size, path);
	return fd;
}

static bool is_listening(int fd)
{
	int listening = 0;
	socklen_t size = sizeof listening;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening;
}

int listen_inherited(char *error, size_t error_size)
{
	int fd, null;

	if (!is_listening(STDIN_FILENO)) {
		snprintf(error, error_size, "descriptor 0 is not a listening socket: let a web server or spawn-fcgi start clipmill, "
			 "or give it --socket PATH");
		return -1;
	}
	fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0)
		return fail(fd, error, error_size, "descriptor 0");
	close(null);
	return fd;
}
