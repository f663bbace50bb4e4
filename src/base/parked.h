/* parked.h - event streams on their way from a request thread into the loop.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_PARKED_H
#define CLIPMILL_PARKED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"

#define PARKED_OWNER_MOST 255   /* bytes of an owner's name */

/* A request for events whose head was answered. */
struct parked {
	int fd;                         /* the connection to the web server; whoever holds this closes it */
	uint16_t request_id;            /* of FastCGI */
	int64_t after;                  /* id of the last event that the client has; -1: from now on */
	char video[ID_LEN + 1];         /* "": of every video */
	bool any_owner;
	char owner[PARKED_OWNER_MOST + 1];
};

/* Where streams are parked.  All threads share it. */
struct parking {
	void (*park)(struct parking *parking, const struct parked *parked);     /* takes it over; from any thread */
	atomic_int count;               /* streams that are parked */
	int most;                       /* that may be */
};

#endif
