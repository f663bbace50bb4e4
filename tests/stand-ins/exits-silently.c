/* exits-silently.c - an ffmpeg that says all is well and has made nothing.  SPDX-License-Identifier: MIT */
#include "stand-in.h"

int main(int argc, char **argv)
{
	SELF_TEST(argc, argv);
	puts("frame=50\nout_time_us=2000000\nprogress=end");
	return 0;
}
