# Subcommands.
libclipmill_a_SOURCES += \
	src/cli/cli.h \
	src/cli/check.c \
	src/cli/commands.c \
	src/cli/reencode.c \
	src/cli/replay.c
