#!/bin/sh
# hold.sh - stands in for ffmpeg, ffprobe, clipmill-mux and clipmill-digest: the real one, once no file hold-KIND stands beside it.
# Until then it sleeps, or, where there is something in that file, works for nothing in between.
# SPDX-License-Identifier: MIT
here=${0%/*}
case "${0##*/} $*" in
clipmill-digest*) kind=digest ;;
*packet=* | *idet*) kind=scan ;;
*-show_entries*) kind=probe ;;
*libx264*) kind=chunk ;;
*"-c:a aac"* | *"-c:a copy"*) kind=audio ;;
*tile=*) kind=storyboard ;;
*image2*) kind=poster ;;
*--folder*) kind=assemble ;;
*) kind=none ;;
esac
while [ -e "$here/hold-$kind" ]; do
	if [ -s "$here/hold-$kind" ]; then
		i=0
		while [ $i -lt 5000 ]; do i=$((i + 1)); done
	fi
	/bin/sleep 0.05
done
exec "$here/real-${0##*/}" "$@"
