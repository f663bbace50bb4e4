/* crashes.c - an ffmpeg that crashes.  SPDX-License-Identifier: MIT */
#include "stand-in.h"

int main(int argc, char **argv)
{
	SELF_TEST(argc, argv);
	fputs("about to crash\n", stderr);
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
	abort();
}
