/*
 * multipart-fuzz.c - a body whole and in pieces gives the same events; none is made of thin air.
 * The first bytes say where it is cut.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ingest/label.h"
#include "ingest/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void note_part(struct buf *out, const struct multipart *m)
{
	char label[LABEL_MOST + 1] = "";

	if (m->filename != NULL)
		label_filename(m->filename, strlen(m->filename), label);
	buf_printf(out, "[%s|%s]", m->name != NULL ? m->name : "-", label);
}

static void feed(struct multipart *m, struct buf *out, const uint8_t *bytes, size_t len)
{
	char *copy = malloc(len + 1);
	const char *at = copy, *data;
	enum multipart_event event;
	size_t data_len;
	bool lent;

	memcpy(copy, bytes, len);
	do {
		event = multipart_next(m, &at, &len, &data, &data_len, &lent);
		if (event == MULTIPART_PART)
			note_part(out, m);
		else if (event == MULTIPART_DATA)
			buf_put(out, data, data_len);
		else if (event != MULTIPART_MORE)
			buf_printf(out, "<%d>", (int)event);
	} while (event != MULTIPART_MORE && event != MULTIPART_BAD);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct buf whole = BUF_INIT, cut = BUF_INIT;
	struct multipart m;
	size_t step;

	if (len < 1)
		return 0;
	step = (size_t)bytes[0] + 1;
	bytes++;
	len--;
	multipart_init(&m, "b");
	feed(&m, &whole, bytes, len);
	multipart_init(&m, "b");
	for (size_t at = 0; at < len && m.state != MULTIPART_IN_FAULT; at += step)
		feed(&m, &cut, bytes + at, len - at < step ? len - at : step);
	/* a fault that limits bytes may be told before or after the last data: compare sound bodies */
	if (m.state != MULTIPART_IN_FAULT && strcmp(buf_text(&whole), buf_text(&cut)) != 0)
		abort();
	buf_fini(&whole);
	buf_fini(&cut);
	return 0;
}
