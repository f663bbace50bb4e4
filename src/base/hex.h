/* hex.h - hexadecimal digits.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_HEX_H
#define CLIPMILL_HEX_H

/* What a digit stands for, in either case; -1: it is none. */
static inline int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

#endif
