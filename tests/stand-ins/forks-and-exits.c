/* forks-and-exits.c - an ffmpeg that is done at once, but for a child that keeps its pipes.  SPDX-License-Identifier: MIT */
#include "stand-in.h"

int main(int argc, char **argv)
{
	SELF_TEST(argc, argv);
	if (fork() == 0)
		sleep(600);
	return 0;
}
