/* claims-hours.c - an ffmpeg whose clip turns out to be endless.  SPDX-License-Identifier: MIT */
#include "stand-in.h"

int main(int argc, char **argv)
{
	SELF_TEST(argc, argv);
	for (long frame = 1;; frame++) {
		printf("frame=%ld\nfps=25.0\nout_time_us=%ld\nprogress=continue\n", frame, frame * 3600000000L);
		fflush(stdout);
		usleep(50000);
	}
}
