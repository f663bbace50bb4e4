/* make.h - one attempt on its way from a scratch folder to rows.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_MAKE_H
#define CLIPMILL_MAKE_H

#include "encode/name.h"
#include "encode/playlist.h"
#include "store/digest.h"
#include "store/link.h"
#include "store/plan_store.h"
#include "supervise/artefact.h"
#include "supervise/attempt.h"
#include "supervise/finisher.h"

/* What is known and made of an attempt.  Zeroed before, work_fini after. */
struct work {
	const struct desk *desk;
	struct attempt *attempt;
	struct judgement judgement;     /* VERDICT_OK until something is wrong */
	struct facts facts;
	struct plan plan;
	struct renditions renditions;
	struct piece *pieces;
	size_t piece_count;
	char sha256[DIGEST_LEN + 1];    /* digest: of the source */
	struct link_twin twin;          /* digest: whose files were linked; its id is "": nobody's */
	struct lost lost;               /* chunk and sound: what was planned and did not come */
	struct published *files;
	size_t file_count;
	bool listed;                    /* assemble: its lists have taken the place of those before */
};

/* What a kind of task does once its child exited well. */
struct make {
	/* Verifies what the child made and moves it; false with a judgement. */
	bool (*make)(struct work *work);
	/* One transaction; may be called again where it could not be done. */
	enum db_result (*commit)(struct work *work);
	/* Ends the task for good: done, where the video can do without what it should have made; NULL: it fails. */
	enum db_result (*without)(struct work *work);
};

/* By enum task_kind. */
extern const struct make make_probe, make_scan, make_chunk, make_audio, make_subtitle, make_poster, make_storyboard,
			  make_assemble, make_digest;

/* Each sets the judgement and returns false. */
bool work_refuse(struct work *work, enum verdict verdict, const char *reason, const char *detail);
bool work_storage_failed(struct work *work);
bool work_database_failed(struct work *work);
/* To be tried again, with another command line. */
bool work_again(struct work *work, const struct strings *argv, const char *reason, const char *detail);

void work_fini(struct work *work);

#endif
