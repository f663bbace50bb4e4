libclipmill_a_SOURCES += \
	src/supervise/supervisor.c src/supervise/supervisor.h
