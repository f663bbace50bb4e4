/*
 * program.c - what to run, and running it.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jail/fail.h"
#include "jail/program.h"

#define ADDRESS_BITS 46         /* user space of x86-64 is 47; of some other machines less: see hide() */
#define ADDRESS_BITS_LEAST 30
#define HIDE_TRIES 8            /* at one width: an address may be taken */
#define HIDE_BYTES ((size_t)64 << 10)

/* What the kernel does about huge pages: "always [madvise] never". */
#define HUGE_PAGES "/sys/kernel/mm/transparent_hugepage/enabled"

/*
 * All that the program gets: its texts are parsed, so they do not depend on the machine.  The last one only where the kernel
 * gives huge pages to those who ask: pictures then lie in a heap of such pages, up to 32 MiB each, the most that malloc takes
 * for this (mallopt(3), M_MMAP_THRESHOLD), and encoders miss fewer of their addresses: a tenth to a quarter less CPU on a
 * virtual machine.
 */
static char *const environment[] = {
	(char[]){ "LC_ALL=C.UTF-8" },
	(char[]){ "AV_LOG_FORCE_NOCOLOR=1" },
	(char[]){ "SVT_LOG=1" },        /* libsvtav1: errors only, else a screenful for each rung */
	(char[]){ "GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=33554432" },
};

#define ENVIRONMENT_COUNT (sizeof environment / sizeof *environment)

/* A random byte address below 2^bits; the page that it is in is mapped.  NULL: it is not to be had. */
static char *random_place(int bits)
{
	uint64_t random = 0, page = HIDE_BYTES;
	void *at, *want;

	if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
		return NULL;
	random &= (1ULL << bits) - 1;
	want = (void *)(uintptr_t)(random & ~(page - 1));
	at = mmap(want, HIDE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (at == MAP_FAILED)
		return NULL;
	return (char *)at + (random & (page - 1)) % (HIDE_BYTES - PATH_MAX);
}

/* Moves the path to where only we know.  After the exec nothing is left there, and nothing tells where. */
static const char *hide(const char *path)
{
	for (int bits = ADDRESS_BITS; bits >= ADDRESS_BITS_LEAST; bits--) {
		for (int i = 0; i < HIDE_TRIES; i++) {
			char *place = random_place(bits);

			if (place != NULL)
				return strcpy(place, path);
		}
	}
	fail(FAIL_EXEC, "no memory for the program's path: %s", strerror(errno));
}

/* Where the program header table says that the path of the interpreter is.  0, or -1 for none. */
static int find_interpreter(int fd, ElfW(Phdr) *found)
{
	ElfW(Ehdr) head;

	if (pread(fd, &head, sizeof head, 0) != (ssize_t)sizeof head || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
	    head.e_phentsize != sizeof *found)
		return -1;
	for (unsigned i = 0; i < head.e_phnum; i++) {
		off_t at = (off_t)(head.e_phoff + i * sizeof *found);

		if (pread(fd, found, sizeof *found, at) != (ssize_t)sizeof *found)
			return -1;
		if (found->p_type == PT_INTERP)
			return 0;
	}
	return -1;
}

static int open_loader(int fd)
{
	char path[PATH_MAX];
	ElfW(Phdr) header;

	if (find_interpreter(fd, &header) < 0 || header.p_filesz == 0 || header.p_filesz > sizeof path)
		return -1;
	if (pread(fd, path, header.p_filesz, (off_t)header.p_offset) != (ssize_t)header.p_filesz)
		return -1;
	path[header.p_filesz - 1] = '\0';
	return open(path, O_PATH | O_CLOEXEC);
}

/* Looked at before the walls stand. */
static bool may_ask_for_huge_pages(void)
{
	char words[64] = "";
	int fd = open(HUGE_PAGES, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd >= 0 ? read(fd, words, sizeof words - 1) : -1;

	if (fd >= 0)
		close(fd);
	return len > 0 && strstr(words, "[madvise]") != NULL;
}

void program_find(struct program *program, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	if (strchr(name, '/') == NULL)
		fail(FAIL_USAGE, "PROGRAM is a path, not a name: \"%s\"", name);
	if (realpath(name, path) == NULL || (program->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) < 0)
		fail(FAIL_EXEC, "%s: %s", name, strerror(errno));
	if (fstat(program->fd, &st) < 0 || !S_ISREG(st.st_mode) || access(path, X_OK) < 0)
		fail(FAIL_EXEC, "%s is not a program", path);
	program->loader_fd = open_loader(program->fd);
	program->huge_pages = may_ask_for_huge_pages();
	program->path = hide(path);
}

void program_become(const struct program *program, char **argv)
{
	char *given[ENVIRONMENT_COUNT + 1];
	int error;

	memcpy(given, environment, sizeof environment);
	given[program->huge_pages ? ENVIRONMENT_COUNT : ENVIRONMENT_COUNT - 1] = NULL;
	execve(program->path, argv, given);
	error = errno;
	fail(FAIL_EXEC, "%s: %s", program->path, strerror(error));
}
