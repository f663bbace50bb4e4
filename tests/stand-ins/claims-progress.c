/* claims-progress.c - an ffmpeg that gets on for ever and never comes to an end.  SPDX-License-Identifier: MIT */
#include "stand-in.h"

int main(int argc, char **argv)
{
	SELF_TEST(argc, argv);
	for (long frame = 1;; frame++) {
		printf("frame=%ld\nfps=25.0\nout_time_us=%ld\nprogress=continue\n", frame, frame * 1000);
		fflush(stdout);
		usleep(50000);
	}
}
