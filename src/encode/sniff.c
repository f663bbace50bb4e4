/*
 * sniff.c - files that are no video, by their first bytes: only to tell the uploader what it is instead.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <string.h>

#include "encode/sniff.h"

/* `len` bytes at `at`. */
static const struct {
	uint8_t at, len;
	char bytes[9];
	const char *what;
} signs[] = {
	{ 0, 8, "\x89PNG\r\n\x1a\n", "a PNG picture" },
	{ 0, 3, "\xff\xd8\xff", "a JPEG picture" },
	{ 8, 4, "WEBP", "a WebP picture" },
	{ 4, 8, "ftypheic", "a HEIC picture" },
	{ 4, 8, "ftypheix", "a HEIC picture" },
	{ 4, 8, "ftypmif1", "a HEIF picture" },
	{ 4, 8, "ftypavif", "an AVIF picture" },
	{ 0, 4, "II*\0", "a TIFF picture" },
	{ 0, 4, "MM\0*", "a TIFF picture" },
	{ 0, 4, "8BPS", "a Photoshop picture" },
	{ 0, 5, "%PDF-", "a PDF document" },
	{ 0, 4, "PK\x03\x04", "a ZIP archive" },
	{ 0, 6, "Rar!\x1a\x07", "a RAR archive" },
	{ 0, 3, "\x1f\x8b\x08", "a gzip archive" },
	{ 0, 6, "7z\xbc\xaf\x27\x1c", "a 7z archive" },
	{ 0, 4, "\x7f" "ELF", "a program" },
	{ 0, 4, "<svg", "an SVG picture" },
	{ 0, 5, "{\\rtf", "a document" },
};

const char *sniff(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if ((size_t)signs[i].at + signs[i].len <= len && memcmp(bytes + signs[i].at, signs[i].bytes, signs[i].len) == 0)
			return signs[i].what;
	return NULL;
}
