/* json.h - is it JSON (RFC 8259)?  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_JSON_H
#define CLIPMILL_JSON_H

#include <stdbool.h>

#define JSON_DEPTH_MOST 64      /* objects and arrays in each other */

/*
 * One JSON object, and nothing behind it but white space.  Of strings only the escapes are judged: whether the rest is UTF-8
 * is for who uses them.  Ask before SQLite is given what others wrote: version 3.40 takes an object that has an
 * object or a list for a key for valid, and then reads beside it.  U+0000 is refused: there it ends a string.
 */
bool json_is_object(const char *text);

#endif
