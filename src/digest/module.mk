# clipmill-digest: the SHA-256 of a source.  It runs inside the jail, without sanitizers.
pkglibexec_PROGRAMS += clipmill-digest
clipmill_digest_SOURCES = src/digest/main.c
clipmill_digest_CFLAGS = $(CLIPMILL_JAILED_CFLAGS) $(CRYPTO_CFLAGS)
clipmill_digest_LDFLAGS = $(CLIPMILL_JAILED_LDFLAGS)
clipmill_digest_LDADD = $(CRYPTO_LIBS)
