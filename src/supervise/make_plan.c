/*
 * make_plan.c - probe and scan: the tools' words become rows, the rows a plan.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "encode/copies.h"
#include "encode/extent.h"
#include "encode/job.h"
#include "encode/look.h"
#include "encode/measure.h"
#include "encode/sniff.h"
#include "encode/telling.h"
#include "supervise/make.h"

#define FLV_HEAD_BYTES 16       /* of a tag with H.264, from where ffprobe has its packet begin; four bytes follow each whole one */

static bool read_facts(struct work *work)
{
	struct refusal refusal;
	struct probe probe;
	bool ok;

	if (probe_read(work->desk->db, work->attempt->task.video, &probe) != DB_OK) {
		probe_fini(&probe);
		return work_database_failed(work);
	}
	ok = facts_from_probe(&probe, work->desk->conf, &work->facts, &refusal);
	probe_fini(&probe);
	return ok || work_refuse(work, VERDICT_FAIL, refusal.code, refusal.detail);
}

static bool make_plan(struct work *work, const struct scan *scan)
{
	char source[4096], media[4096];
	struct profile profile;
	struct refusal refusal;
	const struct plan_input input = {
		.conf = work->desk->conf, .facts = &work->facts, .scan = scan, .profile = &profile,
		.source = source, .media = media, .single = work->attempt->task.single, .edition = work->attempt->task.edition,
		.threads = work->desk->conf->threads_per_child,
	};

	if (profile_read(work->desk->db, work->attempt->task.video, &profile) != DB_OK)
		return work_database_failed(work);
	attempt_source_path(work->desk->conf, &work->attempt->task, source);
	attempt_media_path(work->desk->conf, &work->attempt->task, media);
	return plan_make(&input, &work->plan, &refusal) || work_refuse(work, VERDICT_FAIL, refusal.code, refusal.detail);
}

/* What is measured, and what might be copied, are looked at beside each other; the plan is made of the packets, last. */
static bool plan_scans(struct work *work)
{
	struct plan_task *tasks = calloc(4, sizeof *tasks);
	struct profile profile;
	size_t count = 0;

	if (tasks == NULL)
		abort();
	work->plan.tasks = tasks;
	if (profile_read(work->desk->db, work->attempt->task.video, &profile) != DB_OK)
		return work_database_failed(work);
	if (work->facts.picture.count > 0)
		tasks[count++] = (struct plan_task){ .kind = TASK_SCAN, .seq = SCAN_MEASURE };
	if (measure_elsewhere_is_wanted(&work->facts))
		tasks[count++] = (struct plan_task){ .kind = TASK_SCAN, .seq = SCAN_ELSEWHERE };
	if (copies_are_wanted(&work->facts, &profile))
		tasks[count++] = (struct plan_task){ .kind = TASK_SCAN, .seq = SCAN_COPIES };
	tasks[count] = (struct plan_task){ .kind = TASK_SCAN, .seq = SCAN_PACKETS, .needs_count = count };
	work->plan.task_count = count + 1;
	return true;
}

/* Once more: nothing else is planned yet. */
static bool plan_again(struct work *work, enum task_kind kind, int64_t seq)
{
	struct plan_task *task = job_task(&work->plan, kind);

	task->seq = seq;
	return true;
}

static bool probe_make(struct work *work)
{
	struct attempt *a = work->attempt;
	enum db_result saved;

	if (a->output.len >= ATTEMPT_OUTPUT_MOST)
		return work_refuse(work, VERDICT_FAIL, "not_a_video", "The file describes itself at a length that no video needs.");
	saved = probe_save(work->desk->db, a->task.video, buf_text(&a->output), (enum probe_step)a->task.seq);
	if (saved == DB_REFUSED)
		return work_refuse(work, VERDICT_FAIL, "not_a_video", "The file could not be read as a video.");
	if (saved != DB_OK)
		return work_database_failed(work);
	if (!read_facts(work))
		return false;
	if (work->facts.source.incomplete)
		return plan_again(work, TASK_PROBE, PROBE_WIDE);
	if (a->task.seq == PROBE_MERGED)
		return plan_again(work, TASK_SCAN, SCAN_MERGED);
	return look_scan_is_wanted(&work->facts) ? plan_scans(work) : make_plan(work, NULL);
}

/* Of what has to be looked at first the plan is only that so far. */
static enum db_result plan_commit(struct work *work)
{
	const struct attempt *a = work->attempt;

	return (work->plan.rendition_count > 0 ? plan_write : plan_tasks)(work->desk->db, &a->task, &a->ended, &work->plan);
}

/* The first bytes of the source; how many there were. */
static size_t read_head(const struct work *work, uint8_t bytes[SNIFF_BYTES])
{
	int fd = openat(work->desk->dir_fd, work->attempt->task.source, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t len;

	if (fd < 0)
		return 0;
	len = pread(fd, bytes, SNIFF_BYTES, 0);
	close(fd);
	return len > 0 ? (size_t)len : 0;
}

/* What was found at first will do; but what was found later may be refused.  It may be called again, so it plans anew. */
static enum db_result without_more(struct work *work)
{
	struct attempt *a = work->attempt;
	struct judgement *j = &work->judgement;

	plan_fini(&work->plan);
	if (read_facts(work) && (a->task.seq == PROBE_WIDE ? plan_scans(work) : plan_again(work, TASK_SCAN, SCAN_MERGED)))
		return plan_tasks(work->desk->db, &a->task, &a->ended, &work->plan);
	return j->verdict == VERDICT_FAIL ? task_failed(work->desk->db, &a->task, &a->ended, j->reason, j->detail) : DB_FAILED;
}

/* Where it is known what the file is instead of a video, that is what the uploader is told. */
static enum db_result probe_without(struct work *work)
{
	struct attempt *a = work->attempt;
	struct judgement *j = &work->judgement;
	uint8_t head[SNIFF_BYTES];
	const char *what;

	if (a->task.seq != PROBE_HEAD)
		return without_more(work);
	what = sniff(head, read_head(work, head));
	if (what != NULL && strcmp(j->reason, "not_a_video") == 0)
		snprintf(j->detail, sizeof j->detail, "The file is %s, not a video.", what);
	return task_failed(work->desk->db, &a->task, &a->ended, j->reason, j->detail);
}

/* Of packets that give no picture, or are no keyframes whatever they say. */
static void correct_packets(const struct facts *f, struct scan *scan)
{
	if (f->picture.count > 0)
		scan_behead(scan, f->picture.first_pts);
	if (scan->cut)
		scan_drop_torn(scan, f->source.size_bytes);
	else if (facts_are_flv_h264(f))
		scan_drop_torn(scan, f->source.size_bytes - FLV_HEAD_BYTES);
	if (strcmp(f->picture.codec, "h264") == 0)
		scan_join_fields(scan, f->picture.first_pts, f->picture.last_pts, f->picture.looked);
	if (measure_keys_are_false(&f->picture, scan))
		scan_forget_keys(scan);
}

static bool packets_make(struct work *work)
{
	struct attempt *a = work->attempt;

	scan_end(&a->scan);
	a->scan.cut = telling_is_cut(buf_text(&a->err));
	if (!read_facts(work))
		return false;
	if (a->task.seq == SCAN_PACKETS && extent_goes_on(&work->facts, &a->scan))
		return plan_again(work, TASK_PROBE, PROBE_MERGED);
	correct_packets(&work->facts, &a->scan);
	return make_plan(work, &a->scan);
}

/* What comes of its start may make another look worth while, for which its packets wait as well. */
static bool measure_make(struct work *work)
{
	struct attempt *a = work->attempt;
	struct measured measured;

	measure_read(buf_text(&a->output), buf_text(&a->err), &measured);
	if (probe_measured_save(work->desk->db, a->task.video, &measured, a->task.seq == SCAN_ELSEWHERE) != DB_OK)
		return work_database_failed(work);
	if (a->task.seq == SCAN_ELSEWHERE)
		return true;
	return read_facts(work) && (!measure_more_is_wanted(&work->facts) || plan_again(work, TASK_SCAN, SCAN_ELSEWHERE));
}

static bool copies_make(struct work *work)
{
	const char *video = work->attempt->task.video;
	struct steadies steadies;
	struct idr idr;

	if (telling_is_cut(buf_text(&work->attempt->err)))
		return true;            /* its last packets are torn */
	copies_end(&work->attempt->copies, &idr, &steadies);
	if ((idr.known && probe_idr_save(work->desk->db, video, &idr) != DB_OK) ||
	    probe_steadies_save(work->desk->db, video, &steadies) != DB_OK)
		return work_database_failed(work);
	return true;
}

static bool scan_make(struct work *work)
{
	switch ((enum scan_step)work->attempt->task.seq) {
	case SCAN_MEASURE:
	case SCAN_ELSEWHERE: return measure_make(work);
	case SCAN_COPIES: return copies_make(work);
	case SCAN_PACKETS:
	case SCAN_MERGED: break;
	}
	return packets_make(work);
}

/* What cannot be measured is believed, and not copied; without packets there is no plan. */
static enum db_result scan_without(struct work *work)
{
	struct attempt *a = work->attempt;

	if (!scan_lists_packets(a->task.seq))
		return plan_tasks(work->desk->db, &a->task, &a->ended, &work->plan);
	return task_failed(work->desk->db, &a->task, &a->ended, work->judgement.reason, work->judgement.detail);
}

const struct make make_probe = { probe_make, plan_commit, probe_without };
const struct make make_scan = { scan_make, plan_commit, scan_without };
