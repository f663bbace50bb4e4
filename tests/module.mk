# Tests: a folder a tier.  `make check` runs the unit tests, the style check, and the black-box tiers.
UNIT_TESTS = \
	tests/unit/attempt-test \
	tests/unit/base-test \
	tests/unit/store-test \
	tests/unit/budget-test \
	tests/unit/multipart-test \
	tests/unit/fcgi-head-test \
	tests/unit/label-test \
	tests/unit/request-test \
	tests/unit/errors-test \
	tests/unit/template-test \
	tests/unit/boxes-test \
	tests/unit/copy-test \
	tests/unit/cuts-test \
	tests/unit/codecs-test \
	tests/unit/encoder-test \
	tests/unit/facts-test \
	tests/unit/judge-test \
	tests/unit/ladder-test \
	tests/unit/manifest-test \
	tests/unit/measure-test \
	tests/unit/plan-test \
	tests/unit/playlist-test \
	tests/unit/mux-test \
	tests/unit/progress-test \
	tests/unit/scan-test \
	tests/unit/sound-test \
	tests/unit/sound-copy-test \
	tests/unit/text-test \
	tests/unit/thin-test \
	tests/unit/tidy-test \
	tests/unit/stream-test \
	tests/unit/structured-test \
	tests/unit/tus-test \
	tests/unit/jail-test
TIERS = tests/all.tier

# Unit tests link the whole of the responder but main.
LDADD = libclipmill.a $(CMOCKA_LIBS) $(FCGI_LIBS) $(EV_LIBS) $(SQLITE_LIBS) $(INIH_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS) -lpthread -lm
# A plain program that tries to break out: nothing of ours, and no sanitizer, inside the jail.
tests_unit_jail_attack_CFLAGS = -std=gnu17 -Wall -Wextra
tests_unit_jail_attack_LDFLAGS =
tests_unit_jail_attack_LDADD =

if HAVE_CMOCKA
check_PROGRAMS += $(UNIT_TESTS) tests/unit/jail-attack
TESTS += $(UNIT_TESTS)
endif
dist_check_SCRIPTS = tests/style-check
TESTS += tests/style-check $(TIERS)

TEST_EXTENSIONS = .tier
# tests/server.tier runs the files of tests/server/, tests/all.tier those of every tier: the name is all there is to it.
TIER_LOG_COMPILER = $(srcdir)/tests/run
$(TIERS):
	@$(MKDIR_P) tests && : > $@
CLEANFILES += $(TIERS)
AM_TESTS_ENVIRONMENT = \
	CLIPMILL_BUILD='$(abs_top_builddir)'; export CLIPMILL_BUILD; \
	CLIPMILL_JAIL_PROGRAM='$(abs_top_builddir)/clipmill-jail'; export CLIPMILL_JAIL_PROGRAM; \
	CLIPMILL_JAIL_ATTACK='$(abs_top_builddir)/tests/unit/jail-attack'; export CLIPMILL_JAIL_ATTACK; \
	CC='$(CC)'; export CC; \
	ASAN_OPTIONS="quarantine_size_mb=16:$$ASAN_OPTIONS"; export ASAN_OPTIONS;
TIERS_NEED = clipmill clipmill-jail clipmill-mux clipmill-digest

# Of each tier also the tests that are marked `long`: an hour.
check-full:
	CLIPMILL_FULL=1 $(MAKE) $(AM_MAKEFLAGS) check
check-soak: $(TIERS_NEED)
	$(AM_TESTS_ENVIRONMENT) $(srcdir)/tests/run soak
# Minutes: each clip in chunks of a second, and in one pass.
check-exact: $(TIERS_NEED)
	$(AM_TESTS_ENVIRONMENT) $(srcdir)/tests/run exact
.PHONY: check-full check-soak check-exact fuzz

# Fuzzing: make fuzz [SECONDS=60] [FUZZERS=tests/fuzz/text-fuzz], in a build configured with CC=clang --enable-fuzzers.
# FUZZER.corpus keeps what was found; tests/fuzz/seeds makes its start from the clips.
FUZZERS = tests/fuzz/multipart-fuzz tests/fuzz/fcgi-head-fuzz tests/fuzz/boxes-fuzz tests/fuzz/hybrid-fuzz \
	tests/fuzz/scan-fuzz tests/fuzz/progress-fuzz tests/fuzz/probe-fuzz tests/fuzz/measure-fuzz tests/fuzz/text-fuzz \
	tests/fuzz/tus-fuzz
if FUZZERS
EXTRA_PROGRAMS += $(FUZZERS)
FUZZ_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
FUZZ_LDADD = libclipmill.a $(CLIPMILL_FUZZ_LIBS) $(SQLITE_LIBS) -lpthread -lm
tests_fuzz_multipart_fuzz_LDADD = $(FUZZ_LDADD)
tests_fuzz_fcgi_head_fuzz_LDADD = $(FUZZ_LDADD)
tests_fuzz_boxes_fuzz_LDADD = $(FUZZ_LDADD)
tests_fuzz_hybrid_fuzz_LDADD = $(FUZZ_LDADD)
tests_fuzz_hybrid_fuzz_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_scan_fuzz_LDADD = $(FUZZ_LDADD)
tests_fuzz_scan_fuzz_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_progress_fuzz_LDADD = $(FUZZ_LDADD)
tests_fuzz_probe_fuzz_LDADD = $(FUZZ_LDADD)
tests_fuzz_probe_fuzz_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_measure_fuzz_LDADD = $(FUZZ_LDADD)
tests_fuzz_text_fuzz_LDADD = $(FUZZ_LDADD)
tests_fuzz_tus_fuzz_LDADD = $(FUZZ_LDADD) $(CRYPTO_LIBS) $(ZLIB_LIBS)
SECONDS = 60
# Not of its prerequisites, which may be compiled before it is there: BUILT_SOURCES are so for all and check alone.
fuzz: src/store/sql.h
	@$(MAKE) $(AM_MAKEFLAGS) $(FUZZERS)
	@for f in $(FUZZERS); do $(MKDIR_P) $$f.corpus && $(srcdir)/tests/fuzz/seeds $$f.corpus && echo "$$f, $(SECONDS) s" && \
		./$$f -max_total_time=$(SECONDS) -max_len=20000 -print_final_stats=1 $$f.corpus || exit 1; done
endif

include $(srcdir)/tests/bench/module.mk
EXTRA_DIST += tests

# What a build in the source tree left in tests/ is no part of a release.
dist-tests:
	cd $(distdir)/tests && rm -rf npm artefacts unit/*-test unit/jail-attack bench/put fuzz/*-fuzz fuzz/*.corpus
	find $(distdir)/tests -name .deps -prune -exec rm -rf {} + -o \
		\( -name .dirstamp -o -name '*.o' -o -name '*.log' -o -name '*.trs' -o -name '*.tier' \) -exec rm -f {} +
# What tests/run makes beside its logs.
clean-tests:
	rm -rf tests/npm tests/artefacts
.PHONY: dist-tests clean-tests
