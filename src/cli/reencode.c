/*
 * reencode.c - encodes a finished video again, as it would be today or with another profile.  What is published
 * stays until the new edition is.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "store/video.h"

static int reencode(struct db *db, const char *id, const char *profile)
{
	enum db_result result = video_reencode(db, id, profile);

	if (result == DB_NONE)
		return cli_complain("there is no such video, or it is not finished");
	if (result != DB_OK)
		return cli_complain(db_message(db));
	printf("video %s: queued\n", id);
	return EXIT_SUCCESS;
}

int cli_reencode(const struct conf *conf, int argc, char **argv)
{
	char error[512];
	struct db *db;
	int status;

	if (argc != 2 && argc != 3)
		return cli_complain("reencode VIDEO [PROFILE]");
	db = db_open(conf->dir, DB_DURABLE, error, sizeof error);
	if (db == NULL)
		return cli_complain(error);
	status = reencode(db, argv[1], argc == 3 ? argv[2] : NULL);
	db_close(db);
	return status;
}
