/*
 * encoder.c - the options of a video encoder for one rung: libx264, libx265, libvpx-vp9, libsvtav1.
 * Each was tried with chunks of any content and length: they start with a keyframe, have others exactly where they
 * are asked for, agree in their sample descriptions, and with one thread come out the same each time.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "encode/encoder.h"

static const struct encoder encoders[ENCODER_COUNT] = {
	{ "h264", "libx264", "H.264", 2, 1.0, 23, "veryfast" },
	{ "hevc", "libx265", "H.265", 16, 1.5, 26, "veryfast" },
	{ "vp9", "libvpx-vp9", "VP9", 2, 1.5, 33, "4" },
	{ "av1", "libsvtav1", "AV1", 64, 1.8, 35, "8" },
};

const struct encoder *encoder_of(const char *codec)
{
	for (size_t i = 0; i < ENCODER_COUNT; i++)
		if (strcmp(encoders[i].codec, codec) == 0)
			return &encoders[i];
	return NULL;
}

static void add_text(struct strings *argv, const char *option, const char *value)
{
	strings_add(argv, option);
	strings_add(argv, value);
}

static void add_number(struct strings *argv, const char *option, int64_t value, const char *unit)
{
	strings_add(argv, option);
	strings_addf(argv, "%" PRId64 "%s", value, unit);
}

/* Times to the microsecond: ffmpeg takes the nearest frame. */
static void add_keys(const struct encoding *e, struct strings *argv)
{
	struct buf times = BUF_INIT;

	for (size_t i = 0; i < e->key_count; i++)
		buf_printf(&times, "%s%.6f", i > 0 ? "," : "", (double)e->keys[i] * (double)e->rate.den / (double)e->rate.num);
	if (times.len > 0)
		add_text(argv, "-force_key_frames", buf_text(&times));
	buf_fini(&times);
}

static void add_forced(const struct encoding *e, struct strings *argv)
{
	if (e->keys != NULL) {
		add_keys(e, argv);
		return;
	}
	strings_add(argv, "-force_key_frames");
	strings_addf(argv, "expr:not(mod(n,%" PRId64 "))", e->every);
}

/* A buffer of two seconds: what a player has loaded before it starts. */
static void add_buffer(const struct encoding *e, struct strings *argv)
{
	add_number(argv, "-crf", e->crf, "");
	add_number(argv, "-maxrate", e->max_kbps, "k");
	add_number(argv, "-bufsize", 2 * e->max_kbps, "k");
	add_number(argv, "-threads", e->threads, "");
}

/*
 * Keyframes come where they are forced: a cut in the picture makes an I-frame, not a segment.  `vbv-init`: each chunk
 * begins with a buffer that is as full as is usual in mid-stream; by itself x264 takes it to be full but for a tenth, as x265
 * does, and a short chunk spends that above its cap.
 */
static void add_x264(const struct encoding *e, struct strings *argv)
{
	add_text(argv, "-preset", e->preset);
	add_buffer(e, argv);
	strings_add(argv, "-x264-params");
	strings_addf(argv, "fps=%" PRId64 "/%" PRId64 ":open-gop=0:scenecut=40:keyint=%" PRId64 ":min-keyint=%" PRId64
		     ":vbv-init=0.7", e->rate.num, e->rate.den, 2 * e->every + 2, e->every + 1);
	add_forced(e, argv);
}

/* `forced-idr`: else a forced keyframe is an I-frame only.  `info=0`: no version in the stream. */
static void add_x265(const struct encoding *e, struct strings *argv)
{
	char pools[24] = "none";        /* one thread */

	if (e->threads > 1)
		snprintf(pools, sizeof pools, "%" PRId64, e->threads);
	add_text(argv, "-preset", e->preset);
	add_buffer(e, argv);
	add_text(argv, "-tag:v", "hvc1");
	add_text(argv, "-forced-idr", "1");
	strings_add(argv, "-x265-params");
	strings_addf(argv, "log-level=error:info=0:open-gop=0:scenecut=40:keyint=%" PRId64 ":min-keyint=%" PRId64
		     ":vbv-init=0.7:frame-threads=1:pools=%s", 2 * e->every + 2, e->every + 1, pools);
	add_forced(e, argv);
}

/* Quality as asked for, below the cap (-b:v); a picture is told from the next by its time base alone. */
static void add_vp9(const struct encoding *e, struct strings *argv)
{
	add_text(argv, "-deadline", "good");
	add_text(argv, "-cpu-used", e->preset);
	add_number(argv, "-crf", e->crf, "");
	add_number(argv, "-b:v", e->max_kbps, "k");
	add_text(argv, "-row-mt", "1");
	add_text(argv, "-tile-columns", "1");
	add_number(argv, "-threads", e->threads, "");
	add_number(argv, "-g", 2 * e->every + 2, "");
	add_forced(e, argv);
}

/* It does not hear of forced keyframes: they come each `every` frames by its own counting, which is the same.  By itself it
 * takes half as much again as the cap.  It crashes where there are fewer pictures than one in two seconds: as for the cap, there is
 * one in each then. */
static void add_av1(const struct encoding *e, struct strings *argv)
{
	struct ratio rate = e->rate.num < e->rate.den ? (struct ratio){ 1, 1 } : e->rate;

	add_text(argv, "-preset", e->preset);
	add_number(argv, "-crf", e->crf, "");
	add_number(argv, "-g", e->every, "");
	strings_add(argv, "-svtav1-params");
	strings_addf(argv, "lp=%" PRId64 ":mbr=%" PRId64 ":mbr-overshoot-pct=0:fps-num=%" PRId64 ":fps-denom=%" PRId64, e->threads, e->max_kbps,
		     rate.num, rate.den);
}

void encoder_add(const struct encoding *e, struct strings *argv)
{
	const struct encoder *encoder = encoder_of(e->codec);

	strings_add(argv, "-enc_time_base");
	strings_addf(argv, "%" PRId64 ":%" PRId64, e->rate.den, e->rate.num);
	add_text(argv, "-c:v", encoder->name);
	if (strcmp(encoder->codec, "hevc") == 0)
		add_x265(e, argv);
	else if (strcmp(encoder->codec, "vp9") == 0)
		add_vp9(e, argv);
	else if (strcmp(encoder->codec, "av1") == 0)
		add_av1(e, argv);
	else
		add_x264(e, argv);
}
