/*
 * combs.c - whether pictures are woven of two moments, by how their lines stand out.  Filter idet asks which field is the
 * nearer one in time; patterns and films that shake make it answer at random.  Here it is asked what is nearest: where each
 * picture holds two moments its lines fit as well to those of the picture beside, on one side, as to its own.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "encode/combs.h"

#define UNIT 1e6                /* of what is kept */
#define STANDS_MOST 1.0         /* that filter msad prints: the whole range of brightness */
#define SUDDEN 2                /* a cut is no movement: so many times the difference between its sides is what a picture may count for */

#define CONSISTENT 0.8          /* of what the orders of fields differ by says the same all along */
#define APART 0.05              /* of what stands out anyway is the least that they differ by */
#define WHOLE 0.6               /* of that is the most by which whole pictures fit better: 1 and more where they are whole */
#define WOVEN -1.0              /* and the least: film with repeated fields */
#define PAIRED 0.3              /* of what stands out at least does so in pairs, too: lines that are there twice tell nothing of time */
#define STILL 0.03              /* of what stands out anyway */

#define BETWEEN(plane) #plane "m='1 0 1':" #plane "mode=column:" #plane "rdiv=0.5"
#define PRINTED ":file=-:direct=1,nullsink"

/*
 * Each line is compared with the mean of those above and below it: in the picture as it is, and in both that come of taking one
 * of its fields from the picture before.  The three are planes of one.  Columns tell as much as the whole, so 240 will do.
 * Lines are compared two by two as well.
 */
void combs_graph(struct buf *out)
{
	buf_puts(out, "scale=w='min(240,iw)':h='max(2,trunc(ih/2)*2)':flags=neighbor,format=gray,split=5[cw][ct][cb][c1][c2];"
		      "[ct]phase=mode=t[cT];[cb]phase=mode=b[cB];[cw][cT][cB]mergeplanes=0x001020:yuv444p,split[cl][ci];"
		      "[ci]convolution=" BETWEEN(0) ":" BETWEEN(1) ":" BETWEEN(2) "[cm];"
		      "[cl][cm]msad,metadata=mode=delete:key=lavfi.msad.msad_avg,metadata=mode=print" PRINTED ";"
		      "[c1]field=type=top[cf];[c2]field=type=bottom[cg];[cf][cg]msad,metadata=mode=print:key=lavfi.msad.msad_avg" PRINTED);
}

/* What is no part of the range is nothing. */
static int64_t number_at(const char *text)
{
	double value = strtod(text, NULL);

	return value >= 0 && value <= STANDS_MOST ? (int64_t)(value * UNIT + 0.5) : 0;
}

/* A picture as it is, with the bottom field of the one before, and with its top field. */
static void add_picture(int64_t as_is, int64_t bottom, int64_t top, struct combs *c)
{
	int64_t least = top < bottom ? top : bottom, apart = top + bottom - 2 * least, whole = least - as_is;

	c->as_is += as_is;
	c->least += least;
	c->order += top - bottom;
	c->apart += apart;
	c->whole += whole > SUDDEN * apart ? SUDDEN * apart : whole < -SUDDEN * apart ? -SUDDEN * apart : whole;
}

static const char *after(const char *text, const char *key)
{
	size_t len = strlen(key);

	return strncmp(text, key, len) == 0 ? text + len : NULL;
}

struct combs combs_read(const char *output, int64_t *printed)
{
	struct combs combs = { 0 };
	int64_t as_is = 0, bottom = 0;
	const char *value;

	*printed = 0;
	for (const char *at = output; (at = strstr(at, "lavfi.msad.msad")) != NULL; at++)
		if ((value = after(at, "lavfi.msad.msad.Y=")) != NULL)
			as_is = number_at(value);
		else if ((value = after(at, "lavfi.msad.msad.U=")) != NULL)
			bottom = number_at(value);
		else if ((value = after(at, "lavfi.msad.msad.V=")) != NULL) {
			add_picture(as_is, bottom, number_at(value), &combs);
			++*printed;
		} else if ((value = after(at, "lavfi.msad.msad_avg=")) != NULL) {
			combs.pairs += number_at(value);
			++*printed;
		}
	return combs;
}

struct combs combs_sum(const struct combs *a, const struct combs *b)
{
	return (struct combs){
		.as_is = a->as_is + b->as_is, .least = a->least + b->least, .order = a->order + b->order, .apart = a->apart + b->apart,
		.whole = a->whole + b->whole, .pairs = a->pairs + b->pairs,
	};
}

static double order_of(const struct combs *c)
{
	return (double)(c->order < 0 ? -c->order : c->order);
}

bool combs_have_order(const struct combs *c)
{
	double order = order_of(c);

	return order > 0 && order >= CONSISTENT * (double)c->apart && order >= APART * (double)c->least;
}

bool combs_are_fields(const struct combs *c)
{
	double order = order_of(c), whole = (double)c->whole, paired = c->as_is > 0 ? fmin(1, (double)c->pairs / (double)c->as_is) : 1;

	return combs_have_order(c) && paired >= PAIRED && whole <= WHOLE * paired * order && whole >= WOVEN * order;
}

bool combs_are_still(const struct combs *c)
{
	double most = STILL * (double)c->least;

	return (double)c->apart <= most && (double)(c->least - c->as_is) <= most;
}
