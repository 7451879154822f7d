// SPDX-License-Identifier: Apache-2.0
// The table of memory in docs/esp32p4.md holds what the code computes, and the bounds are kept.
#include <stdlib.h>

#include "media_plan.h"
#include "memory.h"
#include "ocel/ring.h"
#include "ocel/server.h"
#include "ocel_test.h"
#include "pipeline.h"
#include "source_esp_video.h"

// The recommended settings of each size, and the product's bounds.
typedef struct {
  const char *name;
  uint16_t width, height;
  uint32_t bitrate;
  uint8_t gop, fps;
  unsigned long internal_most, psram_most;
} size_row;

static const size_row SIZES[] = {
    {"640x480",   640,  480,  1000000, 25, 25, 200000, 2000000},
    {"1280x720",  1280, 720,  2000000, 30, 30, 300000, 4000000},
    {"1920x1080", 1920, 1080, 4000000, 30, 30, 500000, 8000000},
};

// What does not depend on the picture. Of the structures, this is room; a test sees that they fit.
enum {
  CLIENTS = 3,
  SERVER = 65536,
  LOOP = 4608,
  STACKS = 2 * 8192,
  STRUCTURES = 8192,  // of pipeline and ring
  SEND_BUFFERS = CLIENTS * 32768 / 100 * 108,
};

typedef unsigned long (*price)(const size_row *s);

static ocel_ring_config ring_of(const size_row *s) {
  return ocel_media_plan(s->bitrate, s->gop, s->fps);
}

static unsigned long macroblocks_wide(const size_row *s) { return (s->width + 15ul) / 16; }

static unsigned long picture(const size_row *s) {
  return ocel_p4_picture_bytes(s->width, s->height);
}

static unsigned long capture(const size_row *s) { return OCEL_SOURCE_BUFFERS_MIN * picture(s); }

static unsigned long their_capture(const size_row *s) { return 3ul * s->width * s->height * 2; }

static unsigned long ring_media(const size_row *s) { return ring_of(s).bytes; }

static unsigned long server(const size_row *s) {
  (void)s;
  return SERVER;
}

// By the encoder itself; figures of its sources, version 1.1.
static unsigned long reconstruction(const size_row *s) {
  return macroblocks_wide(s) * ((s->height + 15ul) / 16) * 384;
}

static unsigned long reference_lines(const size_row *s) {
  return 1152 * macroblocks_wide(s) + 7 + 128 * macroblocks_wide(s) + 79;
}

static unsigned long isp_path(const size_row *s) { return capture(s) + ring_media(s) + server(s); }

static unsigned long isp_path_all(const size_row *s) { return isp_path(s) + reconstruction(s); }

static unsigned long rgb_path_all(const size_row *s) {
  return their_capture(s) + picture(s) + ring_media(s) + server(s) + reconstruction(s);
}

static unsigned long tasks(const size_row *s) {
  (void)s;
  return STACKS + STRUCTURES + LOOP;
}

static unsigned long send_buffers(const size_row *s) {
  (void)s;
  return SEND_BUFFERS;
}

static unsigned long internal_all(const size_row *s) {
  return reference_lines(s) + tasks(s) + send_buffers(s);
}

static unsigned long internal_bound(const size_row *s) { return s->internal_most; }
static unsigned long psram_bound(const size_row *s) { return s->psram_most; }

static const struct {
  const char *name;
  price price;
} ROWS[] = {
    {"picture in the encoder's layout",                    picture        },
    {"`source_esp_video`: 2 capture buffers",              capture        },
    {"`mipi_dsi_cam`: its 3 RGB565 buffers",               their_capture  },
    {"media ring",                                         ring_media     },
    {"server, 3 clients: at most",                         server         },
    {"encoder's reconstruction",                           reconstruction },
    {"**PSRAM through the ISP, without the encoder's**",   isp_path       },
    {"bound",                                              psram_bound    },
    {"**PSRAM through the ISP, all**",                     isp_path_all   },
    {"**PSRAM with `mipi_dsi_cam`, all**",                 rgb_path_all   },
    {"encoder's reference lines, most of it in one piece", reference_lines},
    {"two tasks: stacks, loop, pipeline, ring's records",  tasks          },
    {"lwIP's send buffers, 3 slow clients over TCP",       send_buffers   },
    {"**internal RAM, all**",                              internal_all   },
    {"bound of internal RAM",                              internal_bound },
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

static void the_bounds_are_kept(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(SIZES); i++) {
    CASE(SIZES[i].name);
    assert_in_range(isp_path(&SIZES[i]), 1, SIZES[i].psram_most);
    assert_in_range(internal_all(&SIZES[i]), 1, SIZES[i].internal_most);
  }
}

static void no_random(void *ctx, uint8_t *out, size_t n) {
  (void)ctx;
  memset(out, 0, n);
}

static ocel_ntp no_clock(void *ctx) {
  (void)ctx;
  return 0;
}

// As rtsp_server has it. On this computer pointers are twice as long.
static void the_structures_fit(void **state) {
  (void)state;
  ocel_server_config cfg;
  ocel_server_defaults(&cfg);
  cfg.platform = (ocel_platform){.random = no_random, .wall_clock = no_clock};
  cfg.rtp_port = 5004;
  cfg.rtcp_port = 5005;
  cfg.max_clients = CLIENTS;
  cfg.max_connections = CLIENTS + 1;
  cfg.request_max = 4096;
  cfg.request_buffers = 2;
  const size_t bytes = ocel_server_size(&cfg);
  assert_in_range(bytes, 1, SERVER);
  for (size_t i = 0; i < ARRAY_LEN(SIZES); i++) {
    ocel_ring_config ring = ring_of(&SIZES[i]);
    assert_true(ocel_ring_size(&ring) > ring.bytes);
    ring.media = &ring;
    assert_in_range(ocel_ring_size(&ring) + ocel_pipeline_size(), 1, STRUCTURES);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_page_has_every_line),
      cmocka_unit_test(the_bounds_are_kept),
      cmocka_unit_test(the_structures_fit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
