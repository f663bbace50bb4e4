/*
 * color.c - how the colours of an output are tagged: as in the source where browsers know it, else
 * as they would guess.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <string.h>

#include "encode/graph.h"

#define HD_LINES 720            /* without a tag, players take BT.709 from here on */

static const char *const spaces[] = { "bt709", "fcc", "bt470bg", "smpte170m", "smpte240m", "bt2020nc", NULL };
static const char *const primaries[] = {
	"bt709", "bt470m", "bt470bg", "smpte170m", "smpte240m", "film", "bt2020", "smpte431", "smpte432",
	NULL,
};
static const char *const transfers[] = {
	"bt709", "bt470m", "bt470bg", "smpte170m", "smpte240m", "iec61966-2-4", "bt1361e", "iec61966-2-1", "bt2020-10",
	"bt2020-12", NULL,
};

/* The list's own spelling of `name`: only that gets into a filter graph. */
static const char *known(const char *const *list, const char *name, const char *otherwise)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, name) == 0)
			return *list;
	return otherwise;
}

bool graph_is_rgb(const struct facts_picture *p)
{
	static const char *const parts[] = { "rgb", "bgr", "gbr", "pal8", "mono" };

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (strstr(p->pix_fmt, parts[i]) != NULL)
			return true;
	return false;
}

bool graph_guesses_color(const struct facts_picture *p)
{
	static const char *const untold[] = { "", "unknown", "unspecified", "reserved", NULL };

	return p->hdr == FACTS_SDR && !graph_is_rgb(p) && known(spaces, p->color_space, NULL) == NULL &&
	       known(untold, p->color_space, NULL) == NULL;
}

/* What goes with a matrix where the source names that alone. */
static struct graph_color usual_of(const char *space)
{
	if (strcmp(space, "bt2020nc") == 0)
		return (struct graph_color){ space, "bt2020", "bt2020-10" };
	if (strcmp(space, "bt709") == 0)
		return (struct graph_color){ space, "bt709", "bt709" };
	return (struct graph_color){ space, known(primaries, space, "bt709"), "smpte170m" };
}

/* Primaries are told, and never converted: what is wider than BT.709 (Display P3 of phones) would be dull without its name. */
struct graph_color graph_color_of(const struct facts_picture *p)
{
	bool large = p->coded_height >= HD_LINES || p->coded_width >= 1280;
	struct graph_color color = usual_of(known(spaces, p->color_space, large ? "bt709" : "smpte170m"));

	if (p->hdr != FACTS_SDR || graph_is_rgb(p))
		color = usual_of("bt709");
	if (p->hdr == FACTS_SDR)
		color.primaries = known(primaries, p->color_primaries, color.primaries);
	if (p->hdr == FACTS_SDR && !graph_is_rgb(p))
		color.transfer = known(transfers, p->color_transfer, color.transfer);
	return color;
}
