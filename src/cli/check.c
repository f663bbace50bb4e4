/*
 * check.c - are the files there that the database names, and no others?  They part when one of both comes from a backup.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/id.h"
#include "cli/cli.h"
#include "store/upload.h"
#include "store/video.h"

struct check {
	struct db *db;
	int dir_fd;
	int64_t found, faults;
};

static void expect(void *user, const char *path, const char *id)
{
	struct check *check = user;

	if (file_size(check->dir_fd, path) >= 0) {
		check->found++;
		return;
	}
	check->faults++;
	printf("%s: video %s has it, and it is not there: %s\n", path, id, strerror(errno));
}

static bool is_known(struct check *check, const char *name)
{
	return id_valid(name) && (upload_needs_file(check->db, name) || video_exists(check->db, name));
}

static int cannot_read(const char *folder)
{
	fprintf(stderr, "clipmill: %s: %s\n", folder, strerror(errno));
	return -1;
}

static int look_in(struct check *check, const char *folder)
{
	DIR *dir = file_open_dir(check->dir_fd, folder);
	struct dirent *entry;
	int result = 0;

	if (dir == NULL)
		return cannot_read(folder);
	while ((entry = file_entry(dir)) != NULL) {
		if (entry->d_name[0] == '.' || is_known(check, entry->d_name))
			continue;
		check->faults++;
		printf("%s/%s: no video has it\n", folder, entry->d_name);
	}
	if (errno != 0)
		result = cannot_read(folder);
	closedir(dir);
	return result;
}

static int check_all(struct check *check)
{
	enum db_result result = video_files(check->db, expect, check);

	if (result != DB_OK)
		return cli_complain(db_message(check->db));
	if (look_in(check, "source") < 0 || look_in(check, "media") < 0)
		return EXIT_FAILURE;
	printf("%" PRId64 " files are as the database has them, %" PRId64 " are not\n", check->found, check->faults);
	return check->faults == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int cli_check(const struct conf *conf, int argc, char **argv)
{
	struct check check = { .dir_fd = -1 };
	char error[512];
	int status;

	if (argc != 1)
		return cli_complain("check takes no arguments");
	check.db = db_open(conf->dir, DB_QUICK, error, sizeof error);
	if (check.db == NULL)
		return cli_complain(error);
	check.dir_fd = open(conf->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	status = check.dir_fd >= 0 ? check_all(&check) : cli_complain(strerror(errno));
	if (check.dir_fd >= 0)
		close(check.dir_fd);
	db_close(check.db);
	return status;
}
