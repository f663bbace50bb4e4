# Pure code: probe JSON to plan to argv, and the judgement of what came out.
libclipmill_a_SOURCES += \
	src/encode/boxes.c src/encode/boxes.h src/encode/facts.c src/encode/facts.h \
	src/encode/judge.c src/encode/judge.h src/encode/plan.c src/encode/plan.h \
	src/encode/playlist.c src/encode/playlist.h src/encode/progress.c src/encode/progress.h \
	src/encode/scan.c src/encode/scan.h
