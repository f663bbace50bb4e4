/* stops-itself.c - an ffmpeg that is stopped, and so takes no TERM.  SPDX-License-Identifier: MIT */
#include "stand-in.h"

int main(int argc, char **argv)
{
	SELF_TEST(argc, argv);
	for (;;)
		raise(SIGSTOP);
}
