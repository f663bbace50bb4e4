/* template.h - pages from src/web/templates.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_TEMPLATE_H
#define CLIPMILL_TEMPLATE_H

#include "base/buf.h"

/* The files of src/web/templates, compiled in by template-embed.awk: name.html is template_name. */
extern const char template_page_html[], template_list[], template_list_row[], template_video[], template_floor[], template_error[];

/* A value; an array of them ends with a NULL name. */
struct template_value {
	const char *name;
	const char *text;       /* NULL: absent */
};

/*
 * Appends `text` with its placeholders filled in:
 *   {{name}}                  the value as text: HTML's special characters are escaped
 *   {{{name}}}                the value as it is: HTML that we made
 *   {{#name}} ... {{/name}}   only where the value is there and not empty; may be nested
 *   {{^name}} ... {{/name}}   only where it is not
 * An unknown or absent name is empty.
 */
void template_render(struct buf *out, const char *text, const struct template_value *values);

/* Appends a whole page: title, body (HTML), refresh (seconds); video or floor, where it is one of these. */
void template_page(struct buf *out, const struct template_value *values);

#endif
