/* ignores-term.c - an ffmpeg that does nothing and does not want to end.  SPDX-License-Identifier: MIT */
#include "stand-in.h"

int main(int argc, char **argv)
{
	SELF_TEST(argc, argv);
	signal(SIGTERM, SIG_IGN);
	for (;;)
		sleep(600);             /* not pause(), which the jail refuses */
}
