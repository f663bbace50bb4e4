/*
 * publish.c - from a child that is over to rows and published files: judge, verify, fsync, rename,
 * commit, in this order, so that what a row names is there, whole.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "encode/playlist.h"
#include "store/video.h"
#include "supervise/artefact.h"
#include "supervise/publish.h"

#define PROBE_MOST_BYTES (1 << 20)
#define COMMIT_RETRY_MS 500
#define BACKOFF_FIRST_MS 1000
#define BACKOFF_MOST_MS 300000
#define MACHINE_DELAY_MS 5000

/* One attempt on its way through. */
struct work {
	const struct desk *desk;
	struct attempt *attempt;
	struct judgement judgement;     /* VERDICT_OK until something is wrong */
	struct facts facts;
	struct plan plan;
	bool scan_next;                 /* probe: a scan follows; else the plan is made */
	struct renditions renditions;
	struct piece *pieces;
	size_t piece_count;
	int64_t lost;                   /* planned frames that did not come */
	struct published *files;
	size_t file_count;
};

/* What each kind of task does once its child exited well. */
struct finish {
	/* Verifies and moves files; false with a judgement. */
	bool (*make)(struct work *work);
	/* One transaction; may be called again where it could not be done. */
	enum db_result (*commit)(struct work *work);
};

static bool refuse(struct work *work, enum verdict verdict, const char *reason, const char *detail)
{
	work->judgement.verdict = verdict;
	work->judgement.reason = reason;
	snprintf(work->judgement.detail, sizeof work->judgement.detail, "%s", detail);
	return false;
}

static bool storage_failed(struct work *work)
{
	return refuse(work, VERDICT_MACHINE, "storage_error", "The result could not be stored; it will be tried again.");
}

static bool database_failed(struct work *work)
{
	return refuse(work, VERDICT_MACHINE, "database_error", db_message(work->desk->db));
}

/* Probe and scan ------------------------------------------------------------------------------ */

static bool read_facts(struct work *work)
{
	struct refusal refusal;
	struct probe probe;
	bool ok;

	if (plan_probe_read(work->desk->db, work->attempt->task.video, &probe) != DB_OK) {
		probe_fini(&probe);
		return database_failed(work);
	}
	ok = facts_from_probe(&probe, work->desk->conf, &work->facts, &refusal);
	probe_fini(&probe);
	return ok || refuse(work, VERDICT_FAIL, refusal.code, refusal.detail);
}

static int64_t child_threads(const struct conf *conf)
{
	return conf->threads_per_child > 0 ? conf->threads_per_child : sysconf(_SC_NPROCESSORS_ONLN);
}

static bool make_plan(struct work *work, const struct scan *scan)
{
	char source[4096], media[4096];
	struct profile profile;
	struct refusal refusal;
	const struct plan_input input = {
		.conf = work->desk->conf, .facts = &work->facts, .scan = scan, .profile = &profile,
		.source = source, .media = media, .threads = child_threads(work->desk->conf),
	};

	if (plan_profile_read(work->desk->db, work->attempt->task.video, &profile) != DB_OK)
		return database_failed(work);
	attempt_source_path(work->desk->conf, &work->attempt->task, source);
	attempt_media_path(work->desk->conf, &work->attempt->task, media);
	return plan_make(&input, &work->plan, &refusal) || refuse(work, VERDICT_FAIL, refusal.code, refusal.detail);
}

static bool probe_make(struct work *work)
{
	struct attempt *a = work->attempt;
	enum db_result saved;

	if (a->output.len >= PROBE_MOST_BYTES)
		return refuse(work, VERDICT_FAIL, "not_a_video", "The file describes itself at a length that no video needs.");
	saved = plan_probe_save(work->desk->db, a->task.video, buf_text(&a->output));
	if (saved == DB_REFUSED)
		return refuse(work, VERDICT_FAIL, "not_a_video", "The file could not be read as a video.");
	if (saved != DB_OK)
		return database_failed(work);
	if (!read_facts(work))
		return false;
	work->scan_next = work->facts.has_video;
	return work->scan_next || make_plan(work, NULL);
}

static enum db_result probe_commit(struct work *work)
{
	const struct attempt *a = work->attempt;

	if (work->scan_next)
		return plan_add_scan(work->desk->db, &a->task, &a->ended);
	return plan_write(work->desk->db, &a->task, &a->ended, &work->plan);
}

static bool scan_make(struct work *work)
{
	scan_end(&work->attempt->scan);
	return read_facts(work) && make_plan(work, &work->attempt->scan);
}

static enum db_result scan_commit(struct work *work)
{
	return plan_write(work->desk->db, &work->attempt->task, &work->attempt->ended, &work->plan);
}

/* Chunk and audio ----------------------------------------------------------------------------- */

/* With the file mapped: verifies it, gives it its zero, and writes its init segment beside it. */
static bool make_piece_of(struct work *work, const struct plan_rendition *planned, struct artefact *artefact,
			  struct fragmented *file, struct piece *piece)
{
	struct attempt *a = work->attempt;
	struct buf init = BUF_INIT;
	char error[160], name[64];
	bool ok;

	if (!fragmented_read(artefact->bytes, artefact->len, file, error, sizeof error))
		return refuse(work, VERDICT_RETRY, "bad_output", error);
	if (!judge_piece(file, planned, &a->task, &a->progress, &work->judgement))
		return false;
	fragmented_zero(artefact->bytes, file);
	playlist_piece(file, piece);
	playlist_init_file(name, planned->name);
	ok = fragmented_init(artefact->bytes, file, &init) && artefact_write(work->desk, a, name, &init);
	buf_fini(&init);
	return ok || storage_failed(work);
}

static bool make_piece(struct work *work, const struct plan_rendition *planned, struct piece *piece)
{
	struct attempt *a = work->attempt;
	struct fragmented file = { 0 };
	struct artefact artefact;
	bool ok;

	snprintf(piece->rendition, sizeof piece->rendition, "%s", planned->name);
	piece->seq = a->task.seq;
	plan_piece_file(piece->file, planned->name, a->task.seq);
	if (!artefact_map(work->desk, a->dir, piece->file, true, &artefact))
		return refuse(work, VERDICT_RETRY, "bad_output", "A file that was to be made is missing.");
	ok = make_piece_of(work, planned, &artefact, &file, piece);
	fragmented_fini(&file);
	artefact_unmap(&artefact);
	return ok;
}

static bool move_pieces(struct work *work)
{
	struct attempt *a = work->attempt;
	char init[64];

	if (!artefact_make_home(work->desk, a->task.video) || !artefact_sync(work->desk, a))
		return storage_failed(work);
	for (size_t i = 0; i < work->piece_count; i++) {
		playlist_init_file(init, work->pieces[i].rendition);
		if (!artefact_move(work->desk, a, work->pieces[i].file) || !artefact_move(work->desk, a, init))
			return storage_failed(work);
	}
	return artefact_seal(work->desk, a->task.video) || storage_failed(work);
}

static bool make_pieces(struct work *work, bool audio)
{
	if (plan_renditions(work->desk->db, work->attempt->task.video, &work->renditions) != DB_OK)
		return database_failed(work);
	work->pieces = calloc(work->renditions.count + 1, sizeof *work->pieces);
	if (work->pieces == NULL)
		abort();
	for (size_t i = 0; i < work->renditions.count; i++) {
		const struct plan_rendition *planned = &work->renditions.rows[i].planned;

		if (planned->is_audio == audio && !make_piece(work, planned, &work->pieces[work->piece_count++]))
			return false;
	}
	return move_pieces(work);
}

static bool same_frames(struct work *work)
{
	for (size_t i = 1; i < work->piece_count; i++)
		if (work->pieces[i].frames != work->pieces[0].frames)
			return refuse(work, VERDICT_RETRY, "bad_output", "The rungs do not have the same number of frames.");
	return true;
}

static bool chunk_make(struct work *work)
{
	const struct task *task = &work->attempt->task;

	if (!make_pieces(work, false) || !same_frames(work))
		return false;
	if (task->frames_planned > 0 && work->piece_count > 0)
		work->lost = task->frames_planned - work->pieces[0].frames;
	return true;
}

static bool audio_make(struct work *work)
{
	return make_pieces(work, true);
}

static enum db_result pieces_commit(struct work *work)
{
	return plan_pieces(work->desk->db, &work->attempt->task, &work->attempt->ended, work->pieces, work->piece_count, work->lost);
}

/* Poster -------------------------------------------------------------------------------------- */

static bool poster_make(struct work *work)
{
	struct attempt *a = work->attempt;
	struct artefact artefact;
	bool ok;

	if (!artefact_map(work->desk, a->dir, PLAN_POSTER_FILE, false, &artefact))
		return refuse(work, VERDICT_FAIL, "no_poster", "No picture could be taken from the video.");
	ok = judge_poster(artefact.bytes, artefact.len, &work->judgement);
	artefact_unmap(&artefact);
	if (!ok)
		return false;
	ok = artefact_make_home(work->desk, a->task.video) && artefact_sync(work->desk, a) &&
	     artefact_move(work->desk, a, PLAN_POSTER_FILE) && artefact_seal(work->desk, a->task.video);
	return ok || storage_failed(work);
}

static enum db_result poster_commit(struct work *work)
{
	return plan_poster(work->desk->db, &work->attempt->task, &work->attempt->ended, PLAN_POSTER_FILE, NULL);
}

/* Assemble ------------------------------------------------------------------------------------ */

static bool has_audio(const struct renditions *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->rows[i].planned.is_audio)
			return true;
	return false;
}

static bool has_video(const struct renditions *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (!list->rows[i].planned.is_audio)
			return true;
	return false;
}

/* Sums over the pieces of a rendition. */
static void sum_pieces(const struct rendition_row *row, struct published *file)
{
	int64_t bytes = 0;

	snprintf(file->rendition, sizeof file->rendition, "%s", row->planned.name);
	for (size_t i = 0; i < row->piece_count; i++) {
		bytes += row->pieces[i].size_bytes;
		file->frames += row->pieces[i].frames;
		file->duration_us += row->pieces[i].duration_us;
		if (row->pieces[i].peak_bps > file->peak_bps)
			file->peak_bps = row->pieces[i].peak_bps;
	}
	if (file->duration_us > 0)
		file->mean_bps = (int64_t)((double)bytes * 8e6 / (double)file->duration_us);
}

/* The progressive MP4 of a rung; the sound has one of its own only where there is no picture. */
static bool make_movie(struct work *work, const struct rendition_row *row, struct published *file)
{
	const struct renditions *list = &work->renditions;
	struct artefact artefact;
	struct movie movie;
	char error[160];
	bool ok;

	if (row->planned.is_audio && has_video(list))
		return true;
	plan_mp4_file(file->file, row->planned.name);
	if (!artefact_map(work->desk, work->attempt->dir, file->file, false, &artefact))
		return refuse(work, VERDICT_RETRY, "bad_output", "A file that was to be made is missing.");
	file->size_bytes = (int64_t)artefact.len;
	ok = movie_read(artefact.bytes, artefact.len, &movie, error, sizeof error) ||
	     refuse(work, VERDICT_RETRY, "bad_output", error);
	ok = ok && judge_movie(&movie, row, has_audio(list), &work->judgement);
	artefact_unmap(&artefact);
	return ok;
}

static bool write_media_playlist(struct work *work, const struct rendition_row *row)
{
	struct buf text = BUF_INIT;
	char name[64];
	bool ok;

	playlist_media_file(name, row->planned.name);
	playlist_media(row, &text);
	ok = artefact_write(work->desk, work->attempt, name, &text);
	buf_fini(&text);
	return ok || storage_failed(work);
}

static bool write_master(struct work *work)
{
	struct buf text = BUF_INIT;
	bool ok;

	playlist_master(&work->renditions, &text);
	ok = artefact_write(work->desk, work->attempt, PLAYLIST_MASTER_FILE, &text);
	buf_fini(&text);
	return ok || storage_failed(work);
}

static bool move_all(struct work *work)
{
	const struct attempt *a = work->attempt;
	char playlist[64];

	for (size_t i = 0; i < work->file_count; i++) {
		playlist_media_file(playlist, work->files[i].rendition);
		if ((work->files[i].file[0] != '\0' && !artefact_move(work->desk, a, work->files[i].file)) ||
		    !artefact_move(work->desk, a, playlist))
			return storage_failed(work);
	}
	return (artefact_move(work->desk, a, PLAYLIST_MASTER_FILE) && artefact_seal(work->desk, a->task.video)) ||
	       storage_failed(work);
}

static bool assemble_make(struct work *work)
{
	struct renditions *list = &work->renditions;

	if (plan_renditions(work->desk->db, work->attempt->task.video, list) != DB_OK)
		return database_failed(work);
	work->files = calloc(list->count + 1, sizeof *work->files);
	if (work->files == NULL)
		abort();
	for (size_t i = 0; i < list->count; i++) {
		struct published *file = &work->files[work->file_count++];

		sum_pieces(&list->rows[i], file);
		if (!make_movie(work, &list->rows[i], file) || !write_media_playlist(work, &list->rows[i]))
			return false;
	}
	if (!write_master(work) || !artefact_sync(work->desk, work->attempt))
		return work->judgement.verdict == VERDICT_OK ? storage_failed(work) : false;
	return move_all(work);
}

static enum db_result assemble_commit(struct work *work)
{
	return plan_publish(work->desk->db, &work->attempt->task, &work->attempt->ended, work->files, work->file_count);
}

/* Ends ---------------------------------------------------------------------------------------- */

static const struct finish finishes[TASK_KIND_COUNT] = {
	[TASK_PROBE] = { probe_make, probe_commit },
	[TASK_SCAN] = { scan_make, scan_commit },
	[TASK_CHUNK] = { chunk_make, pieces_commit },
	[TASK_AUDIO] = { audio_make, pieces_commit },
	[TASK_POSTER] = { poster_make, poster_commit },
	[TASK_ASSEMBLE] = { assemble_make, assemble_commit },
};

/* 1 s, 4 s, 16 s, ... and up to a quarter more, so that what failed together is not retried together. */
static int64_t backoff_ms(int64_t failures)
{
	int64_t delay = BACKOFF_FIRST_MS;
	uint16_t random = 0;

	for (int64_t i = 0; i < failures && delay < BACKOFF_MOST_MS; i++)
		delay *= 4;
	if (delay > BACKOFF_MOST_MS)
		delay = BACKOFF_MOST_MS;
	if (getrandom(&random, sizeof random, GRND_NONBLOCK) < 0)
		random = 0;
	return delay + delay * random / (4 * UINT16_MAX);
}

static enum db_result commit_end(struct work *work)
{
	const struct attempt *a = work->attempt;
	const struct judgement *j = &work->judgement;
	bool last = a->task.failures + 1 >= work->desk->conf->attempts;

	if (j->verdict == VERDICT_OK)
		return finishes[a->task.kind].commit(work);
	if (j->verdict == VERDICT_MACHINE)
		return task_retry(work->desk->db, &a->task, &a->ended, j->reason, MACHINE_DELAY_MS, false);
	if (j->verdict == VERDICT_RETRY && !last)
		return task_retry(work->desk->db, &a->task, &a->ended, j->reason, backoff_ms(a->task.failures), true);
	if (a->task.kind == TASK_POSTER)
		return plan_poster(work->desk->db, &a->task, &a->ended, NULL, j->detail);
	return task_failed(work->desk->db, &a->task, &a->ended, j->reason, j->detail);
}

/* Until the database takes it, or the responder stops. */
static enum db_result persist(struct work *work, enum db_result (*commit)(struct work *work))
{
	const struct timespec pause = { 0, COMMIT_RETRY_MS * 1000000L };
	enum db_result result;

	while ((result = commit(work)) != DB_OK && result != DB_NONE) {
		log_error("video %s: %s: not recorded yet: %s", work->attempt->task.video,
			  task_kind_name(work->attempt->task.kind), db_message(work->desk->db));
		if (result == DB_REFUSED || atomic_load(work->desk->stopping))
			break;
		nanosleep(&pause, NULL);
	}
	return result;
}

static enum db_result commit_stopped(struct work *work)
{
	return task_stopped(work->desk->db, &work->attempt->task, &work->attempt->ended);
}

/* A commit that our own rules refuse would be refused for ever: the task is given up with their words. */
static enum db_result commit_refused(struct work *work)
{
	const struct attempt *a = work->attempt;

	return task_failed(work->desk->db, &a->task, &a->ended, "internal", work->judgement.detail);
}

static void tell(const struct work *work)
{
	static const char *const outcome[] = {
		[VERDICT_OK] = "done", [VERDICT_RETRY] = "failed", [VERDICT_MACHINE] = "put off", [VERDICT_FAIL] = "failed for good",
	};
	const struct task *t = &work->attempt->task;
	const struct judgement *j = &work->judgement;

	if (j->verdict == VERDICT_OK)
		log_info("video %s: %s %" PRId64 ": done", t->video, task_kind_name(t->kind), t->seq);
	else
		log_warn("video %s: %s %" PRId64 ": %s: %s: %s", t->video, task_kind_name(t->kind), t->seq, outcome[j->verdict],
			 j->reason, j->detail);
}

static void work_fini(struct work *work)
{
	for (size_t i = 0; i < work->piece_count; i++)
		piece_fini(&work->pieces[i]);
	free(work->pieces);
	free(work->files);
	renditions_fini(&work->renditions);
	plan_fini(&work->plan);
}

void publish_attempt(const struct desk *desk, struct attempt *attempt)
{
	struct work work = { .desk = desk, .attempt = attempt };
	enum db_result result;

	judge_exit(attempt->task.kind, &attempt->ended, attempt->cause, &work.judgement);
	if (work.judgement.verdict == VERDICT_OK && task_is_ours(desk->db, &attempt->task))
		finishes[attempt->task.kind].make(&work);
	result = persist(&work, commit_end);
	if (result == DB_OK)
		tell(&work);
	else if (result == DB_NONE)
		result = persist(&work, commit_stopped);
	else if (result == DB_REFUSED) {
		refuse(&work, VERDICT_FAIL, "internal", db_message(desk->db));
		result = persist(&work, commit_refused);
	}
	if (result == DB_OK || result == DB_NONE)
		if (file_remove_tree(desk->dir_fd, attempt->dir) < 0)
			log_warn("%s: could not be removed", attempt->dir);
	work_fini(&work);
}

void publish_remove_video(const struct desk *desk, const char *video)
{
	char path[64];

	snprintf(path, sizeof path, "media/%s", video);
	if (file_remove_tree(desk->dir_fd, path) < 0) {
		log_error("%s: could not be removed", path);
		return;
	}
	snprintf(path, sizeof path, "source/%s", video);
	if (file_remove_tree(desk->dir_fd, path) < 0) {
		log_error("%s: could not be removed", path);
		return;
	}
	if (video_remove(desk->db, video) == DB_OK)
		log_info("video %s: deleted", video);
}
