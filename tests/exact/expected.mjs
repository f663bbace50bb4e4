// expected.mjs - what becomes of each clip when it is cut into chunks of a second: of the corpus (real/, made/, hostile/), and
// of clips.mjs.  Those of the corpus that are not here have no plan.
// SPDX-License-Identifier: MIT
//
// exact      the encoders are given the same pictures at the same times as in a single pass
// noticed    a chunk has not the frames that were planned: the supervisor starts again, in one piece
// damaged    as many pictures, at the same times; what the decoder makes of the damage depends on where it begins
// one_chunk  it is not cut, for that reason
const outcomes = {
	exact: [
		"made/av1.mkv", "made/av1.mp4", "made/cgop_mpeg2.ts", "made/closed_b.flv", "real/bbb480p_30s.mp4",
		"real/bbb_2500ms.ts", "real/bbb_800x640_768kbps_30fps_avc_2b_firstpts_10_sec.mp4",
		"real/bbb_800x640_768kbps_30fps_avc_non_reference_3b.mp4",
		"real/bbb_800x640_768kbps_30fps_avc_pyramid_3b.mp4", "real/edit_list_positive_shift.mp4",
		"real/encore_multiple_video.mp4", "real/encore_test_stereo.mp4", "real/hdr10-av1.mp4",
		"real/ii_test.webm", "real/intel_one-by-one-person-detection.mp4",
		"real/internal_emulator_transformer_output_180_rotated.mp4",
		"real/internal_emulator_transformer_output_270_rotated.mp4", "real/m4p_foreman_hevc.mp4",
		"real/m4p_multiTrack.3gp", "real/mb_annex-b-avc.mkv", "real/mb_edts.mp4", "real/mb_frames.webm",
		"real/mb_transparency.webm", "real/mb_video-h265.mp4", "real/mb_video.mp4", "real/mp_bbb_0_30.webm",
		"real/mp_chaplin.mp4", "real/mp_failing_audio.mp4", "real/mp_no_duration.webm",
		"real/mux_multi-channel-608-captions.ts", "real/mux_sintel-captions.ts",
		"real/mux_test-no-audio-segment.ts", "real/roadtrip-vp92-10bit.webm",
		"real/sample-with-key-frame-index.flv", "real/sample.avi", "real/sample.video.mp4",
		"real/sample_edit_list_no_sync_frame_before_edit.mp4", "real/sample_sef_super_slow_motion.mp4",
		"real/sample_with_increasing_timestamps_320w_240h.mp4",
		"real/sample_with_increasing_timestamps_320w_240h_fragmented.mp4", "real/silent-black-25s.mp4",
		"real/sk_bikes.mp4", "real/sk_scene_cuts.mp4", "real/sowt-with-video.mov", "real/tc_av1_video.mkv",
		"real/trim_optimization_failure.mp4", "real/tsd_035.ts", "real/wpt_movie_300.mp4",
		"real/wpt_test-av-640k-44100Hz-1ch-640x480-30fps-10kfr.webm", "real/wpt_test.ogv", "1.mkv", "1.mp4",
		"11988.ts", "12-5.mp4", "120-long-gop.mp4", "120.mkv", "120.mp4", "15.ts", "23976.flv", "23976.mkv",
		"23976.mp4", "23976.ts", "29-5.mp4", "2997.avi", "5994.mkv", "5994.ts", "90.mp4", "asp-b.mkv",
		"asp-b.mp4", "asp.avi", "av1-open.mkv", "av1.mkv", "av1.mp4", "av1.webm", "coarse-100.mp4",
		"coarse-1000.mp4", "coarse-30.mp4", "coarse-600.mov", "cues-first.mkv", "cut-mid-gop.mkv",
		"cut-mid-gop.ts", "dnxhd.mov", "edit-delay.mp4", "edit-trim-end.mov", "edit-trim-ogop.mp4",
		"edit-trim.mp4", "ffv1-gop.mkv", "ffv1.mkv", "fragments-b.mp4", "fragments-short.mp4",
		"fragments-sidx.mp4", "fragments-sound.mp4", "fragments.mp4", "gop-of-2.mp4", "gop-of-2.ts",
		"h263.3gp", "half.mp4", "hdr.mp4", "hlg.mkv", "holes-no-keys.mkv", "holes.mp4", "holes.ts",
		"huffyuv.avi", "inter-mpeg2-5994.ts", "inter-mpeg2.ts", "inter-prores.mov", "inter-vfr.mkv",
		"joined-ahead.ts", "late-hour.mkv", "late-hour.ts", "long-gop.flv", "long-gop.mkv", "long-gop.mp4",
		"long-gop.ts", "mbaff-gop-of-2.mp4", "mbaff-long-gop.mp4", "mbaff.mkv", "mbaff.mp4", "mbaff.ts",
		"mjpeg.avi", "mjpeg.mkv", "mjpeg.mov", "moov-first.mp4", "mpeg2-gop-of-3.ts", "mts.m2ts",
		"negative-cts.mp4", "negative.mp4", "no-cues-long-gop.mkv", "no-cues.mkv", "no-cues.webm",
		"no-edit-list.mp4", "noise.mkv", "ogop-mpeg2.mkv", "ogop-mpeg2.mp4", "ogop-mpeg2.ts",
		"ogop-x264-long.mp4", "ogop-x264.mkv", "ogop-x264.mp4", "ogop-x264.ts", "ogop-x265-long.mkv",
		"ogop-x265.mkv", "ogop-x265.mp4", "ogop-x265.ts", "one-key.mkv", "one-key.ts", "png.mov",
		"prores.mov", "qtrle.mov", "slices.ts", "sorenson.flv", "sound-23976.mkv", "sound-first-2s.ts",
		"sound-first.mkv", "sound-first.mp4", "sound-first.ts", "sound-later.mp4", "sound-later.ts",
		"sound.mkv", "sound.ts", "theora.ogv", "turned-23976.mov", "turned.mp4", "vfr-24-30.mp4",
		"vfr-holes.mkv", "vfr-holes.mp4", "vfr-jitter.mkv", "vfr-jitter.mp4", "vfr-jitter.ts",
		"vfr-long-gop.mkv", "vfr-stills.mkv", "vfr-stills.mp4", "vfr-stills.ts", "vfr-twins.mkv",
		"vp8-hidden.webm", "vp8.ogg", "vp9-hidden.mp4", "vp9-hidden.webm", "wmv2.wmv", "wrap-sound.ts",
		"wrap.ts", "x264-16b.mkv", "x264-16b.mp4", "x264-16b.ts", "x264-422-10.mp4", "x264-no-b.ts",
		"x264.flv",
	],
	noticed: [
		"made/closed_b.avi", "real/decord_corrupted.mp4", "real/wpt_video_512x288_h264-360k_dashinit.mp4",
		"b.avi", "long-gop.avi", "x264-refresh-b.ts", "x264-refresh.mp4", "x264-refresh.ts", "x264.asf",
	],
	one_chunk_short: [
		"real/8k24fps_300ms.mp4", "real/bbb_176x144_128kbps_15fps_h263.3gp",
		"real/bbb_960x540_60fps_vp8.webm", "real/bear-vp9-odd-dimensions.webm", "real/bt601.mov",
		"real/decord_unordered.mov", "real/decord_video_0.mov", "real/h265_bframes.mp4",
		"real/h265_with_metadata_track.mp4", "real/hdr10-video-with-sdr-container.mp4",
		"real/hlg10-color-test.mp4", "real/ii_newtonscradle.gif", "real/ii_realshort.mp4",
		"real/pixel7_videoOnly_cleaned.mp4", "real/portrait_4k60.mp4", "real/pp_mp42-hvc1.mp4",
		"real/pp_quicktime-hvc1.mov", "real/sample_av1.mp4",
		"real/sample_edit_list_only_preroll_sync_sample.mp4", "real/sample_empty_track.mp4",
		"real/sample_fragmented.mp4", "real/sample_h262_mpeg_audio.ts", "real/sample_h263.ts",
		"real/sample_h264.ts", "real/sample_h264_iframes_only.ts",
		"real/sample_h264_no_access_unit_delimiters.ts", "real/sample_h265.ts",
		"real/sample_h265_rps_pred.ts", "real/sample_mdat_too_long.mp4", "real/sample_no_bframes.mp4",
		"real/sample_shorter_audio.mp4", "real/sample_video_only.mp4", "real/sample_with_ass_subtitles.mkv",
		"real/sample_with_chapters.mp4", "real/sample_with_colr_mdcv_and_clli.mp4",
		"real/sample_with_htc_rotation_track_name.mkv", "real/sample_with_invalid_nalu.mp4",
		"real/sample_with_multiple_key_frames.mkv", "real/sample_with_srt.mkv",
		"real/tc_bt709_full_range.mp4", "real/tc_h264_10bits.mp4", "real/tc_h265_10bits.mp4",
		"real/testvid_1022ms.mp4", "real/video_dovi_1920x1080_60fps_dvav_09.mp4",
		"real/water_180_mvhevc_5frames.mov",
	],
	one_chunk_container: [
		"made/anim.gif", "anim.gif", "inter-mpeg2.mpg", "joined.mpg", "mpeg1.mpg", "mpeg2.mxf",
		"ogop-mpeg2.mpg", "slow.gif", "x264.nut",
	],
	one_chunk_times: [
		"made/asp_b.avi", "asp-b.avi", "joined-back.ts", "joined.ts", "negative.mkv", "ogop-mpeg2.avi",
	],
	one_chunk_keyframes: [
		"real/iibbibb_editlist_videoonly.mp4", "vfr-slides.mp4",
	],
	"no picture": [
		"real/mb_toothsome-dts.mp4", "real/sample_audio_only_15s.mp4", "real/sample_eac3.mp4",
		"real/sample_fixed_rechunk_no_elst.mp4",
	],
};

export default new Map(Object.entries(outcomes).flatMap(([outcome, names]) => names.map((name) => [name, outcome])));
