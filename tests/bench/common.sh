# common.sh - a real lighttpd with real responders to measure.  SPDX-License-Identifier: MIT
# Sourced by the benchmarks.  CLIPMILL_BUILD names the build directory.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
build=${CLIPMILL_BUILD:-$top/build}
corpus=${CLIPMILL_CORPUS:-$top/../shared}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/clipmill-bench.XXXXXX")
port=${CLIPMILL_BENCH_PORT:-18700}
base=http://127.0.0.1:$port
server=

die() { echo "bench: $*" >&2; exit 1; }

stop_server() {
	[ -n "$server" ] || return 0
	kill "$server" 2>/dev/null
	wait "$server" 2>/dev/null
	for pid in $(responders); do
		while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
	done
	server=
}
trap 'stop_server; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

# answers URL: true as soon as it does, false after ten seconds
answers() {
	for _ in $(seq 100); do
		curl -sf -o /dev/null "$1" && return
		sleep 0.1
	done
	return 1
}

# start_server PROCS [LINE OF SETTINGS]...: waits until it answers.
start_server() {
	procs=$1
	shift
	{
		printf '[store]\ndir = %s/data\n[jail]\nprogram = %s/clipmill-jail\nmux = %s/clipmill-mux\ndigest = %s/clipmill-digest\n' "$scratch" "$build" "$build" "$build"
		"$build/clipmill-jail" --self-test --sandbox require >/dev/null 2>&1 || echo 'sandbox = best-effort'
		for line in "$@"; do printf '%s\n' "$line"; done
	} > "$scratch/clipmill.conf"
	"$build/clipmill" --config "$scratch/clipmill.conf" init || die "init failed"
	CLIPMILL_BIN=$build/clipmill CLIPMILL_CONFIG=$scratch/clipmill.conf CLIPMILL_DIR=$scratch/data \
	CLIPMILL_WWW=$build/www CLIPMILL_ADDRESS=127.0.0.1 CLIPMILL_PORT=$port CLIPMILL_PROCS=$procs \
		lighttpd -D -f "$top/conf-examples/lighttpd.conf" > "$scratch/lighttpd.out" 2>&1 &
	server=$!
	! answers "$base/api/health" || return 0
	cat "$scratch/lighttpd.out" "$scratch/data/log/"* >&2
	die "the server did not start"
}

sql() { sqlite3 -cmd '.timeout 10000' "$scratch/data/clipmill.db" "$1"; }

# pids of the responders
responders() { sqlite3 "$scratch/data/clipmill.db" "SELECT pid FROM worker WHERE state = 'alive'" 2>/dev/null; }

# CPU of the responders themselves so far, in ms (10 ms steps); their children are not in it.
responder_cpu_ms() {
	for pid in $(responders); do
		awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13) * 1000 / hz }' "/proc/$pid/stat"
	done | awk '{ sum += $1 } END { print sum + 0 }'
}

median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f\n", a / b }'; }

# upload FILE: prints the id
upload() { curl -sf -T "$1" "$base/api/videos/" | sed -n 's/.*"id":"\([^"]*\)".*/\1/p'; }

# wait_state ID STATE SECONDS: looks seldom, since to look takes CPU from what is measured; when it was is in the row
wait_state() {
	for _ in $(seq "$3"); do
		state=$(sql "SELECT state FROM video WHERE id = '$1'")
		[ "$state" != "$2" ] || return 0
		[ "$state" != failed ] || die "video $1 failed: $(sql "SELECT detail FROM video WHERE id = '$1'")"
		sleep 1
	done
	die "video $1 is $state and not $2 after $3 s"
}

clip=$corpus/corpus/real/bbb480p_30s.mp4
[ -f "$clip" ] || die "the corpus is missing: $clip (CLIPMILL_CORPUS names its folder)"
