/*
 * template.c - the little that our pages need of a template language.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "http/template.h"

/* A placeholder found in the text. */
struct tag {
	const char *from;       /* its first brace */
	const char *to;         /* behind its last */
	const char *name;
	size_t name_len;
	char kind;              /* '#', '^', '/', '{' for unescaped, 0 for a value */
};

static bool find_tag(const char *at, struct tag *tag)
{
	const char *end;

	tag->from = strstr(at, "{{");
	if (tag->from == NULL)
		return false;
	tag->name = tag->from + 2;
	tag->kind = '\0';
	if (strchr("#^/{", *tag->name) != NULL && *tag->name != '\0')
		tag->kind = *tag->name++;
	end = strstr(tag->name, "}}");
	if (end == NULL)
		return false;
	tag->name_len = (size_t)(end - tag->name);
	tag->to = end + (tag->kind == '{' && end[2] == '}' ? 3 : 2);
	return true;
}

static const char *value_of(const struct template_value *values, const struct tag *tag)
{
	for (; values->name != NULL; values++)
		if (strncmp(values->name, tag->name, tag->name_len) == 0 && values->name[tag->name_len] == '\0')
			return values->text != NULL ? values->text : "";
	return "";
}

/* Renders up to the end of the section that it is in, and returns what is behind it. */
static const char *render(struct buf *out, const char *at, const struct template_value *values, bool shown)
{
	struct tag tag;

	while (find_tag(at, &tag)) {
		const char *value = value_of(values, &tag);

		if (shown)
			buf_put(out, at, (size_t)(tag.from - at));
		at = tag.to;
		if (tag.kind == '/')
			return at;
		if (tag.kind == '#' || tag.kind == '^')
			at = render(out, at, values, shown && (*value != '\0') == (tag.kind == '#'));
		else if (shown && tag.kind == '{')
			buf_puts(out, value);
		else if (shown)
			buf_html(out, value);
	}
	if (shown)
		buf_puts(out, at);
	return at + strlen(at);
}

void template_render(struct buf *out, const char *text, const struct template_value *values)
{
	while (*text != '\0')
		text = render(out, text, values, true);
}

void template_page(struct buf *out, const struct template_value *values)
{
	template_render(out, template_page_html, values);
}
