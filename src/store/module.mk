# The store, and sql/ compiled in.
libclipmill_a_SOURCES += \
	src/store/db.c src/store/db.h src/store/rows.h \
	src/store/budget.c src/store/budget.h \
	src/store/decision.c src/store/decision.h \
	src/store/digest.c src/store/digest.h \
	src/store/link.c src/store/link.h \
	src/store/discard.c src/store/discard.h src/store/early.c src/store/early.h \
	src/store/event.c src/store/event.h \
	src/store/plan_store.c src/store/plan_store.h src/store/probe.c src/store/probe.h \
	src/store/profile.c src/store/profile.h src/store/rendition.c src/store/rendition.h \
	src/store/retention.c src/store/retention.h \
	src/store/task.c src/store/task.h src/store/upload.c src/store/upload.h \
	src/store/video.c src/store/video.h src/store/worker.c src/store/worker.h

SQL_SCHEMA = $(top_srcdir)/sql/schema/0001-chain.sql $(top_srcdir)/sql/schema/0002-engine.sql \
	$(top_srcdir)/sql/schema/0003-pictures.sql $(top_srcdir)/sql/schema/0004-profiles.sql \
	$(top_srcdir)/sql/schema/0005-run.sql $(top_srcdir)/sql/schema/0006-uploads.sql \
	$(top_srcdir)/sql/schema/0007-events.sql $(top_srcdir)/sql/schema/0008-budget.sql \
	$(top_srcdir)/sql/schema/0009-lived.sql $(top_srcdir)/sql/schema/0010-long-run.sql \
	$(top_srcdir)/sql/schema/0011-roles.sql $(top_srcdir)/sql/schema/0012-scans.sql \
	$(top_srcdir)/sql/schema/0013-ends.sql $(top_srcdir)/sql/schema/0014-faults.sql \
	$(top_srcdir)/sql/schema/0015-everything.sql $(top_srcdir)/sql/schema/0016-kept.sql \
	$(top_srcdir)/sql/schema/0017-addresses.sql
SQL_FILES = $(SQL_SCHEMA) $(top_srcdir)/sql/views.sql $(top_srcdir)/sql/triggers.sql $(top_srcdir)/sql/open.sql $(top_srcdir)/sql/queries.sql
EXTRA_DIST += sql build-aux/sql-embed.awk

src/store/sql.h: $(top_srcdir)/build-aux/sql-embed.awk $(SQL_FILES)
	$(AM_V_GEN)$(MKDIR_P) src/store && $(AWK) -v want=header -f $(top_srcdir)/build-aux/sql-embed.awk $(SQL_FILES) > $@.tmp && mv $@.tmp $@
src/store/sql.c: src/store/sql.h
	$(AM_V_GEN)$(AWK) -v want=source -f $(top_srcdir)/build-aux/sql-embed.awk $(SQL_FILES) > $@.tmp && mv $@.tmp $@
BUILT_SOURCES += src/store/sql.h src/store/sql.c
CLEANFILES += src/store/sql.h src/store/sql.c
