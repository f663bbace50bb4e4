/* writes-rubbish.c - an ffmpeg that says all is well and has written no MP4.  SPDX-License-Identifier: MIT */
#include "stand-in.h"

int main(int argc, char **argv)
{
	SELF_TEST(argc, argv);
	for (int i = 1; i < argc; i++) {
		FILE *out = strstr(argv[i], ".m4s") != NULL && argv[i][0] != '/' ? fopen(argv[i], "w") : NULL;

		if (out != NULL)
			fputs("\377\377\377\377moofmoofmoofmoof", out);
		if (out != NULL)
			fclose(out);
	}
	puts("frame=50\nout_time_us=2000000\nprogress=end");
	return 0;
}
