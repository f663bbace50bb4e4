/*
 * mux.c - the pieces of a video, made into one file a rung.  Nothing is decoded and no fragment is
 * changed: pieces are read for what they are, then copied behind a header.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "encode/layout.h"
#include "encode/name.h"
#include "mux/copy.h"
#include "mux/mux.h"
#include "mux/report.h"

#define STEP_BYTES (8u << 20)   /* copied between two looks at the clock */

/* A run of the program. */
struct mux {
	const struct options *options;
	int folder;                     /* where the pieces are */
	struct report report;
	struct layout_track sound;      /* in every rung the same */
	struct copy copy;
};

/* A file being written. */
struct output {
	char name[64];
	int fd;
};

/* The piece of a track that is being copied. */
struct source {
	const char *track;
	char name[64];
	uint32_t piece;
	int fd;                         /* -1: none yet */
};

static bool complain(const char *object, const char *what)
{
	fprintf(stderr, "clipmill-mux: %s: %s\n", object, what);
	return false;
}

static bool complain_errno(const char *object)
{
	return complain(object, strerror(errno));
}

/* Reading ------------------------------------------------------------------------------------- */

static int open_piece(const struct mux *mux, const char *name)
{
	return openat(mux->folder, name, O_RDONLY | O_CLOEXEC);
}

/* `bytes` is NULL for an empty file. */
static bool map_piece(const struct mux *mux, const char *name, void **bytes, size_t *len)
{
	int fd = open_piece(mux, name);
	struct stat st;
	bool ok;

	if (fd < 0)
		return complain_errno(name);
	*bytes = NULL;
	ok = fstat(fd, &st) == 0;
	*len = ok ? (size_t)st.st_size : 0;
	if (ok && *len > 0) {
		*bytes = mmap(NULL, *len, PROT_READ, MAP_PRIVATE, fd, 0);
		ok = *bytes != MAP_FAILED;
	}
	if (!ok)
		complain_errno(name);
	close(fd);
	return ok;
}

static bool read_piece(const struct mux *mux, const char *track_name, unsigned seq, bool is_video,
		       struct layout_track *track)
{
	char name[64], error[160];
	void *bytes = NULL;
	size_t len = 0;
	bool ok;

	name_piece(name, track_name, seq);
	if (!map_piece(mux, name, &bytes, &len))
		return false;
	ok = layout_add(track, bytes, len, error, sizeof error) || complain(name, error);
	if (ok && track->is_video != is_video)
		ok = complain(name, is_video ? "It is no picture." : "It is no sound.");
	if (bytes != NULL)
		munmap(bytes, len);
	return ok;
}

static bool read_pieces(const struct mux *mux, const char *name, unsigned pieces, bool is_video,
			struct layout_track *track)
{
	for (unsigned seq = 0; seq < pieces; seq++)
		if (!read_piece(mux, name, seq, is_video, track))
			return false;
	return true;
}

/* Adds up, for the report, what there is to copy. */
static bool weigh(struct mux *mux, const char *track, unsigned pieces, size_t times)
{
	struct stat st;
	char name[64];

	for (unsigned seq = 0; seq < pieces; seq++) {
		name_piece(name, track, seq);
		if (fstatat(mux->folder, name, &st, 0) < 0)
			return complain_errno(name);
		mux->report.total += (uint64_t)st.st_size * times;
	}
	return true;
}

/* Writing ------------------------------------------------------------------------------------- */

/* A piece on a bad place of the disk has to be made again; what cannot be written waits until the disk is well. */
static bool complain_copy(struct mux *mux, const struct source *source, uint64_t offset, size_t most,
			  const struct output *output)
{
	int error = errno;

	if (!copy_can_read(&mux->copy, source->fd, offset, most))
		return complain(source->name, "It cannot be read back.");
	errno = error;
	return complain_errno(output->name);
}

static bool enter_piece(const struct mux *mux, struct source *source, uint32_t piece)
{
	if (source->fd >= 0 && source->piece == piece)
		return true;
	if (source->fd >= 0)
		close(source->fd);
	name_piece(source->name, source->track, piece);
	source->piece = piece;
	source->fd = open_piece(mux, source->name);
	return source->fd >= 0 || complain_errno(source->name);
}

static bool copy_fragment(struct mux *mux, const struct source *source, const struct layout_fragment *f,
			  const struct output *output)
{
	uint64_t copied = 0;

	while (copied < f->size) {
		uint64_t offset = f->offset + copied, left = f->size - copied;
		size_t most = left < STEP_BYTES ? (size_t)left : STEP_BYTES;
		ssize_t some = copy_some(&mux->copy, source->fd, offset, output->fd, most);

		if (some < 0)
			return complain_copy(mux, source, offset, most, output);
		if (some == 0)
			return complain(source->name, "It became shorter while it was read.");
		copied += (uint64_t)some;
		mux->report.done += (uint64_t)some;
		report_tell(&mux->report, false);
	}
	return true;
}

static bool copy_payload(struct mux *mux, const struct layout *layout, struct source sources[2],
			 const struct output *output)
{
	const struct layout_fragment *f;
	struct layout_walk walk = { 0 };

	while ((f = layout_next(layout, &walk)) != NULL) {
		if (!enter_piece(mux, &sources[walk.track], f->piece) || !copy_fragment(mux, &sources[walk.track], f, output))
			return false;
		if (layout->tracks[walk.track]->is_video)
			mux->report.frames += f->samples;
	}
	return true;
}

static bool write_header(const struct layout *layout, const struct output *output)
{
	struct buf header = BUF_INIT;
	bool ok;

	layout_header(layout, &header);
	ok = file_write_all(output->fd, header.data, header.len) == 0 || complain_errno(output->name);
	buf_fini(&header);
	return ok;
}

/* `names` are those of the layout's tracks, in their order; the first is the file's. */
static bool write_file(struct mux *mux, const struct layout *layout, const char *const names[2])
{
	struct source sources[2] = { { .track = names[0], .fd = -1 }, { .track = names[1], .fd = -1 } };
	struct output output;
	bool ok;

	name_movie(output.name, names[0]);
	output.fd = open(output.name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (output.fd < 0)
		return complain_errno(output.name);
	ok = write_header(layout, &output) && copy_payload(mux, layout, sources, &output);
	if (close(output.fd) < 0 && ok)
		ok = complain_errno(output.name);
	for (size_t i = 0; i < 2; i++)
		if (sources[i].fd >= 0)
			close(sources[i].fd);
	if (!ok)
		unlink(output.name);
	return ok;
}

/* Rungs --------------------------------------------------------------------------------------- */

static void set_duration(struct mux *mux, const struct layout_track *track)
{
	mux->report.duration_us = (uint64_t)((unsigned __int128)track->tables.time * 1000000 / track->timescale);
}

static bool make_rung(struct mux *mux, const char *name)
{
	struct layout_track picture = { 0 };
	struct layout layout = { .tracks = { &picture, &mux->sound }, .count = mux->options->audio != NULL ? 2 : 1 };
	const char *const names[2] = { name, mux->options->audio };
	bool ok = read_pieces(mux, name, mux->options->pieces, true, &picture);

	if (ok) {
		set_duration(mux, &picture);
		ok = write_file(mux, &layout, names);
	}
	layout_track_fini(&picture);
	return ok;
}

static bool make_sound(struct mux *mux)
{
	struct layout layout = { .tracks = { &mux->sound }, .count = 1 };
	const char *const names[2] = { mux->options->audio, NULL };

	set_duration(mux, &mux->sound);
	return write_file(mux, &layout, names);
}

static bool make_all(struct mux *mux)
{
	const struct options *o = mux->options;
	bool ok = o->audio == NULL || (weigh(mux, o->audio, 1, o->rung_count > 0 ? o->rung_count : 1) &&
				       read_pieces(mux, o->audio, 1, false, &mux->sound));

	for (size_t i = 0; i < o->rung_count && ok; i++)
		ok = weigh(mux, o->rungs[i], o->pieces, 1);
	for (size_t i = 0; i < o->rung_count && ok; i++)
		ok = make_rung(mux, o->rungs[i]);
	if (ok && o->rung_count == 0)
		ok = make_sound(mux);
	if (ok)
		report_tell(&mux->report, true);
	return ok;
}

bool mux_run(const struct options *options)
{
	static struct mux mux;
	bool ok;

	mux.options = options;
	mux.folder = open(options->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (mux.folder < 0)
		return complain_errno(options->folder);
	ok = make_all(&mux);
	layout_track_fini(&mux.sound);
	close(mux.folder);
	return ok;
}
