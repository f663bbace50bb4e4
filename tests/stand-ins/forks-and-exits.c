/* forks-and-exits.c - an ffmpeg that is done at once, but for a child that keeps its pipes.  SPDX-License-Identifier: MIT */
#include "stand-in.h"

int main(int argc, char **argv)
{
	SELF_TEST(argc, argv);
	switch (fork()) {
	case -1: perror("fork"); break;
	case 0: sleep(600); break;
	default: fputs("it forked\n", stderr); break;
	}
	return 0;
}
