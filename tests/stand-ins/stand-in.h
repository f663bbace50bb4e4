/* stand-in.h - what every misbehaving ffmpeg has: it passes the self-test first, and misbehaves at work only.  SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SELF_TEST(argc, argv) \
	do { \
		for (int i = 1; i < argc; i++) \
			if (strcmp(argv[i], "-version") == 0) \
				return puts("ffmpeg version 0, a stand-in") < 0; \
			else if (strcmp(argv[i], "-encoders") == 0 || strstr(argv[i], "idet") != NULL || strcmp(argv[i], "framecrc") == 0) \
				return 1;       /* also scans 1 and 2 */ \
	} while (0)
