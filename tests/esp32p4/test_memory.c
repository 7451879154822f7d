// SPDX-License-Identifier: Apache-2.0
// The table of memory in docs/esp32p4.md holds what the code computes.
#include <stdlib.h>

#include "memory.h"
#include "ocel/ring.h"
#include "ocel_test.h"
#include "source_esp_video.h"

typedef struct {
  const char *name;
  uint16_t width, height;
  uint32_t unit_max;
} size_row;

static const size_row SIZES[] = {
    {"640x480",   640,  480,  131072},
    {"1280x720",  1280, 720,  262144},
    {"1920x1080", 1920, 1080, 524288},
};

typedef unsigned long (*price)(const size_row *s);

static unsigned long macroblocks_wide(const size_row *s) { return (s->width + 15ul) / 16; }

static unsigned long picture(const size_row *s) {
  return ocel_p4_picture_bytes(s->width, s->height);
}

static unsigned long capture(const size_row *s) { return OCEL_SOURCE_BUFFERS_MIN * picture(s); }

static unsigned long their_capture(const size_row *s) { return 3ul * s->width * s->height * 2; }

static unsigned long ring_media(const size_row *s) {
  return ocel_p4_round_up(3 * (s->unit_max + OCEL_RING_OVERHEAD), 128);
}

// By the encoder itself; figures of its sources, version 1.1.
static unsigned long reconstruction(const size_row *s) {
  return macroblocks_wide(s) * ((s->height + 15ul) / 16) * 384;
}

static unsigned long internal(const size_row *s) {
  return 1152 * macroblocks_wide(s) + 7 + 128 * macroblocks_wide(s) + 79;
}

static unsigned long isp_path(const size_row *s) {
  return capture(s) + ring_media(s) + reconstruction(s);
}

static unsigned long rgb_path(const size_row *s) {
  return their_capture(s) + picture(s) + ring_media(s) + reconstruction(s);
}

static const struct {
  const char *name;
  price price;
} ROWS[] = {
    {"picture in the encoder's layout",                 picture       },
    {"`source_esp_video`: 2 capture buffers",           capture       },
    {"`mipi_dsi_cam`: its 3 RGB565 buffers",            their_capture },
    {"media ring, least size",                          ring_media    },
    {"encoder's reconstruction",                        reconstruction},
    {"**PSRAM through the ISP**",                       isp_path      },
    {"**PSRAM with `mipi_dsi_cam`**",                   rgb_path      },
    {"encoder's internal RAM, most of it in one piece", internal      },
};

static char *read_page(void) {
  FILE *f = fopen(DOCS_PAGE, "rb");
  assert_non_null(f);
  char *text = calloc(1, 65536);
  assert_in_range(fread(text, 1, 65535, f), 1, 65534);
  fclose(f);
  return text;
}

static void the_page_has_every_line(void **state) {
  (void)state;
  char *page = read_page();
  for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
    char line[200];
    const price p = ROWS[i].price;
    (void)snprintf(line, sizeof line, "| %s | %lu | %lu | %lu |\n", ROWS[i].name, p(&SIZES[0]),
                   p(&SIZES[1]), p(&SIZES[2]));
    if (strstr(page, line) == NULL) fail_msg("not in the page: %s", line);
  }
  free(page);
}

static void the_rings_are_valid(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(SIZES); i++) {
    const ocel_ring_config cfg = {.unit_max = SIZES[i].unit_max,
                                  .bytes = (uint32_t)ring_media(&SIZES[i]),
                                  .records = 64,
                                  .align = 128};
    assert_true(ocel_ring_size(&cfg) > ring_media(&SIZES[i]));
    assert_true(ocel_p4_is_aligned(NULL, SIZES[i].unit_max));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_page_has_every_line),
      cmocka_unit_test(the_rings_are_valid),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
