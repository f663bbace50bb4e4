#!/bin/sh
# bundle.sh SOURCE OUT - the page as a web server serves it, into the folder OUT.  SPDX-License-Identifier: MIT
#
# A release carries it, as SOURCE/bundle.  A checkout, and a release whose SOURCE was changed, make it, with esbuild and the
# packages that SOURCE/package-lock.json pins; they go into OUT-npm.  OUT/sums tells of which files it was made.
set -u
source=$1 out=$2 npm=$2-npm

die() {
	echo "bundle: $*" >&2
	exit 1
}

is_installed() {
	[ -e "$npm/node_modules/.package-lock.json" ] && cmp -s "$source/package.json" "$npm/package.json" &&
		cmp -s "$source/package-lock.json" "$npm/package-lock.json"
}

install_packages() {
	mkdir -p "$npm" && cp "$source/package.json" "$source/package-lock.json" "$npm/" || exit
	chmod u+w "$npm"/*.json
	(cd "$npm" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >npm.log 2>&1) && return
	cat "$npm/npm.log" >&2
	rm -rf "$npm"
	die "npm ci failed, see above; it needs the network once ($carried)"
}

sums() {
	(cd "$source" && LC_ALL=C && export LC_ALL && cksum bundle.mjs strict-*.mjs package*.json index.html assets/*.css assets/*.js assets/*.svg)
}

carried="or build from a release, which carries the page"
if [ -e "$source/bundle/index.html" ]; then
	if [ "$(sums)" = "$(cat "$source/bundle/sums")" ]; then
		rm -rf "$out" && cp -R "$source/bundle" "$out" && chmod -R u+w "$out" && exit
		die "cannot copy $source/bundle"
	fi
	echo "bundle: $source is not as it was released: bundling it anew" >&2
	carried="or build from the release as it was, which carries the page"
fi
for program in node npm; do
	command -v $program >/dev/null ||
		die "$program is missing (Debian: nodejs, npm): the page is bundled by it ($carried)"
done
is_installed || install_packages
node "$source/bundle.mjs" "$npm" "$out" && sums >"$out/sums"
