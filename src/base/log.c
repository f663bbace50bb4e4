/*
 * log.c - one line an event, to standard error, which the web server or systemd keeps.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"

#define LINE_MAX_BYTES 4096

static enum log_level threshold = LOG_LEVEL_INFO;

const char *const log_level_names[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARN] = "warning",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
	NULL,
};

void log_set_level(enum log_level level)
{
	threshold = level;
}

static size_t escape(char *line, size_t at, const char *message)
{
	for (; *message != '\0' && at + 6 < LINE_MAX_BYTES; message++) {
		unsigned char c = (unsigned char)*message;

		if (c < 0x20 || c == 0x7f)
			at += (size_t)snprintf(line + at, 5, "\\x%02x", c);
		else
			line[at++] = (char)c;
	}
	return at;
}

static void write_line(enum log_level level, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));
static void write_line(enum log_level level, const char *format, va_list ap)
{
	char message[LINE_MAX_BYTES], line[LINE_MAX_BYTES];
	size_t at;

	if (level > threshold)
		return;
	vsnprintf(message, sizeof message, format, ap);
	at = (size_t)snprintf(line, sizeof line, "clipmill[%ld] %s: ", (long)getpid(), log_level_names[level]);
	at = escape(line, at, message);
	line[at++] = '\n';
	if (write(STDERR_FILENO, line, at) < 0)
		return; /* nowhere left to say it */
}

#define DEFINE_LOG(name, level)                  \
	void name(const char *format, ...)       \
	{                                        \
		va_list ap;                      \
						 \
		va_start(ap, format);            \
		write_line(level, format, ap);   \
		va_end(ap);                      \
	}

DEFINE_LOG(log_error, LOG_LEVEL_ERROR)
DEFINE_LOG(log_warn, LOG_LEVEL_WARN)
DEFINE_LOG(log_info, LOG_LEVEL_INFO)
DEFINE_LOG(log_debug, LOG_LEVEL_DEBUG)
