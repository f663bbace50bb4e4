# Tests: a folder a tier.  `make check` runs the unit tests, the style check and the black-box tiers.
UNIT_TESTS = \
	tests/unit/base-test tests/unit/errors-test tests/unit/store-test \
	tests/unit/multipart-test tests/unit/fcgi-head-test tests/unit/label-test tests/unit/request-test \
	tests/unit/template-test \
	tests/unit/boxes-test tests/unit/facts-test tests/unit/judge-test tests/unit/plan-test \
	tests/unit/playlist-test tests/unit/progress-test tests/unit/scan-test \
	tests/unit/jail-test

EXTRA_DIST += tests
