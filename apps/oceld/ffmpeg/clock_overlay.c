// SPDX-License-Identifier: Apache-2.0
#include "clock_overlay.h"

#include <stdint.h>
#include <string.h>

enum { COLUMNS = 5, ROWS = 7, ADVANCE = COLUMNS + 1, BORDER = 1 };
enum { BLACK = 16, WHITE = 235, GREY = 128 };  // ITU-R BT.601 studio range.

// Five bits a row, the left pixel highest.
static const struct {
  char c;
  uint8_t rows[ROWS];
} GLYPHS[] = {
    {'0', {0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e}},
    {'1', {0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e}},
    {'2', {0x0e, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1f}},
    {'3', {0x1f, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0e}},
    {'4', {0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02}},
    {'5', {0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e}},
    {'6', {0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e}},
    {'7', {0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08}},
    {'8', {0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e}},
    {'9', {0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c}},
    {':', {0x00, 0x04, 0x04, 0x00, 0x04, 0x04, 0x00}},
    {'.', {0x00, 0x00, 0x00, 0x00, 0x00, 0x0c, 0x0c}},
    {'-', {0x00, 0x00, 0x00, 0x1f, 0x00, 0x00, 0x00}},
};

static const uint8_t *glyph_of(char c) {
  static const uint8_t NOTHING[ROWS] = {0};
  for (size_t i = 0; i < sizeof GLYPHS / sizeof GLYPHS[0]; i++) {
    if (GLYPHS[i].c == c) return GLYPHS[i].rows;
  }
  return NOTHING;
}

// A rectangle of one plane.
typedef struct {
  int x, y, width, height;
} box;

static void fill(const AVFrame *f, int plane, box b, int level) {
  for (int y = b.y; y < b.y + b.height; y++) {
    memset(f->data[plane] + (ptrdiff_t)y * f->linesize[plane] + b.x, level, (size_t)b.width);
  }
}

static void draw_glyph(const AVFrame *f, const uint8_t *rows, int x, int y, int scale) {
  for (int row = 0; row < ROWS; row++) {
    for (int column = 0; column < COLUMNS; column++) {
      if ((rows[row] >> (COLUMNS - 1 - column) & 1) == 0) continue;
      const box pixel = {x + column * scale, y + row * scale, scale, scale};
      fill(f, 0, pixel, WHITE);
    }
  }
}

void oceld_overlay_draw(AVFrame *picture, const char *text) {
  const int length = (int)strlen(text);
  const int units = length * ADVANCE + 2 * BORDER;
  int scale = picture->width / (2 * units);  // Half as wide as the picture,
  if (scale < 1) scale = 1;                  // if it can be read then.
  const int width = units * scale / 2 * 2, height = (ROWS + 2 * BORDER) * scale / 2 * 2 + 2;
  if (width > picture->width || height > picture->height) return;

  const box back = {(picture->width - width) / 4 * 2, (picture->height - height) * 19 / 20 / 2 * 2,
                    width, height};
  const box colour = {back.x / 2, back.y / 2, width / 2, height / 2};
  fill(picture, 0, back, BLACK);
  fill(picture, 1, colour, GREY);
  fill(picture, 2, colour, GREY);
  for (int i = 0; i < length; i++) {
    const int x = back.x + (BORDER + i * ADVANCE) * scale;
    draw_glyph(picture, glyph_of(text[i]), x, back.y + BORDER * scale, scale);
  }
}

void oceld_overlay_flash(AVFrame *picture, bool on) {
  const int side = picture->height / 16 * 2;
  const box square = {0, 0, side < picture->width ? side : picture->width / 2 * 2, side};
  const box colour = {0, 0, square.width / 2, square.height / 2};
  fill(picture, 0, square, on ? WHITE : BLACK);
  fill(picture, 1, colour, GREY);
  fill(picture, 2, colour, GREY);
}
