# clipmill-jail: links libseccomp, and nothing else of ours.
pkglibexec_PROGRAMS = clipmill-jail
clipmill_jail_SOURCES = \
	src/jail/calls.c src/jail/calls.h src/jail/files.c src/jail/files.h src/jail/limits.c src/jail/limits.h \
	src/jail/main.c src/jail/policy.h src/jail/sandbox.c src/jail/sandbox.h src/jail/selftest.c src/jail/selftest.h
clipmill_jail_CPPFLAGS = $(AM_CPPFLAGS) $(SECCOMP_CFLAGS)
clipmill_jail_LDADD = $(SECCOMP_LIBS)
