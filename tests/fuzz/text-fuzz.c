/*
 * text-fuzz.c - whatever a subtitle is, a browser gets valid cues, text and the tags b, i and u; and what was written
 * anew once does not change when it is written anew again.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "encode/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check(int holds)
{
	if (!holds)
		abort();
}

/* No tag, no character reference and no control character but those that are meant. */
static void check_text(const struct buf *out)
{
	static const char *const tags[] = { "<b>", "</b>", "<i>", "</i>", "<u>", "</u>" };
	const char *at = buf_text(out);

	check(strlen(at) == out->len && strncmp(at, "WEBVTT\n", 7) == 0);
	for (size_t width; *at != '\0'; at += width) {
		size_t tag = 0;

		width = utf8_width(at);
		check(width > 0 && ((unsigned char)*at >= ' ' || *at == '\n') && *at != 0x7f);
		while (*at == '<' && tag < 6 && strncmp(at, tags[tag], strlen(tags[tag])) != 0)
			tag++;
		check(tag < 6);
		if (*at == '&')
			check(at[1 + strspn(at + 1, "#0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")] == ';');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct buf once = BUF_INIT, twice = BUF_INIT;
	struct text first, second;
	struct piece piece = { .file = "text.vtt" };
	char error[160];

	if (text_clean((const char *)bytes, len, &once, &first, error, sizeof error)) {
		check_text(&once);
		check(first.cues > 0 && first.end_s > 0);
		check(text_clean(buf_text(&once), once.len, &twice, &second, error, sizeof error));
		check(first.cues == second.cues && strcmp(buf_text(&once), buf_text(&twice)) == 0);
		text_piece(&first, 10, &piece);
		check(piece.duration_us >= 10000000 && piece.frames == first.cues);
		piece_fini(&piece);
	}
	buf_fini(&once);
	buf_fini(&twice);
	return 0;
}
