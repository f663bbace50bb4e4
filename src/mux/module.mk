# clipmill-mux: the pieces of a video, made into one file a rung.
pkglibexec_PROGRAMS += clipmill-mux
clipmill_mux_SOURCES = src/mux/main.c src/mux/copy.c src/mux/copy.h src/mux/mux.c src/mux/mux.h \
	src/mux/options.c src/mux/options.h src/mux/report.c src/mux/report.h
clipmill_mux_LDADD = libclipmill.a
