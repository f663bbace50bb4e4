/*
 * api_uploads.c - raw bodies (PUT) and forms (POST) into the spool, as they arrive.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "http/upload.h"
#include "ingest/multipart.h"
#include "ingest/structured.h"

#define FIELD_MOST 4096                 /* bytes of a form's text field */
#define FORM_OVERHEAD_BYTES (4 << 20)   /* most of a form beside its file */

/* What a form may tell beside its file, once. */
static const char *const fields[] = { "filename", "title", "profile", "priority", "size", NULL };

/* A form being read. */
struct form {
	struct upload upload;
	struct multipart multipart;
	bool in_file;                   /* the open part is the file */
	bool chosen;                    /* and its name is not empty */
	bool has_file;                  /* there was one */
	unsigned seen;                  /* a bit for each of `fields` that there was */
	bool ended;                     /* the closing boundary was seen */
	char field[32];                 /* the open part's name, where it is a field that we know */
	struct buf value;               /* and its text so far */
	int64_t bytes;                  /* of the whole body so far */
};

/* True when the body comes as it is and is not promised to be empty.  Else answered. */
static bool body_ok(struct exchange *ex)
{
	return upload_encoding_ok(ex) && (ex->request->length_bytes != 0 || reply_error(ex->reply, ERROR_EMPTY_UPLOAD, NULL));
}

/* Raw bodies ----------------------------------------------------------------------------------- */

/* A part of a file would be taken for all of it: curl -C (RFC 9110 section 14.5), or one that is to be resumed. */
static bool is_whole(struct exchange *ex)
{
	const char *complete = exchange_field(ex, "UPLOAD_COMPLETE"), *part = NULL;
	bool ends = true;

	if (exchange_field(ex, "CONTENT_RANGE") != NULL)
		part = "Content-Range";
	else if (complete != NULL && structured_boolean(complete, &ends) && !ends)
		part = "Upload-Complete";
	return part == NULL || reply_errorf(ex->reply, ERROR_BAD_FIELD, "%s: a part of a file is taken at /api/uploads only", part);
}

static bool raw_options(struct upload *u)
{
	const char *name = u->ex->name != NULL ? u->ex->name : "";

	label_filename(name, strlen(name), u->filename);
	return upload_set_all(u) && upload_claims_ok(u);
}

/* Whether the promised sizes agree, before a byte is taken. */
static bool sizes_agree(struct upload *u)
{
	int64_t length = u->ex->request->length_bytes;

	return length < 0 || u->declared_bytes < 0 || length == u->declared_bytes ||
	       reply_error(u->ex->reply, ERROR_LENGTH_MISMATCH, "size and Content-Length differ");
}

static void raw_end(struct upload *u)
{
	if (!upload_sums_ok(u))
		return;
	for (int i = 0; i < 2; i++)
		if (u->claims[i].kind == DIGEST_SHA256)
			u->sha256 = u->claims[i];
	upload_end(u);
}

static void raw_body(struct upload *u)
{
	struct exchange *ex = u->ex;
	struct iovec slices[FCGI_STDIN_SLICES];
	enum fcgi_body body;
	size_t count;

	fcgi_expect(ex->fcgi, ex->request->length_bytes, 0);
	while ((body = fcgi_body(ex->fcgi, slices, &count)) == FCGI_BODY_DATA) {
		upload_sum(u, slices, count);
		for (size_t i = 0; i < count; i++)
			if (!upload_add(u, slices[i].iov_base, slices[i].iov_len))
				return;
		if (!upload_flush(u))
			return;
	}
	if (body == FCGI_BODY_END)
		raw_end(u);
	else
		exchange_body_error(ex, body);
}

/* The file that the web server has stored.  It is read only where somebody says what its bytes are. */
static void raw_file(struct upload *u, int64_t length)
{
	if (upload_adopt(u, u->ex->request->body_file, length) && upload_sum_file(u))
		raw_end(u);
}

void api_upload_raw(struct exchange *ex)
{
	int64_t length = ex->request->length_bytes;
	struct upload u;

	upload_init(&u, ex);
	if (!body_ok(ex) || !is_whole(ex) || !raw_options(&u) || !sizes_agree(&u) || !upload_enter(ex)) {
		upload_fini(&u);
		return;
	}
	if (*ex->request->body_file != '\0')
		raw_file(&u, length);
	else if (upload_open(&u, length >= 0 ? length : u.declared_bytes))
		raw_body(&u);
	upload_fini(&u);
	exchange_leave(ex);
}

/* Forms ---------------------------------------------------------------------------------------- */

static bool form_fault(struct form *f)
{
	static const enum error errors[] = {
		[MULTIPART_FINE] = ERROR_BAD_MULTIPART,
		[MULTIPART_SYNTAX] = ERROR_BAD_MULTIPART,
		[MULTIPART_HEAD_TOO_LARGE] = ERROR_PART_HEADER_TOO_LARGE,
		[MULTIPART_TOO_MANY_PARTS] = ERROR_TOO_MANY_PARTS,
		[MULTIPART_ENCODED] = ERROR_UNSUPPORTED_CONTENT_ENCODING,
	};

	return reply_error(f->upload.ex->reply, errors[f->multipart.fault], NULL);
}

/* Takes note of a field that we know. */
static bool is_first(struct form *f)
{
	unsigned before = f->seen;

	for (int i = 0; fields[i] != NULL; i++)
		if (strcmp(fields[i], f->field) == 0) {
			f->seen |= 1u << i;
			return f->seen != before;
		}
	return true;
}

static bool begin_part(struct form *f)
{
	const struct multipart *m = &f->multipart;

	f->in_file = m->filename != NULL && !f->has_file;
	f->field[0] = '\0';
	buf_reset(&f->value);
	if (f->has_file && m->filename != NULL && m->filename[0] != '\0')
		return reply_error(f->upload.ex->reply, ERROR_BAD_MULTIPART, "the form has a second file: send one a request");
	f->chosen = f->in_file && m->filename[0] != '\0';
	if (f->chosen && f->upload.filename[0] == '\0')
		label_filename(m->filename, strlen(m->filename), f->upload.filename);
	else if (m->filename == NULL && m->name != NULL && strlen(m->name) < sizeof f->field)
		strcpy(f->field, m->name);
	return is_first(f) || reply_errorf(f->upload.ex->reply, ERROR_BAD_PARAMETER, "%s is there twice", f->field);
}

/* An upper bound of the file's size, good enough to reserve; -1: not told. */
static bool open_file(struct form *f)
{
	int64_t most = f->upload.ex->conf->upload_max_bytes, length = f->upload.ex->request->length_bytes;

	f->has_file = true;
	if (f->upload.filename[0] == '\0')
		label_filename("", 0, f->upload.filename);
	return upload_open(&f->upload, length > most ? most : length);
}

static bool take_file(struct form *f, const char *bytes, size_t len, bool lent)
{
	if (!f->has_file && !open_file(f))
		return false;
	if (!lent)
		return upload_add(&f->upload, bytes, len);
	return upload_add(&f->upload, bytes, len) && upload_flush(&f->upload);
}

static bool take_field(struct form *f, const char *bytes, size_t len)
{
	if (f->field[0] == '\0')
		return true;
	if (f->value.len + len > FIELD_MOST)
		return reply_errorf(f->upload.ex->reply, ERROR_BAD_PARAMETER, "%s is too long", f->field);
	buf_put(&f->value, bytes, len);
	return true;
}

/* An empty file with a name was chosen; one without was not. */
static bool end_file(struct form *f)
{
	return f->has_file || !f->chosen || reply_error(f->upload.ex->reply, ERROR_EMPTY_UPLOAD, NULL);
}

static bool end_part(struct form *f)
{
	if (f->in_file)
		return end_file(f);
	if (strlen(buf_text(&f->value)) != f->value.len)
		return reply_errorf(f->upload.ex->reply, ERROR_BAD_PARAMETER, "%s holds a NUL byte", f->field);
	return f->field[0] == '\0' || upload_set(&f->upload, f->field, buf_text(&f->value), f->value.len);
}

/* Takes one slice of the body through the parser.  False: answered. */
static bool form_slice(struct form *f, const char *bytes, size_t len)
{
	enum multipart_event event;
	const char *data;
	size_t data_len;
	bool lent, ok = true;

	while (ok && (event = multipart_next(&f->multipart, &bytes, &len, &data, &data_len, &lent)) != MULTIPART_MORE) {
		switch (event) {
		case MULTIPART_MORE: break;
		case MULTIPART_PART: ok = begin_part(f); break;
		case MULTIPART_DATA:
			ok = f->in_file ? take_file(f, data, data_len, lent) : take_field(f, data, data_len);
			break;
		case MULTIPART_PART_END: ok = end_part(f); break;
		case MULTIPART_END: f->ended = true; break;
		case MULTIPART_BAD: ok = form_fault(f); break;
		}
	}
	return ok;
}

/* Counts also what is neither file nor known field: a form without a length must end too. */
static bool is_within_limit(struct form *f, const struct iovec *slices, size_t count)
{
	for (size_t i = 0; i < count; i++)
		f->bytes += (int64_t)slices[i].iov_len;
	return f->bytes - FORM_OVERHEAD_BYTES <= f->upload.ex->conf->upload_max_bytes ||
	       reply_error(f->upload.ex->reply, ERROR_TOO_LARGE, NULL);
}

static void form_end(struct form *f)
{
	if (!f->ended)
		reply_error(f->upload.ex->reply, ERROR_BAD_MULTIPART, "the closing boundary is missing");
	else if (!f->has_file)
		reply_error(f->upload.ex->reply, ERROR_NO_FILE, NULL);
	else if (upload_sums_ok(&f->upload))
		upload_end(&f->upload);
}

static void form_body(struct form *f)
{
	struct exchange *ex = f->upload.ex;
	struct iovec slices[FCGI_STDIN_SLICES];
	enum fcgi_body body;
	size_t count;

	fcgi_expect(ex->fcgi, ex->request->length_bytes, 0);
	while ((body = fcgi_body(ex->fcgi, slices, &count)) == FCGI_BODY_DATA) {
		upload_sum(&f->upload, slices, count);
		for (size_t i = 0; i < count; i++)
			if (!form_slice(f, slices[i].iov_base, slices[i].iov_len))
				return;
		if (!upload_flush(&f->upload) || !is_within_limit(f, slices, count))
			return;
	}
	if (body == FCGI_BODY_END)
		form_end(f);
	else
		exchange_body_error(ex, body);
}

/* True when it is a form that can fit.  Else answered. */
static bool form_ok(struct exchange *ex, char boundary[BOUNDARY_MOST + 1])
{
	const struct request *r = ex->request;

	if (!disposition_is_form(r->content_type))
		return reply_error(ex->reply, ERROR_UNSUPPORTED_MEDIA_TYPE, "send multipart/form-data, or the raw file by PUT");
	if (!disposition_boundary(r->content_type, boundary))
		return reply_error(ex->reply, ERROR_BAD_MULTIPART, "Content-Type has no valid boundary");
	return r->length_bytes - FORM_OVERHEAD_BYTES <= ex->conf->upload_max_bytes || reply_error(ex->reply, ERROR_TOO_LARGE, NULL);
}

void api_upload_form(struct exchange *ex)
{
	char boundary[BOUNDARY_MOST + 1];
	struct form *f;

	if (!body_ok(ex) || !form_ok(ex, boundary) || !upload_enter(ex))
		return;
	f = calloc(1, sizeof *f);
	if (f != NULL) {
		upload_init(&f->upload, ex);
		multipart_init(&f->multipart, boundary);
		if (upload_set_all(&f->upload) && upload_claims_ok(&f->upload))
			form_body(f);
		upload_fini(&f->upload);
		buf_fini(&f->value);
		free(f);
	} else {
		reply_error(ex->reply, ERROR_BUSY, "no memory");
	}
	exchange_leave(ex);
}
