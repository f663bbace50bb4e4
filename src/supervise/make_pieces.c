/*
 * make_pieces.c - chunk and audio: files are verified, given their zero, and published.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encode/opus.h"
#include "encode/sound.h"
#include "encode/telling.h"
#include "supervise/early.h"
#include "supervise/make.h"

/* Chunk and audio ----------------------------------------------------------------------------- */

/* Where the piece belongs, in ticks of its file: a chunk's first frame, exactly; the sound is one piece. */
static uint64_t start_of(const struct task *task, const struct plan_rendition *planned, const struct fragmented *file)
{
	if (!file->is_video || planned->rate_num == 0)
		return 0;
	return (uint64_t)task->first_frame * file->timescale * (uint64_t)planned->rate_den / (uint64_t)planned->rate_num;
}

/* All pieces of a rendition are played with one init segment: another one does not fit. */
static bool fits_others(struct work *work, const char *name, const struct buf *init)
{
	struct artefact other;
	char home[64];
	bool same;

	snprintf(home, sizeof home, "media/%s", work->attempt->task.video);
	if (!artefact_map_published(work->desk, home, name, &other))
		return true;
	same = other.len == init->len && memcmp(other.bytes, init->data, init->len) == 0;
	if (!artefact_unmap(&other))
		return work_storage_failed(work);
	if (same || work->attempt->task.alone)
		return true;
	return work_refuse(work, VERDICT_REPLAN, "pieces_differ", "the pieces need different decoder settings.");
}

static bool write_init(struct work *work, const char *stem, const struct artefact *artefact, const struct fragmented *file)
{
	struct buf init = BUF_INIT;
	char name[64];
	bool ok;

	name_init(name, stem);
	ok = fragmented_init(artefact->bytes, file, &init) || work_storage_failed(work);
	ok = ok && fits_others(work, name, &init);
	ok = ok && (artefact_write(work->desk, work->attempt, name, &init) || work_storage_failed(work));
	buf_fini(&init);
	return ok;
}

/* Its child counts seconds of what it decodes, and lays silence where there are none. */
static bool nothing_was_heard(const struct attempt *a)
{
	return a->task.kind == TASK_AUDIO && a->task.frames_planned > 0 && a->progress.frame == 0;
}

/* What cannot be read as a piece: of a sound because nothing of it came, or because it was made badly. */
static bool refuse_unread(struct work *work, const char *error)
{
	if (nothing_was_heard(work->attempt))
		return work_refuse(work, VERDICT_FAIL, "not_decodable", "Nothing of the sound could be decoded.");
	return work_refuse(work, VERDICT_RETRY, "bad_output", error);
}

static int64_t to_ms(const struct fragmented *file, uint64_t time)
{
	return (int64_t)((double)time * 1000 / file->timescale);
}

/* Where pictures are missing, should some be: in the segments that have fewer than their time, else behind the last one. */
static void find_lost(const struct plan_rendition *planned, const struct fragmented *file, struct lost *lost)
{
	const struct fragment *last = &file->fragments[file->count - 1];
	bool found = false;

	lost->begins_ms = to_ms(file, file->fragments[0].decode_time);
	lost->from_ms = lost->to_ms = lost->ends_ms = to_ms(file, last->decode_time + last->duration);
	for (size_t i = 0; i < file->count && planned->rate_num > 0; i++) {
		const struct fragment *f = &file->fragments[i];

		if (f->samples * (uint64_t)planned->rate_den * file->timescale >= f->duration * (uint64_t)planned->rate_num)
			continue;
		if (!found)
			lost->from_ms = to_ms(file, f->decode_time);
		lost->to_ms = to_ms(file, f->decode_time + f->duration);
		found = true;
	}
}

/* With the file mapped: verifies it, puts it in its place, and writes its init segment beside it. */
static bool make_piece_of(struct work *work, const struct plan_rendition *planned, const char *stem,
			  struct artefact *artefact, struct fragmented *file, struct piece *piece)
{
	struct attempt *a = work->attempt;
	char error[160];

	if (planned->kind == RENDITION_AUDIO)
		opus_begin_at_once(artefact->bytes, artefact->len);
	if (!fragmented_read(artefact->bytes, artefact->len, file, error, sizeof error))
		return refuse_unread(work, error);
	if (!judge_piece(file, planned, &a->task, &a->progress, &work->judgement))
		return false;
	if (planned->kind == RENDITION_AUDIO && sound_is_cut_off(work->desk->conf, (double)file->duration / file->timescale))
		return work_refuse(work, VERDICT_FAIL, "too_long", "The sound is longer than this server takes.");
	if (!fragmented_place(artefact->bytes, file, start_of(&a->task, planned, file)))
		return work_refuse(work, VERDICT_RETRY, "bad_output", "A piece cannot be put in its place.");
	if (planned->kind == RENDITION_AUDIO)   /* a player that begins with a short first chunk must have no more sound than pictures */
		fragmented_join(file, a->task.segment_ms, a->task.segment_ms);
	find_lost(planned, file, &work->lost);
	playlist_piece(file, piece);
	return write_init(work, stem, artefact, file);
}

static bool make_piece(struct work *work, const struct plan_rendition *planned, struct piece *piece)
{
	struct attempt *a = work->attempt;
	struct fragmented file = { 0 };
	struct artefact artefact;
	char stem[32];
	bool ok;

	snprintf(piece->rendition, sizeof piece->rendition, "%s", planned->name);
	piece->seq = planned->kind == RENDITION_AUDIO && a->task.seq > 0 ? 0 : a->task.seq;
	name_stem(stem, a->task.edition, planned->name);
	name_piece(piece->file, stem, piece->seq);
	if (!artefact_map(work->desk, a->dir, piece->file, true, &artefact))
		return work_refuse(work, VERDICT_RETRY, "bad_output", "A file that was to be made is missing.");
	ok = make_piece_of(work, planned, stem, &artefact, &file, piece);
	fragmented_fini(&file);
	return artefact_unmap(&artefact) ? ok : work_storage_failed(work);
}

static bool move_pieces(struct work *work)
{
	struct attempt *a = work->attempt;
	char stem[32], init[64];

	if (!artefact_make_home(work->desk, a->task.video) || !artefact_sync(work->desk, a))
		return work_storage_failed(work);
	for (size_t i = 0; i < work->piece_count; i++) {
		name_stem(stem, a->task.edition, work->pieces[i].rendition);
		name_init(init, stem);
		if (!artefact_move(work->desk, a, work->pieces[i].file) || !artefact_move(work->desk, a, init))
			return work_storage_failed(work);
	}
	return artefact_seal(work->desk, a->task.video) || work_storage_failed(work);
}

/* A chunk makes all rungs; a sound's child makes the one that its seq counts, or its head. */
static bool is_due(const struct work *work, size_t at)
{
	const struct rendition_row *rows = work->renditions.rows;
	int64_t place = 0, seq = work->attempt->task.seq;

	if (rows[at].planned.kind != RENDITION_AUDIO)
		return true;
	for (size_t i = 0; i < at; i++)
		place += rows[i].planned.kind == RENDITION_AUDIO;
	return place == (seq == NAME_HEAD ? 0 : seq);
}

static bool has_copy(const struct work *work, enum rendition_kind kind)
{
	for (size_t i = 0; i < work->renditions.count; i++)
		if (work->renditions.rows[i].planned.kind == kind && is_due(work, i) && work->renditions.rows[i].planned.copied)
			return true;
	return false;
}

/* An encoder covers what is damaged; a copy has it for good.  The same child decodes it, and says what it thinks of it. */
static bool copied_well(struct work *work, enum rendition_kind kind)
{
	if (!has_copy(work, kind) || telling_complaints(work->attempt->ended.stderr_tail) == 0)
		return true;
	return work_refuse(work, VERDICT_REPLAN, "copy_not_clean", "the source does not decode cleanly, so it is not copied.");
}

static bool make_pieces(struct work *work, enum rendition_kind kind)
{
	if (renditions_read(work->desk->db, &work->attempt->task, 0, &work->renditions) != DB_OK)
		return work_database_failed(work);
	if (!copied_well(work, kind))
		return false;
	work->pieces = calloc(work->renditions.count + 1, sizeof *work->pieces);
	if (work->pieces == NULL)
		abort();
	for (size_t i = 0; i < work->renditions.count; i++) {
		const struct plan_rendition *planned = &work->renditions.rows[i].planned;

		if (planned->kind == kind && is_due(work, i) && !make_piece(work, planned, &work->pieces[work->piece_count++]))
			return false;
	}
	return move_pieces(work);
}

static bool same_frames(struct work *work)
{
	for (size_t i = 1; i < work->piece_count; i++)
		if (work->pieces[i].frames != work->pieces[0].frames)
			return work_refuse(work, VERDICT_RETRY, "bad_output", "The rungs do not have the same number of frames.");
	return true;
}

/* Some decoders say that they began where they should not have: what they gave then has the right count, and the
 * wrong pictures. */
static bool entered_well(struct work *work)
{
	const struct attempt *a = work->attempt;

	if (a->task.alone || a->task.seq == 0 || strstr(a->ended.stderr_tail, "first frame is no keyframe") == NULL)
		return true;
	return work_refuse(work, VERDICT_REPLAN, "entry_not_clean", "its keyframes are not what the file says they are.");
}

static bool chunk_make(struct work *work)
{
	const struct task *task = &work->attempt->task;

	if (!entered_well(work) || !make_pieces(work, RENDITION_VIDEO) || !same_frames(work))
		return false;
	if (task->frames_planned > 0 && work->piece_count > 0)
		work->lost.count = task->frames_planned - work->pieces[0].frames;
	work->lost.damaged = telling_is_damage(work->attempt->ended.stderr_tail);
	return true;
}

/* A second is lost at the most where a track does not begin and end as it says. */
static bool audio_make(struct work *work)
{
	const struct attempt *a = work->attempt;

	if (!make_pieces(work, RENDITION_AUDIO))
		return false;
	work->lost.count = a->task.frames_planned - a->progress.frame;
	if (!nothing_was_heard(a) && (work->lost.count <= 1 || work->lost.count * 50 <= a->task.frames_planned))
		work->lost.count = 0;
	return true;
}

static enum db_result pieces_commit(struct work *work)
{
	const struct plan_also also = { early_lists, work };

	return plan_pieces(work->desk->db, &work->attempt->task, &work->attempt->ended, work->pieces, work->piece_count, &work->lost,
			   &also);
}

const struct make make_chunk = { chunk_make, pieces_commit, NULL };
const struct make make_audio = { audio_make, pieces_commit, NULL };
