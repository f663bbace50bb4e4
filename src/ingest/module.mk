# Every file before it is a source: pure parsers, and the spool that owns the files.
libclipmill_a_SOURCES += \
	src/ingest/disposition.c src/ingest/disposition.h src/ingest/label.c src/ingest/label.h \
	src/ingest/multipart.c src/ingest/multipart.h src/ingest/spool.c src/ingest/spool.h \
	src/ingest/resume.c src/ingest/resume.h src/ingest/whole.c src/ingest/whole.h src/ingest/join.c src/ingest/join.h \
	src/ingest/tus.c src/ingest/tus.h src/ingest/digest.c src/ingest/digest.h \
	src/ingest/handover.c src/ingest/handover.h \
	src/ingest/structured.c src/ingest/structured.h
