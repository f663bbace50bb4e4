/* budget.h - the disk as a budget: what is free, and what of it is spoken for.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_BUDGET_H
#define CLIPMILL_BUDGET_H

#include "store/db.h"

#define BUDGET_WORDS 512        /* bytes of its words */

/*
 * All in bytes.  What an upload brings is promised to it from the moment its row is there, less what its file
 * has been allocated already, which is no longer free; so are the bytes that will be made of it, and those that
 * unfinished videos have yet to write (view disk_claim).  Uploads whose bytes do not prove that they are coming
 * (view upload_claim) do not keep more than half of the room from others.
 */
struct budget {
	int64_t free_bytes;             /* of the file system; -1: not to be had */
	int64_t floor_bytes;            /* of them, stay free */
	int64_t uploads;                /* under way */
	int64_t arriving_bytes;         /* of them, still to come */
	int64_t uploads_work_bytes;     /* to be made of them */
	int64_t unproven_bytes;         /* what of these two is unproven */
	int64_t videos;                 /* not finished */
	int64_t videos_bytes;           /* still to be written for them */
	int64_t work_bytes;             /* to be made of an upload of the length that was asked for */
	bool comes;                     /* who asks brings bytes: what is unproven does not count */
};

/* An upload that asks for room. */
struct budget_asker {
	const char *id;                 /* what its row was promised, if it has one already, counts as free */
	const char *profile;
	int64_t length_bytes;           /* of the whole */
	bool comes;                     /* it brings bytes, and what others have not proven is no reason to refuse them */
};

/*
 * Counts.  `asker` NULL: nobody asks.  Within the transaction that also adds its row, or tells its length, no two uploads
 * are promised the same room.
 */
enum db_result budget_read(struct db *db, int dir_fd, int64_t floor_bytes, const struct budget_asker *asker, struct budget *budget);

/* What nobody was promised, as far as promises count; negative where more was promised than there is. */
int64_t budget_left(const struct budget *budget);

/* Whether all promises count as they are: what fits then fits whatever becomes of them. */
bool budget_is_firm(const struct budget *budget);

/* A sentence for who is refused: what is free, what is spoken for and by what, what it needs with `to_come_bytes` of its file. */
void budget_words(const struct budget *budget, int64_t to_come_bytes, char words[BUDGET_WORDS]);

/* The same in the middle of a file, of which what came is kept and at most `to_come_bytes` are missing. */
void budget_words_kept(int64_t free_bytes, int64_t floor_bytes, int64_t to_come_bytes, char words[BUDGET_WORDS]);

/* Keeps free space where operators and views find it (table disk), if it changed by more than a trifle. */
enum db_result budget_keep(struct db *db, const struct budget *budget);

#endif
