/*
 * language.c - tags and names of languages (ISO 639-1, ISO 639-2, RFC 5646).
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "encode/language.h"

/* Two letters; three letters; the other three letters that libraries use, if any; the English name. */
static const struct language {
	char two[4], three[4], other[4];
	const char *name;
} languages[] = {
	{ "ar", "ara", "", "Arabic" }, { "bg", "bul", "", "Bulgarian" }, { "bn", "ben", "", "Bengali" },
	{ "bs", "bos", "", "Bosnian" }, { "ca", "cat", "", "Catalan" }, { "cs", "ces", "cze", "Czech" },
	{ "cy", "cym", "wel", "Welsh" }, { "da", "dan", "", "Danish" }, { "de", "deu", "ger", "German" },
	{ "el", "ell", "gre", "Greek" }, { "en", "eng", "", "English" }, { "es", "spa", "", "Spanish" },
	{ "et", "est", "", "Estonian" }, { "eu", "eus", "baq", "Basque" }, { "fa", "fas", "per", "Persian" },
	{ "fi", "fin", "", "Finnish" }, { "fr", "fra", "fre", "French" }, { "ga", "gle", "", "Irish" },
	{ "gl", "glg", "", "Galician" }, { "gu", "guj", "", "Gujarati" }, { "he", "heb", "", "Hebrew" },
	{ "hi", "hin", "", "Hindi" }, { "hr", "hrv", "", "Croatian" }, { "hu", "hun", "", "Hungarian" },
	{ "hy", "hye", "arm", "Armenian" }, { "id", "ind", "", "Indonesian" },
	{ "is", "isl", "ice", "Icelandic" }, { "it", "ita", "", "Italian" }, { "ja", "jpn", "", "Japanese" },
	{ "ka", "kat", "geo", "Georgian" }, { "kk", "kaz", "", "Kazakh" }, { "kn", "kan", "", "Kannada" },
	{ "ko", "kor", "", "Korean" }, { "la", "lat", "", "Latin" }, { "lt", "lit", "", "Lithuanian" },
	{ "lv", "lav", "", "Latvian" }, { "mk", "mkd", "mac", "Macedonian" }, { "ml", "mal", "", "Malayalam" },
	{ "mn", "mon", "", "Mongolian" }, { "mr", "mar", "", "Marathi" }, { "ms", "msa", "may", "Malay" },
	{ "mt", "mlt", "", "Maltese" }, { "my", "mya", "bur", "Burmese" }, { "ne", "nep", "", "Nepali" },
	{ "nl", "nld", "dut", "Dutch" }, { "no", "nor", "", "Norwegian" }, { "nb", "nob", "", "Norwegian" },
	{ "nn", "nno", "", "Norwegian" }, { "pa", "pan", "", "Punjabi" }, { "pl", "pol", "", "Polish" },
	{ "pt", "por", "", "Portuguese" }, { "ro", "ron", "rum", "Romanian" }, { "ru", "rus", "", "Russian" },
	{ "sk", "slk", "slo", "Slovak" }, { "sl", "slv", "", "Slovenian" }, { "sq", "sqi", "alb", "Albanian" },
	{ "sr", "srp", "", "Serbian" }, { "sv", "swe", "", "Swedish" }, { "sw", "swa", "", "Swahili" },
	{ "ta", "tam", "", "Tamil" }, { "te", "tel", "", "Telugu" }, { "th", "tha", "", "Thai" },
	{ "tl", "tgl", "", "Tagalog" }, { "tr", "tur", "", "Turkish" }, { "uk", "ukr", "", "Ukrainian" },
	{ "ur", "urd", "", "Urdu" }, { "uz", "uzb", "", "Uzbek" }, { "vi", "vie", "", "Vietnamese" },
	{ "zh", "zho", "chi", "Chinese" },
};

static const struct language *find(const char *code)
{
	for (size_t i = 0; i < sizeof languages / sizeof *languages && code[0] != '\0'; i++)
		if (strcmp(code, languages[i].two) == 0 || strcmp(code, languages[i].three) == 0 ||
		    strcmp(code, languages[i].other) == 0)
			return &languages[i];
	return NULL;
}

/* Codes that name no language: undetermined, several, none, not told. */
static bool says_nothing(const char *code)
{
	static const char *const codes[] = { "und", "mul", "mis", "zxx", "unk", "xxx", "qaa", NULL };

	for (size_t i = 0; codes[i] != NULL; i++)
		if (strcmp(code, codes[i]) == 0)
			return true;
	return false;
}

/* Its first part, in lower case; "" unless it is two or three letters. */
static void primary(const char *said, char code[4])
{
	size_t len = 0;

	while (len < 3 && isalpha((unsigned char)said[len])) {
		code[len] = (char)tolower((unsigned char)said[len]);
		len++;
	}
	code[len >= 2 && (said[len] == '\0' || said[len] == '-' || said[len] == '_') ? len : 0] = '\0';
}

/* The subtags after the first one, as they are written; none where they are not letters, digits and hyphens. */
static void put_rest(const char *rest, char tag[16])
{
	size_t len = strlen(tag), more = strlen(rest);

	if (len + more > 15 || strspn(rest, "-_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != more)
		return;
	for (size_t i = 0; i <= more; i++)
		tag[len + i] = rest[i] == '_' ? '-' : rest[i];
}

void language_tag(const char *said, char tag[16])
{
	const struct language *known;
	char code[4];

	primary(said, code);
	tag[0] = '\0';
	if (code[0] == '\0' || says_nothing(code))
		return;
	known = find(code);
	snprintf(tag, 16, "%s", known != NULL ? known->two : code);
	put_rest(said + strlen(code), tag);
}

const char *language_name(const char *tag)
{
	const struct language *known;
	char code[4];

	primary(tag, code);
	known = find(code);
	return known != NULL ? known->name : NULL;
}
