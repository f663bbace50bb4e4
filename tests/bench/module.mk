# Benchmarks: never part of `make check`.  Each ends with plain lines "NAME ratio VALUE".
BENCHES = status upload encode events page
EXTRA_PROGRAMS += tests/bench/put
tests_bench_put_LDADD = -lpthread
bench-upload: tests/bench/put
bench: $(BENCHES:%=bench-%)
bench-status bench-upload bench-encode bench-events bench-page: $(TIERS_NEED)
	@CLIPMILL_BUILD='$(abs_top_builddir)' $(srcdir)/tests/bench/$(@:bench-%=%)
.PHONY: bench bench-status bench-upload bench-encode bench-events bench-page
