# clipmill-mux: the pieces of a video, made into one file a rung.  It runs inside the jail, so what it needs of
# the other rooms is compiled for it, without sanitizers.
pkglibexec_PROGRAMS += clipmill-mux
clipmill_mux_SOURCES = src/mux/main.c src/mux/copy.c src/mux/copy.h src/mux/mux.c src/mux/mux.h \
	src/mux/options.c src/mux/options.h src/mux/report.c src/mux/report.h \
	src/base/buf.c src/base/clock.c src/base/file.c src/base/utf8.c \
	src/encode/boxes.c src/encode/codecs.c src/encode/layout.c src/encode/layout_header.c src/encode/moof.c \
	src/encode/name.c src/encode/tables.c src/encode/trak.c
clipmill_mux_CFLAGS = $(CLIPMILL_JAILED_CFLAGS)
clipmill_mux_LDFLAGS = $(CLIPMILL_JAILED_LDFLAGS)
clipmill_mux_LDADD =
