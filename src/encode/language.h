/* language.h - tags and names of languages.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_LANGUAGE_H
#define CLIPMILL_LANGUAGE_H

/*
 * Fills `tag` with the RFC 5646 tag of what a file says: ISO 639-2 codes, bibliographic or not, become
 * the two letters of ISO 639-1 where there are any; other tags stay.  "" where it
 * says nothing, or nothing sensible.
 */
void language_tag(const char *said, char tag[16]);

/* The English name of a tag's language; NULL where it is not in our table. */
const char *language_name(const char *tag);

#endif
