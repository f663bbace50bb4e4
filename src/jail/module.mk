pkglibexec_PROGRAMS = clipmill-jail
clipmill_jail_SOURCES = src/jail/main.c
clipmill_jail_CPPFLAGS = $(AM_CPPFLAGS) $(SECCOMP_CFLAGS)
clipmill_jail_LDADD = $(SECCOMP_LIBS)
