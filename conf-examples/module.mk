# The files that the quick start and the tests run as they are, and what else belongs into a release.
examplesdir = $(docdir)/conf-examples
dist_examples_DATA = \
	conf-examples/clipmill.conf conf-examples/lighttpd.conf conf-examples/lighttpd-auth.conf conf-examples/lighttpd-pool.conf \
	conf-examples/apache.conf conf-examples/nginx.conf \
	conf-examples/nginx-hand-over.conf
examplessystemddir = $(examplesdir)/systemd
dist_examplessystemd_DATA = conf-examples/systemd/clipmill.socket conf-examples/systemd/clipmill@.service
EXTRA_DIST += quickstart HACKING doc/http-api.md
