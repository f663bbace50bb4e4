/*
 * recovery.c - takes over the work that dead responders left.  A death is proven by the dead one's lock being
 * free; a pidfd only tells when to look.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/worker.h"
#include "supervise/lock.h"
#include "supervise/recovery.h"

#define WORKERS_MOST 256
#define SLOW_MS 1000            /* between looks at what nothing tells of */

/* A living responder that is not us. */
struct peer {
	struct recovery *recovery;
	struct peer *next;
	struct worker_row row;
	int pid_fd;                     /* -1: none to be had; the slow look finds its death */
	ev_io exited;
};

static bool bury_if_dead(struct recovery *r, const struct worker_row *row);

/* Peers --------------------------------------------------------------------------------------- */

static struct peer **find_peer(struct recovery *r, const char *id)
{
	struct peer **at = &r->peers;

	while (*at != NULL && strcmp((*at)->row.id, id) != 0)
		at = &(*at)->next;
	return at;
}

static void forget_peer(struct recovery *r, struct peer **at)
{
	struct peer *peer = *at;

	*at = peer->next;
	if (peer->pid_fd >= 0) {
		ev_io_stop(r->loop, &peer->exited);
		close(peer->pid_fd);
	}
	free(peer);
}

static void on_exited(struct ev_loop *loop, ev_io *watch, int events)
{
	struct peer *peer = watch->data;
	struct recovery *r = peer->recovery;
	struct worker_row row = peer->row;

	forget_peer(r, find_peer(r, row.id));
	bury_if_dead(r, &row);
}

static void add_peer(struct recovery *r, const struct worker_row *row)
{
	struct peer *peer = calloc(1, sizeof *peer);

	if (peer == NULL)
		abort();
	peer->recovery = r;
	peer->row = *row;
	peer->next = r->peers;
	r->peers = peer;
	peer->pid_fd = pidfd_open((pid_t)row->pid, 0);
	if (peer->pid_fd < 0)
		return;
	ev_io_init(&peer->exited, on_exited, peer->pid_fd, EV_READ);
	peer->exited.data = peer;
	ev_io_start(r->loop, &peer->exited);
}

/* Burying ------------------------------------------------------------------------------------- */

static bool bury(struct recovery *r, const struct worker_row *row, int lock_fd)
{
	enum db_result result = worker_bury(r->db, row->id);

	if (result != DB_OK && result != DB_NONE) {
		log_error("worker %s: died, and could not be buried: %s", row->id, db_message(r->db));
		if (lock_fd >= 0)
			close(lock_fd);
		return false;
	}
	lock_remove(r->dir_fd, row->id, lock_fd);
	if (result == DB_OK)
		log_warn("worker %s (pid %" PRId64 ") died: its tasks are queued again", row->id, row->pid);
	return result == DB_OK;
}

static bool bury_if_dead(struct recovery *r, const struct worker_row *row)
{
	int lock_fd;

	if (lock_try(r->dir_fd, row->id, &lock_fd) != LOCK_OURS || !bury(r, row, lock_fd))
		return false;
	r->buried(r->user);
	return true;
}

/* ---------------------------------------------------------------------------------------------- */

static bool is_listed(const struct worker_row *rows, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].id, id) == 0)
			return true;
	return false;
}

/* Peers that ended in good order, or were buried by another. */
static void forget_ended(struct recovery *r, const struct worker_row *rows, size_t count)
{
	for (struct peer **at = &r->peers; *at != NULL;) {
		if (is_listed(rows, count, (*at)->row.id))
			at = &(*at)->next;
		else
			forget_peer(r, at);
	}
}

static bool is_slow_look(struct recovery *r)
{
	if (clock_mono_ms() < r->slow_ms)
		return false;
	r->slow_ms = clock_mono_ms() + SLOW_MS;
	return true;
}

/* Tasks of those whom nobody can bury any more. */
static void disown_ghosts(struct recovery *r)
{
	char id[ID_LEN + 1];

	if (worker_ghost(r->db, id) != DB_OK || worker_disown(r->db, id) != DB_OK)
		return;
	log_warn("worker %s has tasks, but no row that is alive: they are queued again", id);
	r->buried(r->user);
}

void recovery_look(struct recovery *r)
{
	struct worker_row rows[WORKERS_MOST];
	size_t count = worker_alive(r->db, rows, WORKERS_MOST);
	bool slow = is_slow_look(r);

	forget_ended(r, rows, count);
	for (size_t i = 0; i < count; i++) {
		struct peer *known = *find_peer(r, rows[i].id);

		/* The pid may be another's: of a machine or a namespace where ours is not known. */
		if (strcmp(rows[i].id, r->self) == 0 || (known != NULL && known->pid_fd >= 0 && !slow))
			continue;
		if (!bury_if_dead(r, &rows[i]) && known == NULL)
			add_peer(r, &rows[i]);
	}
	if (slow)
		disown_ghosts(r);
}

void recovery_start(struct recovery *r, struct ev_loop *loop, struct db *db, int dir_fd, const char *self,
		    void (*buried)(void *user), void *user)
{
	*r = (struct recovery){
		.loop = loop, .db = db, .dir_fd = dir_fd, .self = self, .buried = buried, .user = user,
	};
	recovery_look(r);
}

void recovery_stop(struct recovery *r)
{
	while (r->peers != NULL)
		forget_peer(r, &r->peers);
	r->loop = NULL;
}
