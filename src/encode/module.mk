# Pure code: ffprobe's rows to facts to plan to argv, and the judgement of what came out.
libclipmill_a_SOURCES += \
	src/encode/boxes.c src/encode/boxes.h src/encode/bytes.h src/encode/facts.c src/encode/facts.h \
	src/encode/graph.c src/encode/graph.h src/encode/judge.c src/encode/judge.h \
	src/encode/ladder.c src/encode/ladder.h src/encode/movie.c src/encode/plan.c src/encode/plan.h \
	src/encode/playlist.c src/encode/playlist.h src/encode/progress.c src/encode/progress.h \
	src/encode/scan.c src/encode/scan.h src/encode/switches.c src/encode/switches.h \
	src/encode/timeline.c src/encode/timeline.h
