libclipmill_a_SOURCES += \
	src/ingest/multipart.c src/ingest/multipart.h src/ingest/spool.c src/ingest/spool.h
