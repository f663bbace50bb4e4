/* conf.h - the settings of one responder.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_CONF_H
#define CLIPMILL_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum conf_sandbox { CONF_SANDBOX_REQUIRE, CONF_SANDBOX_BEST_EFFORT, CONF_SANDBOX_OFF };

/*
 * Every setting, by the section and key of clipmill.conf(5).  Strings are owned by the struct.
 * Read-only once loaded: all threads share it.
 */
struct conf {
	/* [store] */
	char *dir;                  /* absolute path; holds the database and every file we own */
	int64_t floor_bytes;        /* free space below which uploads are refused and work waits */
	int64_t upload_max_bytes;   /* largest upload accepted */
	int64_t upload_expiry_ms;   /* an unfinished upload goes so long after its last byte */
	int64_t uploads_max;        /* unfinished resumable uploads at one time */
	int64_t uploads_owner_max;  /* of them, of one owner */

	char *hand_over;            /* folder in which the web server stores bodies for us; NULL: off */

	char *program;              /* no setting: the words of a shell that call this program with these settings */

	/* [http] */
	int64_t threads;            /* request threads */
	int64_t upload_threads;     /* of them, how many may hold an upload at one time */
	int64_t streams;            /* event streams at one time; 0: none is kept open */
	int64_t header_timeout_ms;  /* for the whole FastCGI head */
	int64_t header_max_bytes;   /* of the FastCGI head */
	int64_t idle_timeout_ms;    /* longest silence of a peer in a body or an answer */
	char *hosts;                /* names that requests may be for, with a blank between them; NULL: any */

	/* [encode] */
	int64_t slots;              /* children at one time in this responder */
	int64_t threads_per_child;  /* of an encoding child */
	int64_t nice;               /* of children */
	char *ffmpeg;               /* absolute path */
	char *ffprobe;              /* absolute path */
	int64_t attempts;           /* failures of one task before it is failed for good */
	int64_t stall_ms;           /* without progress for so long, a child is ended */
	int64_t wall_ms;            /* longest life of one child */
	int64_t grace_ms;           /* between TERM and KILL */
	int64_t early_keep_ms;      /* how long files of an early playlist stay once the video is ready */
	int64_t duration_max_ms;    /* longest source */
	int64_t pixels_max;         /* largest picture of a source, width x height */

	/* [jail] */
	char *jail;                 /* absolute path of clipmill-jail */
	char *mux;                  /* absolute path of clipmill-mux */
	char *digest;               /* absolute path of clipmill-digest */
	char *libraries;            /* folder that children may load libraries from, beside the system's; NULL: off */
	enum conf_sandbox sandbox;
	int64_t memory_max_bytes;   /* address space of an encoding child */

	/* [log] */
	int64_t log_level;          /* enum log_level */
};

/*
 * Fills `conf` with defaults, then from the INI file `path` (NULL: defaults only).  A relative
 * `dir` is taken from the file's own directory.  Returns 0; or -1 with one line in `error` that
 * names file and line, and nothing in `conf` that needs freeing.
 */
int conf_load(struct conf *conf, const char *path, char *error, size_t error_size) __attribute__((warn_unused_result));

void conf_fini(struct conf *conf);

/* Writes the effective settings as an INI file that conf_load reads back to the same. */
void conf_print(const struct conf *conf, FILE *to);

const char *conf_sandbox_name(enum conf_sandbox sandbox);

#endif
