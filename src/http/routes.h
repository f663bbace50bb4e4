/* routes.h - from method and path to a handler.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_ROUTES_H
#define CLIPMILL_ROUTES_H

#include "http/exchange.h"

/* Answers the request of `ex`: by its handler, or by 403, 404 or 405. */
void routes_dispatch(struct exchange *ex);

#endif
