// SPDX-License-Identifier: Apache-2.0
// A running clock drawn into a picture, without fonts.
#ifndef OCELD_CLOCK_OVERLAY_H
#define OCELD_CLOCK_OVERLAY_H

#include <libavutil/frame.h>
#include <stdbool.h>

/// Draws `text` (digits, ':', '.', '-' and spaces) in white on black at the bottom centre of a
/// writable yuv420p picture. Nothing is drawn if the picture is too small for it.
void oceld_overlay_draw(AVFrame *picture, const char *text);

/// Draws a white square in the upper left corner, an eighth of the picture's height wide; black
/// unless `on`.
void oceld_overlay_flash(AVFrame *picture, bool on);

#endif
