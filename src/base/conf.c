/*
 * conf.c - the settings: one table says their names, kinds, defaults and bounds, and everything
 * else here walks it.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ini.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/log.h"

enum kind { KIND_PATH, KIND_PROGRAM, KIND_FOLDER, KIND_HOSTS, KIND_COUNT, KIND_BYTES, KIND_MS, KIND_CHOICE };
#define KIND_TEXT_LAST KIND_HOSTS       /* up to here they are strings */

struct setting {
	const char *section;
	const char *key;
	enum kind kind;
	size_t offset;              /* of the field in struct conf */
	const char *fallback;       /* the default, in the file's own notation */
	int64_t least, most;        /* bounds, inclusive; for numbers */
	const char *const *choices; /* NULL-terminated; for KIND_CHOICE */
};

struct unit {
	const char *suffix;
	int64_t factor;
};

static const char *const sandbox_names[] = { "require", "best-effort", "off", NULL };

static const struct unit byte_units[] = {
	{ "", 1 }, { "K", 1 << 10 }, { "M", 1 << 20 }, { "G", 1 << 30 }, { "T", (int64_t)1 << 40 }, { NULL, 0 },
};
static const struct unit time_units[] = {
	{ "s", 1000 }, { "ms", 1 }, { "m", 60000 }, { "h", 3600000 }, { NULL, 0 },
};
static const struct unit plain_units[] = { { "", 1 }, { NULL, 0 } };

#define TIB ((int64_t)1 << 40)
#define AT(field) offsetof(struct conf, field)

static const struct setting settings[] = {
	{ "store", "dir", KIND_PATH, AT(dir), CLIPMILL_STATE_DIR, 0, 0, NULL },
	{ "store", "floor", KIND_BYTES, AT(floor_bytes), "256M", 0, 1024 * TIB, NULL },
	{ "store", "upload_max", KIND_BYTES, AT(upload_max_bytes), "64G", 1, 1024 * TIB, NULL },
	{ "store", "upload_expiry", KIND_MS, AT(upload_expiry_ms), "48h", 1000, 365 * (int64_t)86400000, NULL },
	{ "store", "uploads_max", KIND_COUNT, AT(uploads_max), "1000", 1, 1000000, NULL },
	{ "store", "uploads_owner_max", KIND_COUNT, AT(uploads_owner_max), "100", 1, 1000000, NULL },
	{ "store", "hand_over", KIND_FOLDER, AT(hand_over), "off", 0, 0, NULL },
	{ "http", "threads", KIND_COUNT, AT(threads), "256", 2, 1024, NULL },
	{ "http", "upload_threads", KIND_COUNT, AT(upload_threads), "240", 1, 1023, NULL },
	{ "http", "streams", KIND_COUNT, AT(streams), "5000", 0, 60000, NULL },
	{ "http", "header_timeout", KIND_MS, AT(header_timeout_ms), "5s", 100, 600000, NULL },
	{ "http", "header_max", KIND_BYTES, AT(header_max_bytes), "64K", 4096, 1 << 18, NULL },
	{ "http", "idle_timeout", KIND_MS, AT(idle_timeout_ms), "60s", 100, 3600000, NULL },
	{ "http", "hosts", KIND_HOSTS, AT(hosts), "any", 0, 0, NULL },
	{ "encode", "slots", KIND_COUNT, AT(slots), "1", 0, 256, NULL },
	{ "encode", "threads_per_child", KIND_COUNT, AT(threads_per_child), "1", 1, 256, NULL },
	{ "encode", "nice", KIND_COUNT, AT(nice), "10", 0, 19, NULL },
	{ "encode", "ffmpeg", KIND_PROGRAM, AT(ffmpeg), CLIPMILL_FFMPEG, 0, 0, NULL },
	{ "encode", "ffprobe", KIND_PROGRAM, AT(ffprobe), CLIPMILL_FFPROBE, 0, 0, NULL },
	{ "encode", "attempts", KIND_COUNT, AT(attempts), "3", 1, 100, NULL },
	{ "encode", "stall", KIND_MS, AT(stall_ms), "60s", 1000, 86400000, NULL },
	{ "encode", "wall", KIND_MS, AT(wall_ms), "24h", 1000, 30 * (int64_t)86400000, NULL },
	{ "encode", "grace", KIND_MS, AT(grace_ms), "2s", 10, 60000, NULL },
	{ "encode", "early_keep", KIND_MS, AT(early_keep_ms), "6h", 0, 30 * (int64_t)86400000, NULL },
	{ "encode", "duration_max", KIND_MS, AT(duration_max_ms), "12h", 1000, 30 * (int64_t)86400000, NULL },
	{ "encode", "pixels_max", KIND_COUNT, AT(pixels_max), "37748736", 65536, INT32_MAX, NULL },
	{ "jail", "program", KIND_PROGRAM, AT(jail), CLIPMILL_JAIL, 0, 0, NULL },
	{ "jail", "mux", KIND_PROGRAM, AT(mux), CLIPMILL_MUX, 0, 0, NULL },
	{ "jail", "digest", KIND_PROGRAM, AT(digest), CLIPMILL_DIGEST, 0, 0, NULL },
	{ "jail", "libraries", KIND_FOLDER, AT(libraries), "off", 0, 0, NULL },
	{ "jail", "sandbox", KIND_CHOICE, AT(sandbox), "require", 0, 0, sandbox_names },
	{ "jail", "memory_max", KIND_BYTES, AT(memory_max_bytes), "4G", 1 << 28, TIB, NULL },
	{ "log", "level", KIND_CHOICE, AT(log_level), "info", 0, 0, log_level_names },
};

#define SETTING_COUNT (sizeof settings / sizeof *settings)

/* One call of conf_load. */
struct load {
	struct conf *conf;
	const char *path;           /* NULL: defaults only */
	char *error;                /* the caller's line */
	size_t error_size;
	FILE *file;
	int line;                   /* the one that was read last */
	char what[512];             /* the first fault that inih does not know of, and its line */
	int what_line;
	bool given[SETTING_COUNT];
};

static const struct unit *units_of(enum kind kind)
{
	switch (kind) {
	case KIND_BYTES: return byte_units;
	case KIND_MS: return time_units;
	case KIND_PATH:
	case KIND_PROGRAM:
	case KIND_FOLDER:
	case KIND_HOSTS:
	case KIND_COUNT:
	case KIND_CHOICE: break;
	}
	return plain_units;
}

static int64_t *number_at(struct conf *conf, const struct setting *s)
{
	return (int64_t *)(void *)((char *)conf + s->offset);
}

static char **text_at(struct conf *conf, const struct setting *s)
{
	return (char **)(void *)((char *)conf + s->offset);
}

static bool parse_number(const struct setting *s, const char *text, int64_t *value)
{
	char *end;
	int64_t n;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	n = strtoll(text, &end, 10);
	if (errno != 0)
		return false;
	for (const struct unit *u = units_of(s->kind); u->suffix != NULL; u++) {
		if (strcmp(end, u->suffix) != 0)
			continue;
		return !__builtin_mul_overflow(n, u->factor, value) && *value >= s->least && *value <= s->most;
	}
	return false;
}

static bool parse_choice(const struct setting *s, const char *text, int *value)
{
	for (int i = 0; s->choices[i] != NULL; i++) {
		if (strcmp(s->choices[i], text) == 0) {
			*value = i;
			return true;
		}
	}
	return false;
}

static bool set_choice(struct conf *conf, const struct setting *s, const char *text)
{
	int choice;

	if (!parse_choice(s, text, &choice))
		return false;
	if (s->offset == AT(sandbox))
		conf->sandbox = (enum conf_sandbox)choice;
	else
		*number_at(conf, s) = choice;
	return true;
}

static bool set_path(struct conf *conf, const struct setting *s, const char *text)
{
	char **path = text_at(conf, s);

	if (*text == '\0' || (s->kind == KIND_PROGRAM && *text != '/'))
		return false;
	free(*path);
	*path = strdup(text);
	return *path != NULL;
}

/* An absolute path, or "off", which is NULL. */
static bool set_folder(struct conf *conf, const struct setting *s, const char *text)
{
	char **path = text_at(conf, s);
	bool is_off = strcmp(text, "off") == 0;

	if (!is_off && *text != '/')
		return false;
	free(*path);
	*path = is_off ? NULL : strdup(text);
	return is_off || *path != NULL;
}

/* What a request can name: an address of IPv6 stands in brackets, and a port does not belong to it. */
static bool is_host(const char *name, size_t len)
{
	if (name[0] == '[')
		return len > 2 && 1 + strspn(name + 1, "0123456789abcdef:.") == len - 1 && name[len - 1] == ']';
	return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-._") >= len;
}

/* Names in small letters with one blank between them, or "any", which is NULL. */
static bool set_hosts(struct conf *conf, const struct setting *s, const char *text)
{
	char **hosts = text_at(conf, s), *to;
	bool is_any = strcmp(text, "any") == 0;

	free(*hosts);
	*hosts = to = is_any ? NULL : strdup(text);
	if (to == NULL)
		return is_any;
	for (; *text != '\0'; text++)
		if (!isspace((unsigned char)*text))
			*to++ = (char)tolower((unsigned char)*text);
		else if (to > *hosts && to[-1] != ' ')
			*to++ = ' ';
	*to = '\0';
	for (size_t at = 0, len; (*hosts)[at] != '\0'; at += len + ((*hosts)[at + len] == ' ')) {
		len = strcspn(*hosts + at, " ");
		if (!is_host(*hosts + at, len))
			return false;
	}
	return **hosts != '\0';
}

static bool set_value(struct conf *conf, const struct setting *s, const char *text)
{
	switch (s->kind) {
	case KIND_PATH:
	case KIND_PROGRAM:
		return set_path(conf, s, text);
	case KIND_FOLDER:
		return set_folder(conf, s, text);
	case KIND_HOSTS:
		return set_hosts(conf, s, text);
	case KIND_CHOICE:
		return set_choice(conf, s, text);
	case KIND_COUNT:
	case KIND_BYTES:
	case KIND_MS:
		break;
	}
	return parse_number(s, text, number_at(conf, s));
}

/* What a value of this kind looks like, for the message that refuses another one. */
static void describe(const struct setting *s, char *text, size_t size)
{
	size_t at = 0;

	switch (s->kind) {
	case KIND_PATH:
		snprintf(text, size, "a path");
		return;
	case KIND_PROGRAM:
		snprintf(text, size, "an absolute path");
		return;
	case KIND_FOLDER:
		snprintf(text, size, "off or an absolute path");
		return;
	case KIND_HOSTS:
		snprintf(text, size, "any, or names without a port and with a blank between them");
		return;
	case KIND_CHOICE:
		for (int i = 0; s->choices[i] != NULL; i++)
			at += (size_t)snprintf(text + at, size - at, "%s%s", i > 0 ? " or " : "", s->choices[i]);
		return;
	case KIND_BYTES:
		snprintf(text, size, "bytes, as 4096, 64K, 256M, 2G or 1T, from %" PRId64 " to %" PRId64, s->least, s->most);
		return;
	case KIND_MS:
		snprintf(text, size, "a time, as 500ms, 5s, 10m or 2h, from %" PRId64 "ms to %" PRId64 "ms", s->least, s->most);
		return;
	case KIND_COUNT:
		snprintf(text, size, "a whole number from %" PRId64 " to %" PRId64, s->least, s->most);
		return;
	}
}

static const struct setting *find(const char *section, const char *key)
{
	for (size_t i = 0; i < SETTING_COUNT; i++)
		if (strcmp(settings[i].section, section) == 0 && strcmp(settings[i].key, key) == 0)
			return &settings[i];
	return NULL;
}

static void find_fault(struct load *load, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void find_fault(struct load *load, const char *format, ...)
{
	va_list ap;

	if (load->what_line != 0)
		return;
	va_start(ap, format);
	vsnprintf(load->what, sizeof load->what, format, ap);
	va_end(ap);
	load->what_line = load->line;
}

/* inih's handler: 0 makes this a failing line. */
static int take_line(void *user, const char *section, const char *key, const char *value)
{
	struct load *load = user;
	const struct setting *s = find(section, key);
	char wanted[192];

	if (s == NULL) {
		find_fault(load, "there is no setting '%.64s' in section [%.64s]", key, section);
	} else if (load->given[s - settings]) {
		find_fault(load, "%s is given a second time", key);
	} else if (!set_value(load->conf, s, value)) {
		describe(s, wanted, sizeof wanted);
		find_fault(load, "%s = %.128s: expected %s", key, value, wanted);
	} else {
		load->given[s - settings] = true;
		return 1;
	}
	return 0;
}

/* inih's reader.  Without the blanks it begins with, no line goes on with the one before; what is too long for inih it would
 * take for several lines. */
static char *read_line(char *line, int size, void *user)
{
	struct load *load = user;
	size_t len;
	int c;

	if (load->what_line != 0 || fgets(line, size, load->file) == NULL)
		return NULL;
	load->line++;
	len = strlen(line);
	memmove(line, line + strspn(line, " \t"), len + 1 - strspn(line, " \t"));
	if ((int)len < size - 1 || line[len - 1] == '\n')
		return line;
	while ((c = getc(load->file)) != '\n' && c != EOF)
		len++;
	if (len > (size_t)size - 1 && strchr(";#", *line) == NULL)
		find_fault(load, "longer than %d bytes", size - 1);
	return line;
}

static int read_file(struct load *load)
{
	const char *what = "neither a [section], nor key = value, nor a comment";
	int line;

	load->file = fopen(load->path, "re");
	line = load->file != NULL ? ini_parse_stream(read_line, load, take_line, load) : -1;
	if (load->file == NULL || ferror(load->file)) {
		snprintf(load->error, load->error_size, "%s: %s", load->path, strerror(errno));
		line = -1;
	} else if (load->what_line != 0 && (line == 0 || load->what_line <= line)) {
		line = load->what_line;
		what = load->what;
	}
	if (line > 0)
		snprintf(load->error, load->error_size, "%s:%d: %s", load->path, line, what);
	if (load->file != NULL)
		fclose(load->file);
	return line == 0 ? 0 : -1;
}

/* A relative directory is relative to the file that names it, wherever we were started. */
static int make_absolute(struct load *load)
{
	struct buf full = BUF_INIT;
	char base[PATH_MAX];
	char *slash;

	if (load->conf->dir[0] == '/')
		return 0;
	if (realpath(load->path != NULL ? load->path : ".", base) == NULL) {
		snprintf(load->error, load->error_size, "dir = %s: %s", load->conf->dir, strerror(errno));
		return -1;
	}
	if (load->path != NULL && (slash = strrchr(base, '/')) != NULL)
		*(slash == base ? slash + 1 : slash) = '\0';
	buf_printf(&full, "%s/%s", base, load->conf->dir);
	free(load->conf->dir);
	load->conf->dir = full.data;
	return 0;
}

static int check_together(struct load *load)
{
	if (load->conf->upload_threads < load->conf->threads)
		return 0;
	snprintf(load->error, load->error_size,
		 "%s: upload_threads must be less than threads, or uploads could leave no thread for status",
		 load->path != NULL ? load->path : "defaults");
	return -1;
}

/* How a shell calls this program with these settings, from anywhere. */
static char *own_words(const char *path)
{
	char program[PATH_MAX], *config = path != NULL ? realpath(path, NULL) : NULL;
	ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);
	struct buf words = BUF_INIT;

	program[len > 0 ? len : 0] = '\0';
	buf_shell(&words, len > 0 ? program : "clipmill");
	if (config != NULL) {
		buf_puts(&words, " --config ");
		buf_shell(&words, config);
	}
	free(config);
	return words.data;
}

int conf_load(struct conf *conf, const char *path, char *error, size_t error_size)
{
	struct load load = { .conf = conf, .path = path, .error = error, .error_size = error_size };

	memset(conf, 0, sizeof *conf);
	error[0] = '\0';
	for (size_t i = 0; i < SETTING_COUNT; i++)
		if (!set_value(conf, &settings[i], settings[i].fallback))
			abort();
	if ((path == NULL || read_file(&load) == 0) && make_absolute(&load) == 0 && check_together(&load) == 0) {
		conf->program = own_words(path);
		return 0;
	}
	conf_fini(conf);
	return -1;
}

void conf_fini(struct conf *conf)
{
	for (size_t i = 0; i < SETTING_COUNT; i++)
		if (settings[i].kind <= KIND_TEXT_LAST)
			free(*text_at(conf, &settings[i]));
	free(conf->program);
	memset(conf, 0, sizeof *conf);
}

const char *conf_sandbox_name(enum conf_sandbox sandbox)
{
	return sandbox_names[sandbox];
}

static void print_value(const struct conf *conf, const struct setting *s, FILE *to)
{
	const char *field = (const char *)conf + s->offset, *text;

	switch (s->kind) {
	case KIND_PATH:
	case KIND_PROGRAM:
		fprintf(to, "%s = %s\n", s->key, *(char *const *)(const void *)field);
		break;
	case KIND_FOLDER:
		text = *(char *const *)(const void *)field;
		fprintf(to, "%s = %s\n", s->key, text != NULL ? text : "off");
		break;
	case KIND_HOSTS:
		text = *(char *const *)(const void *)field;
		fprintf(to, "%s = %s\n", s->key, text != NULL ? text : "any");
		break;
	case KIND_CHOICE:
		fprintf(to, "%s = %s\n", s->key, s->offset == AT(sandbox) ? sandbox_names[conf->sandbox]
			: s->choices[*(const int64_t *)(const void *)field]);
		break;
	case KIND_MS:
		fprintf(to, "%s = %" PRId64 "ms\n", s->key, *(const int64_t *)(const void *)field);
		break;
	case KIND_COUNT:
	case KIND_BYTES:
		fprintf(to, "%s = %" PRId64 "\n", s->key, *(const int64_t *)(const void *)field);
		break;
	}
}

void conf_print(const struct conf *conf, FILE *to)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (i == 0 || strcmp(settings[i].section, settings[i - 1].section) != 0)
			fprintf(to, "%s[%s]\n", i > 0 ? "\n" : "", settings[i].section);
		print_value(conf, &settings[i], to);
	}
}
