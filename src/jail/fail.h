/* fail.h - the jail's own failures.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_JAIL_FAIL_H
#define CLIPMILL_JAIL_FAIL_H

/*
 * Exit codes of the jail itself: never the fault of the input, so work that ends with one is tried
 * again.  ffmpeg and ffprobe use none of them.
 */
enum fail_code {
	FAIL_SANDBOX = 120,     /* the sandbox that --sandbox asks for is not to be had */
	FAIL_USAGE = 121,       /* wrong command line */
	FAIL_LIMIT = 122,       /* a resource limit could not be set */
	FAIL_FILE = 123,        /* a file or folder named by --read or --dir cannot be opened */
	FAIL_PARENT = 124,      /* the parent has gone already */
	FAIL_EXEC = 125,        /* the program cannot be started */
};

/*
 * Writes "clipmill-jail: MESSAGE" and a newline to standard error with one write(2), control bytes
 * escaped, and exits with `code`.  Allocates nothing: it works with all limits set.
 */
void fail(enum fail_code code, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));

#endif
