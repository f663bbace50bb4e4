/*
 * cut-power.c - shuts a file system down at once, without writing its journal: what was not on the disk by then is
 * lost, as in a power cut.  Until it is mounted anew, every call to it fails.  SPDX-License-Identifier: MIT
 */
#include <fcntl.h>
#include <linux/types.h>
#include <stdio.h>
#include <sys/ioctl.h>

#define SHUT_DOWN _IOR('X', 125, __u32) /* FS_IOC_SHUTDOWN of newer headers */

int main(int argc, char **argv)
{
	__u32 without_journal = 2;
	int fd = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;

	if (fd >= 0 && ioctl(fd, SHUT_DOWN, &without_journal) == 0)
		return 0;
	perror("cut-power");
	return 1;
}
