/* opus.h - Opus in MP4.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_OPUS_H
#define CLIPMILL_OPUS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Sets PreSkip to 0 in the mapped, writable file of a child: the packet that held what is to be skipped was
 * dropped, and a player that skipped as much again would be early.  Does nothing to files that are not Opus.
 */
void opus_begin_at_once(uint8_t *bytes, size_t len);

#endif
