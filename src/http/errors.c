/*
 * errors.c - the one table of errors: code, status, what happened, what to do.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stddef.h>

#include "http/errors.h"

static const struct error_entry entries[ERROR_COUNT] = {
	[ERROR_NONE] = { "none", 200, "No error", "" },
	[ERROR_BAD_REQUEST] = { "bad_request", 400, "The request is malformed",
		"Correct it; nothing was changed." },
	[ERROR_BAD_PARAMETER] = { "bad_parameter", 400, "A parameter has a value that it cannot have",
		"Correct the parameter that is named; nothing was changed or kept." },
	[ERROR_BAD_JSON] = { "bad_json", 400, "The JSON body is not what is expected here",
		"Send an object such as {\"title\": \"Harbour\", \"priority\": 10}; nothing was changed." },
	[ERROR_BAD_MULTIPART] = { "bad_multipart", 400, "The form's body is not well-formed multipart/form-data",
		"Send it as RFC 7578 says, up to the closing boundary; nothing was kept." },
	[ERROR_TOO_MANY_PARTS] = { "too_many_parts", 400, "The form has too many parts",
		"Send one file and at most a few fields; nothing was kept." },
	[ERROR_PART_HEADER_TOO_LARGE] = { "part_header_too_large", 400, "A part of the form has too large a header",
		"Shorten the file name or the header fields; nothing was kept." },
	[ERROR_NO_FILE] = { "no_file", 400, "The form has no file",
		"Choose a file, and send it in a field with a file name." },
	[ERROR_EMPTY_UPLOAD] = { "empty_upload", 400, "The upload has no bytes",
		"Send the file's bytes.  Where it is not empty, the web server cut it off: see its limits on bodies." },
	[ERROR_LENGTH_MISMATCH] = { "length_mismatch", 400, "The number of bytes that arrived is not the one promised",
		"Send it again; nothing was kept." },
	[ERROR_BODY_TRUNCATED] = { "body_truncated", 400, "The body ended before it was complete",
		"Send it again; of a resumable upload what came is kept, of others nothing." },
	[ERROR_BODY_TIMEOUT] = { "body_timeout", 408, "The body came too slowly",
		"Send it again over a better connection; of a resumable upload what came is kept, of others nothing." },
	[ERROR_CROSS_ORIGIN] = { "cross_origin", 403, "Another site's page made this request",
		"Make it from this site's own pages, or without a browser." },
	[ERROR_WRONG_HOST] = { "wrong_host", 421, "This server does not go by that name",
		"Use one of the names that setting `hosts` has, or add this one to it." },
	[ERROR_OWNER_TOO_LONG] = { "owner_too_long", 403, "The name that the web server knows you by is too long here",
		"Sign in with a name of at most 100 characters and 255 bytes; nothing was changed." },
	[ERROR_NOT_FOUND] = { "not_found", 404, "There is no such thing here",
		"Check the address; a video that was deleted is gone." },
	[ERROR_METHOD_NOT_ALLOWED] = { "method_not_allowed", 405, "This address does not take that method",
		"Use one of the methods in the Allow field." },
	[ERROR_WRONG_STATE] = { "wrong_state", 409, "The video's state does not allow that",
		"Look at its state; it was not changed." },
	[ERROR_BAD_FIELD] = { "bad_field", 400, "A header field has a value that it cannot have, or is missing",
		"Correct the field that is named; nothing was changed." },
	[ERROR_TUS_VERSION] = { "tus_version", 412, "This version of the tus protocol is not spoken here",
		"Send Tus-Resumable with a version of Tus-Version; nothing was changed." },
	[ERROR_WRONG_OFFSET] = { "wrong_offset", 409, "The upload does not go on at that offset",
		"Ask for its offset with HEAD, and go on from there." },
	[ERROR_PARTS_UNFINISHED] = { "parts_unfinished", 409, "A part of the upload is not complete",
		"Complete each part before they are joined; nothing was changed." },
	[ERROR_PARTS_JOINED] = { "parts_joined", 403, "A part of the upload went into another one",
		"Upload its bytes again to join them anew; the same parts in the same order give the same video while that is there." },
	[ERROR_UPLOAD_COMPLETE] = { "upload_complete", 403, "The upload takes no more bytes",
		"It is a video, or part of one: see Upload-Video in the answer to HEAD." },
	[ERROR_UPLOAD_LOCKED] = { "upload_locked", 423, "Another request is writing to this upload",
		"Let it end, ask for the offset with HEAD, and go on from there." },
	[ERROR_CHECKSUM_MISMATCH] = { "checksum_mismatch", 460, "The bytes are not what Upload-Checksum says",
		"Send them again; nothing of this request was kept." },
	[ERROR_DIGEST_MISMATCH] = { "digest_mismatch", 400, "The bytes are not what Content-Digest or Repr-Digest says",
		"Send them again: of the request where it is Content-Digest, of the whole where it is Repr-Digest." },
	[ERROR_INCONSISTENT_LENGTH] = { "inconsistent_length", 400, "The upload's length is another than was told before",
		"Tell one length only; Upload-Complete: ?1 says that the last byte of it comes." },
	[ERROR_UPLOAD_WAS_COMPLETE] = { "upload_was_complete", 410, "The upload was complete already",
		"It is a video: see Location." },
	[ERROR_TOO_MANY_UNFINISHED] = { "too_many_unfinished", 429, "Too many uploads were begun and not completed",
		"Complete or delete some, or wait until they expire." },
	[ERROR_TOO_LARGE] = { "too_large", 413, "The upload is larger than this server takes",
		"Send no more than the length that was told, and less than upload_max, which the operator can raise." },
	[ERROR_BODY_TOO_LARGE] = { "body_too_large", 413, "The body is larger than this address takes",
		"Send less; nothing was changed." },
	[ERROR_URI_TOO_LONG] = { "uri_too_long", 414, "The address is too long",
		"Shorten its parameters." },
	[ERROR_UNSUPPORTED_MEDIA_TYPE] = { "unsupported_media_type", 415, "This address does not take that Content-Type",
		"Send a file as multipart/form-data by POST or as it is by PUT, and a change as application/json." },
	[ERROR_UNSUPPORTED_CONTENT_ENCODING] = { "unsupported_content_encoding", 415, "The body is encoded",
		"Send the bytes as they are, without Content-Encoding or Content-Transfer-Encoding; nothing was kept." },
	[ERROR_INTERNAL] = { "internal", 500, "The server failed",
		"Try again later; the operator finds the reason in the log." },
	[ERROR_BUSY] = { "busy", 503, "The server is busy",
		"Try again after the seconds in Retry-After; nothing was changed or kept." },
	[ERROR_TOO_MANY_UPLOADS] = { "too_many_uploads", 503, "Too many uploads are under way",
		"Try again after the seconds in Retry-After; nothing was kept." },
	[ERROR_UPLOAD_SLOW] = { "upload_slow", 503, "The bytes of the upload came too slowly",
		"Ask for its offset with HEAD after the seconds in Retry-After, and go on from there; what came is kept." },
	[ERROR_TOO_MANY_STREAMS] = { "too_many_streams", 503, "Too many event streams are open",
		"Try again after the seconds in Retry-After, or ask for the state now and then." },
	[ERROR_NO_SPACE] = { "no_space", 507, "There is not enough space on the server's disk",
		"Try again when the operator has made room; of a resumable upload what came is kept, of others nothing." },
};

/* Those that are registered (RFC 9457 section 4.2). */
#define IANA "https://iana.org/assignments/http-problem-types#"

static const char *const types[ERROR_COUNT] = {
	[ERROR_WRONG_OFFSET] = IANA "mismatching-upload-offset",
	[ERROR_INCONSISTENT_LENGTH] = IANA "inconsistent-upload-length",
	[ERROR_UPLOAD_WAS_COMPLETE] = IANA "completed-upload",
};

static const struct status_text {
	int status;
	const char *text;
} status_texts[] = {
	{ 200, "OK" }, { 201, "Created" }, { 202, "Accepted" }, { 204, "No Content" }, { 303, "See Other" },
	{ 400, "Bad Request" }, { 403, "Forbidden" }, { 404, "Not Found" }, { 405, "Method Not Allowed" },
	{ 408, "Request Timeout" }, { 409, "Conflict" }, { 410, "Gone" }, { 412, "Precondition Failed" }, { 413, "Content Too Large" }, { 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" }, { 421, "Misdirected Request" }, { 423, "Locked" }, { 429, "Too Many Requests" },
	{ 460, "Checksum Mismatch" }, { 500, "Internal Server Error" }, { 503, "Service Unavailable" },
	{ 507, "Insufficient Storage" },
};

const struct error_entry *error_entry(enum error error)
{
	return &entries[error];
}

const char *error_type(enum error error)
{
	return types[error];
}

const char *error_status_text(int status)
{
	for (size_t i = 0; i < sizeof status_texts / sizeof *status_texts; i++)
		if (status_texts[i].status == status)
			return status_texts[i].text;
	return "Status";
}
