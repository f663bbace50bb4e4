/*
 * main.c - clipmill-digest: the SHA-256 of one file (FIPS 180-4), read once from its start to its end.  It runs in the
 * jail as a child of its own, so that no thread that answers requests does.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#define READ_BYTES ((size_t)1 << 20)
#define TELL_BYTES ((int64_t)256 << 20)         /* between two lines that say how far it is */
#define EXIT_USAGE 2

static const char usage[] =
	"usage: clipmill-digest FILE\n"
	"       clipmill-digest --version | --help\n"
	"See clipmill-digest(8).\n";

__attribute__((format(printf, 1, 2)))
static bool complain(const char *format, ...)
{
	va_list ap;

	fputs("clipmill-digest: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	return false;
}

/* A line on standard output is a sign of life to who watches us. */
static void tell(int64_t bytes)
{
	printf("bytes %" PRId64 "\n", bytes);
	fflush(stdout);
}

static bool feed(EVP_MD_CTX *digest, int fd, const char *path, unsigned char *buffer)
{
	int64_t bytes = 0, told = 0;
	ssize_t n;

	while ((n = read(fd, buffer, READ_BYTES)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return complain("%s: %s", path, strerror(errno));
		if (EVP_DigestUpdate(digest, buffer, (size_t)n) != 1)
			return complain("the digest could not be computed");
		bytes += n;
		if (bytes - told >= TELL_BYTES) {
			told = bytes;
			tell(bytes);
		}
	}
	tell(bytes);
	return true;
}

static bool print(EVP_MD_CTX *digest)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (EVP_DigestFinal_ex(digest, sum, &len) != 1)
		return complain("the digest could not be computed");
	fputs("sha256 ", stdout);
	for (unsigned i = 0; i < len; i++)
		printf("%02x", sum[i]);
	putchar('\n');
	return fflush(stdout) == 0;
}

static bool digest_file(const char *path)
{
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	unsigned char *buffer = malloc(READ_BYTES);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok = false;

	if (fd < 0)
		complain("%s: %s", path, strerror(errno));
	else if (digest == NULL || buffer == NULL || EVP_DigestInit_ex(digest, EVP_sha256(), NULL) != 1)
		complain("libcrypto has no SHA-256");
	else
		ok = feed(digest, fd, path, buffer) && print(digest);
	if (fd >= 0)
		close(fd);
	free(buffer);
	EVP_MD_CTX_free(digest);
	return ok;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return puts("clipmill-digest " PACKAGE_VERSION) < 0;
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return fputs(usage, stdout) < 0;
	if (argc != 2 || argv[1][0] == '-') {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	/* No file of settings is read: the jail has none. */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	return digest_file(argv[1]) ? EXIT_SUCCESS : EXIT_FAILURE;
}
