# The files that the quick start and the tests run as they are, and what else belongs into a release.
examplesdir = $(docdir)/conf-examples
dist_examples_DATA = \
	conf-examples/clipmill.conf conf-examples/lighttpd.conf conf-examples/lighttpd-auth.conf conf-examples/lighttpd-pool.conf \
	conf-examples/apache.conf conf-examples/nginx.conf \
	conf-examples/nginx-hand-over.conf conf-examples/sysctl.conf
examplessystemddir = $(examplesdir)/systemd
dist_examplessystemd_DATA = conf-examples/systemd/clipmill.socket conf-examples/systemd/clipmill@.service

dist_doc_DATA = doc/http-api.md
reportsdir = $(pkgdatadir)/reports
dist_reports_DATA = \
	sql/reports/how-good-are-estimates.sql sql/reports/how-good-are-predictions.sql sql/reports/how-long-do-people-wait.sql \
	sql/reports/how-much-will-be-written.sql sql/reports/what-is-going-on.sql sql/reports/what-takes-the-space.sql \
	sql/reports/where-does-the-cpu-go.sql sql/reports/why-did-it-fail.sql
EXTRA_DIST += quickstart HACKING
