# The main thread's loop, and the only user of libev.
libclipmill_a_SOURCES += \
	src/supervise/artefact.c src/supervise/artefact.h src/supervise/attempt.c src/supervise/attempt.h \
	src/supervise/child.c src/supervise/child.h src/supervise/early.c src/supervise/early.h src/supervise/expiry.c src/supervise/expiry.h src/supervise/finisher.c src/supervise/finisher.h \
	src/supervise/link.c src/supervise/link.h \
	src/supervise/lock.c src/supervise/lock.h src/supervise/make.c src/supervise/make.h \
	src/supervise/make_digest.c src/supervise/make_movies.c src/supervise/make_pieces.c src/supervise/make_pictures.c src/supervise/make_plan.c src/supervise/make_texts.c src/supervise/publish.c src/supervise/publish.h \
	src/supervise/recovery.c src/supervise/recovery.h src/supervise/retention.c src/supervise/retention.h src/supervise/runner.c src/supervise/runner.h \
	src/supervise/selftest.c src/supervise/selftest.h src/supervise/spawner.c src/supervise/spawner.h src/supervise/stream.c src/supervise/stream.h src/supervise/streams.c src/supervise/streams.h src/supervise/supervisor.c src/supervise/supervisor.h \
	src/supervise/sweep.c src/supervise/sweep.h \
	src/supervise/tidy.c src/supervise/tidy.h src/supervise/wake.c src/supervise/wake.h
