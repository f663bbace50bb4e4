/* floods-stderr.c - an ffmpeg that complains 64 MB long, and fails.  SPDX-License-Identifier: MIT */
#include "stand-in.h"

int main(int argc, char **argv)
{
	char line[1024];

	SELF_TEST(argc, argv);
	memset(line, 'x', sizeof line);
	line[0] = '\033';
	line[sizeof line - 1] = '\n';
	for (int i = 0; i < 65536; i++)
		if (write(STDERR_FILENO, line, sizeof line) < 0)
			return 2;
	fputs("the last word\n", stderr);
	return 1;
}
