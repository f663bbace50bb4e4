/*
 * fail.c - the last words of a jail that cannot do its work.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "jail/fail.h"

#define MESSAGE_BYTES 512

static size_t escape(char *line, size_t at, size_t size, const char *message)
{
	for (; *message != '\0' && at + 6 < size; message++) {
		unsigned char c = (unsigned char)*message;

		if (c < 0x20 || c == 0x7f)
			at += (size_t)snprintf(line + at, 5, "\\x%02x", c);
		else
			line[at++] = (char)c;
	}
	return at;
}

void fail(enum fail_code code, const char *format, ...)
{
	char message[MESSAGE_BYTES], line[MESSAGE_BYTES + 32] = "clipmill-jail: ";
	size_t at = sizeof "clipmill-jail: " - 1;
	va_list ap;

	va_start(ap, format);
	vsnprintf(message, sizeof message, format, ap);
	va_end(ap);
	at = escape(line, at, sizeof line, message);
	line[at++] = '\n';
	if (write(STDERR_FILENO, line, at) < 0)
		_exit((int)code); /* nowhere left to say it */
	_exit((int)code);
}
