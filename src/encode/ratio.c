/*
 * ratio.c - small exact fractions.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "encode/ratio.h"

struct ratio ratio_parse(const char *text)
{
	struct ratio ratio = { 0, 0 };
	char sign;

	if (sscanf(text, "%18" SCNd64 "%c%18" SCNd64, &ratio.num, &sign, &ratio.den) != 3)
		return (struct ratio){ 0, 0 };
	if (ratio.num <= 0 || ratio.den <= 0 || ratio.num > INT32_MAX || ratio.den > INT32_MAX)
		return (struct ratio){ 0, 0 };
	return ratio;
}
