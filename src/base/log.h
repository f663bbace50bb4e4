/* log.h - one line an event, to standard error.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_LOG_H
#define CLIPMILL_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* As settings and lines have them; ends with a NULL. */
extern const char *const log_level_names[];

/* Sets what is written; LOG_LEVEL_INFO until then.  Call before threads start. */
void log_set_level(enum log_level level);

/*
 * Each writes one line, "clipmill[PID] LEVEL: message", with one write(2): lines of several
 * processes on one descriptor do not mix.  Control bytes in the message are escaped (\x1b), so a
 * name from a client can neither forge a line nor drive a terminal; a line is cut at 4 KiB.
 */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
