# Pure code: probe JSON to plan to argv, and the judgement of what came out.
libclipmill_a_SOURCES += \
	src/encode/argv.c src/encode/argv.h \
	src/encode/boxes.c src/encode/boxes.h \
	src/encode/boxes_init.c \
	src/encode/bytes.h \
	src/encode/codecs.c src/encode/codecs.h \
	src/encode/color.c src/encode/combs.c src/encode/combs.h \
	src/encode/copies.c src/encode/copies.h src/encode/copy.c src/encode/copy.h \
	src/encode/cuts.c src/encode/cuts.h \
	src/encode/encoder.c src/encode/encoder.h \
	src/encode/idr.c src/encode/idr.h src/encode/facts.c src/encode/facts.h src/encode/facts_picture.c src/encode/facts_picture.h \
	src/encode/facts_tracks.c src/encode/facts_tracks.h src/encode/ratio.c \
	src/encode/fields.c src/encode/fields.h \
	src/encode/graph.c src/encode/graph.h \
	src/encode/hybrid.c src/encode/hybrid.h \
	src/encode/input.h \
	src/encode/judge.c src/encode/judge.h \
	src/encode/job.c src/encode/job.h \
	src/encode/ladder.c src/encode/ladder.h \
	src/encode/language.c src/encode/language.h \
	src/encode/layout.c src/encode/layout.h \
	src/encode/layout_header.c \
	src/encode/line.c src/encode/line.h \
	src/encode/manifest.c src/encode/manifest.h \
	src/encode/measure.c src/encode/measure.h \
	src/encode/extent.c src/encode/extent.h src/encode/look.c src/encode/look.h \
	src/encode/moof.c src/encode/moof.h \
	src/encode/movie.c \
	src/encode/name.c src/encode/name.h \
	src/encode/opus.c src/encode/opus.h \
	src/encode/picture.c src/encode/picture.h \
	src/encode/plan.c src/encode/plan.h \
	src/encode/playlist.c src/encode/playlist.h \
	src/encode/progress.c src/encode/progress.h \
	src/encode/put.h \
	src/encode/rate.c src/encode/rate.h \
	src/encode/ratio.h \
	src/encode/scan.c src/encode/scan.h \
	src/encode/sniff.c src/encode/sniff.h \
	src/encode/sound.c src/encode/sound.h src/encode/sound_copy.c src/encode/sound_copy.h \
	src/encode/sound_graph.c src/encode/sound_graph.h \
	src/encode/splice.c src/encode/splice.h \
	src/encode/steady.c src/encode/steady.h \
	src/encode/switches.c src/encode/switches.h \
	src/encode/tables.c src/encode/tables.h \
	src/encode/trak.c src/encode/trak.h \
	src/encode/telling.c src/encode/telling.h \
	src/encode/thin.c src/encode/thin.h \
	src/encode/text.c src/encode/text.h src/encode/text_plan.c \
	src/encode/times.c src/encode/times.h \
	src/encode/tracks.c src/encode/tracks.h
