/*
 * put.c - uploads a file many times, with as little of the machine as can be: sendfile(2), a connection a request.
 * SPDX-License-Identifier: MIT
 *
 *   put PORT TARGET FILE PARALLEL COUNT [PIECE]
 *
 * Sends FILE by PUT to http://127.0.0.1:PORT/TARGET, COUNT times over PARALLEL threads; or with PIECE by tus 1.0: POST
 * TARGET, then PATCH in pieces of so many bytes, all on one connection.  Prints the seconds that it took, and the
 * Location of the last.  Fails unless every answer is 2xx.
 */
#include "config.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MOST_THREADS 64

static int port, file, parallel;
static const char *target;
static int64_t size, piece;
static atomic_long left;
static char location[256];      /* of the last answer; any thread's */

struct answer {
	int status;
	char location[256];
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int dial(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
		die("connect");
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}

/* The head, and `len` bytes of the file from `at` on.  False: the server has said something before all was sent. */
static bool send_all(int fd, const char *head, off_t at, int64_t len)
{
	if (send(fd, head, strlen(head), MSG_NOSIGNAL | (len > 0 ? MSG_MORE : 0)) < 0)
		return false;
	while (len > 0) {
		ssize_t n = sendfile(fd, file, &at, (size_t)len);

		if (n <= 0)
			return false;
		len -= n;
	}
	return true;
}

/* The value of a field of the head in `text`, up to its line's end; NULL when it is not there. */
static const char *field(const char *text, const char *name)
{
	const char *at = strcasestr(text, name);

	return at != NULL ? at + strlen(name) : NULL;
}

/* One answer: its head and as much of a body as the head says. */
static bool read_answer(int fd, struct answer *a)
{
	char text[16384], *end;
	const char *value;
	size_t len = 0, want = 0;

	for (;;) {
		ssize_t n = recv(fd, text + len, sizeof text - 1 - len, 0);

		if (n <= 0)
			return false;
		len += (size_t)n;
		text[len] = '\0';
		end = strstr(text, "\r\n\r\n");
		if (end == NULL)
			continue;
		value = field(text, "\r\nContent-Length: ");
		want = (size_t)(end + 4 - text) + (value != NULL ? strtoul(value, NULL, 10) : 0);
		if (len >= want || want >= sizeof text)
			break;
	}
	a->status = atoi(text + strcspn(text, " "));
	value = field(text, "\r\nLocation: ");
	snprintf(a->location, sizeof a->location, "%.*s", value != NULL ? (int)strcspn(value, "\r") : 0, value != NULL ? value : "");
	return true;
}

static void expect_good(int fd, struct answer *a, const char *what)
{
	if (read_answer(fd, a) && a->status >= 200 && a->status < 300)
		return;
	fprintf(stderr, "put: %s was answered with %d\n", what, a->status);
	exit(1);
}

static void put_once(void)
{
	struct answer a = { 0 };
	char head[1024];
	int fd = dial();

	snprintf(head, sizeof head, "PUT %s HTTP/1.1\r\nHost: bench\r\nConnection: close\r\nContent-Length: %" PRId64 "\r\n\r\n",
		 target, size);
	(void)send_all(fd, head, 0, size);
	expect_good(fd, &a, "PUT");
	close(fd);
	strcpy(location, a.location);
}

/* The path of an absolute URL, or the path itself. */
static const char *path_of(const char *url)
{
	const char *host = strstr(url, "://");

	return host == NULL ? url : strchr(host + 3, '/');
}

static void tus_once(void)
{
	struct answer created = { 0 }, a = { 0 };
	char head[1024];
	int fd = dial();

	snprintf(head, sizeof head, "POST %s HTTP/1.1\r\nHost: bench\r\nTus-Resumable: 1.0.0\r\nUpload-Length: %" PRId64
		 "\r\nContent-Length: 0\r\n\r\n", target, size);
	(void)send_all(fd, head, 0, 0);
	expect_good(fd, &created, "POST");
	for (int64_t at = 0; at < size; at += piece) {
		int64_t len = size - at < piece ? size - at : piece;

		snprintf(head, sizeof head, "PATCH %s HTTP/1.1\r\nHost: bench\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: %" PRId64
			 "\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: %" PRId64 "\r\n\r\n",
			 path_of(created.location), at, len);
		(void)send_all(fd, head, at, len);
		expect_good(fd, &a, "PATCH");
	}
	close(fd);
	strcpy(location, created.location);
}

static void *work(void *unused)
{
	while (atomic_fetch_sub(&left, 1) > 0) {
		if (piece > 0)
			tus_once();
		else
			put_once();
	}
	return unused;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void read_arguments(int argc, char **argv)
{
	struct stat st;

	if (argc < 6 || argc > 7) {
		fprintf(stderr, "usage: put PORT TARGET FILE PARALLEL COUNT [PIECE]\n");
		exit(2);
	}
	port = atoi(argv[1]);
	target = argv[2];
	file = open(argv[3], O_RDONLY);
	if (file < 0 || fstat(file, &st) < 0)
		die(argv[3]);
	size = st.st_size;
	parallel = atoi(argv[4]);
	parallel = parallel < 1 ? 1 : parallel > MOST_THREADS ? MOST_THREADS : parallel;
	atomic_store(&left, atol(argv[5]));
	piece = argc > 6 ? atoll(argv[6]) : 0;
}

int main(int argc, char **argv)
{
	pthread_t threads[MOST_THREADS];
	double began;

	read_arguments(argc, argv);
	began = now();
	for (int i = 0; i < parallel; i++)
		if (pthread_create(&threads[i], NULL, work, NULL) != 0)
			die("pthread_create");
	for (int i = 0; i < parallel; i++)
		pthread_join(threads[i], NULL);
	printf("%.4f %s\n", now() - began, location);
	return 0;
}
