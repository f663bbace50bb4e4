pkglibexec_PROGRAMS = clipmill-jail
clipmill_jail_SOURCES = src/jail/main.c \
	src/jail/confine.c src/jail/confine.h src/jail/fail.c src/jail/fail.h src/jail/filter.c src/jail/filter.h \
	src/jail/landlock.c src/jail/landlock.h src/jail/limits.c src/jail/limits.h src/jail/options.c src/jail/options.h \
	src/jail/process.c src/jail/process.h src/jail/program.c src/jail/program.h src/jail/selftest.c src/jail/selftest.h
clipmill_jail_CPPFLAGS = $(AM_CPPFLAGS) $(SECCOMP_CFLAGS)
clipmill_jail_LDADD = $(SECCOMP_LIBS)
