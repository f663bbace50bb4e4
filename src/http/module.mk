# Requests: libfcgi is used in fcgi.c only.  Pages are compiled in from src/web/templates.
libclipmill_a_SOURCES += \
	src/http/api_events.c src/http/api_floor.c src/http/api_health.c src/http/api_resume.c src/http/api_rufh.c src/http/api_tus.c \
	src/http/api_uploads.c src/http/api_videos.c src/http/errors.c src/http/errors.h \
	src/http/exchange.c src/http/exchange.h src/http/fcgi.c src/http/fcgi.h src/http/fcgi_head.c \
	src/http/fcgi_head.h src/http/fcgi_stdin.c src/http/fcgi_stdin.h src/http/pages.c src/http/reply.c \
	src/http/reply.h src/http/request.c src/http/request.h src/http/routes.c src/http/routes.h \
	src/http/server.c src/http/server.h src/http/template.c src/http/template.h src/http/transfer.c \
	src/http/transfer.h src/http/upload.c \
	src/http/upload.h src/http/urlencoded.c src/http/urlencoded.h
nodist_libclipmill_a_SOURCES += src/http/templates.c

TEMPLATE_FILES = \
	$(top_srcdir)/src/web/templates/error.html $(top_srcdir)/src/web/templates/floor.html $(top_srcdir)/src/web/templates/list.html \
	$(top_srcdir)/src/web/templates/list-row.html $(top_srcdir)/src/web/templates/page.html \
	$(top_srcdir)/src/web/templates/video.html
EXTRA_DIST += src/http/template-embed.awk $(TEMPLATE_FILES)

src/http/templates.c: $(top_srcdir)/src/http/template-embed.awk www/names $(TEMPLATE_FILES)
	$(AM_V_GEN)$(MKDIR_P) src/http && $(AWK) -f $(top_srcdir)/src/http/template-embed.awk www/names $(TEMPLATE_FILES) > $@.tmp && mv $@.tmp $@
BUILT_SOURCES += src/http/templates.c
CLEANFILES += src/http/templates.c
