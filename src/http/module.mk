libclipmill_a_SOURCES += src/http/server.c src/http/server.h
