// SPDX-License-Identifier: Apache-2.0
// gst-rtsp-server as the benchmark's peer: one shared, live stream of an Annex B clip, looped and
// paced at the frame rate, one access unit a buffer, nothing copied on the way in.
//
//   gst_server CLIP PORT FPS        serves rtsp://127.0.0.1:PORT/stream
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <gst/rtsp-server/rtsp-server.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { UNITS_MAX = 1 << 16, NAL_TYPE = 0x1f, NAL_SLICE = 1, NAL_IDR = 5 };

typedef struct {
  GMappedFile *file;
  const uint8_t *data;
  size_t size;
  size_t start[UNITS_MAX + 1];  ///< Unit i is start[i]..start[i + 1].
  size_t count;
  gint64 period_us;
} feed;

/// Offset of the next start code at or after `at`; `size` if none.
static size_t find_start(const feed *f, size_t at) {
  for (; at + 3 < f->size; at++)
    if (f->data[at] == 0 && f->data[at + 1] == 0 && f->data[at + 2] == 1) return at;
  return f->size;
}

/// One slice per picture: an access unit ends where its slice does.
static bool index_units(feed *f) {
  for (size_t at = find_start(f, 0); at < f->size && f->count < UNITS_MAX;) {
    const uint8_t type = f->data[at + 3] & NAL_TYPE;
    size_t next = find_start(f, at + 3);
    at = next;
    if (next < f->size && f->data[next - 1] == 0) next--;
    if (type == NAL_SLICE || type == NAL_IDR) f->start[++f->count] = next;
  }
  // The scan's pages are not the server's memory.
  madvise(g_mapped_file_get_contents(f->file), f->size, MADV_DONTNEED);
  return f->count > 0;
}

typedef struct {
  const feed *feed;
  GstElement *source;
} feeder;

static gpointer push_units(gpointer context) {
  feeder *w = context;
  const feed *f = w->feed;
  GstFlowReturn flow = GST_FLOW_OK;
  gint64 due = g_get_monotonic_time();

  for (size_t i = 0; flow == GST_FLOW_OK; i = (i + 1) % f->count) {
    const size_t size = f->start[i + 1] - f->start[i];
    gpointer data = (gpointer)(uintptr_t)(f->data + f->start[i]);
    GstBuffer *unit =
        gst_buffer_new_wrapped_full(GST_MEMORY_FLAG_READONLY, data, size, 0, size, NULL, NULL);
    flow = gst_app_src_push_buffer(GST_APP_SRC(w->source), unit);
    due += f->period_us;
    const gint64 wait = due - g_get_monotonic_time();
    if (wait > 0) g_usleep((gulong)wait);
  }
  gst_object_unref(w->source);
  g_free(w);
  return NULL;
}

static void on_media(GstRTSPMediaFactory *factory, GstRTSPMedia *media, gpointer context) {
  GstElement *bin = gst_rtsp_media_get_element(media);
  feeder *w = g_new(feeder, 1);
  (void)factory;
  w->feed = context;
  w->source = gst_bin_get_by_name_recurse_up(GST_BIN(bin), "source");
  gst_object_unref(bin);
  g_thread_unref(g_thread_new("feed", push_units, w));
}

static GstRTSPServer *make_server(const char *port, feed *f) {
  GstRTSPServer *server = gst_rtsp_server_new();
  GstRTSPMediaFactory *factory = gst_rtsp_media_factory_new();
  GstRTSPMountPoints *mounts = gst_rtsp_server_get_mount_points(server);

  gst_rtsp_media_factory_set_launch(
      factory,
      "( appsrc name=source is-live=true do-timestamp=true format=time min-latency=0 "
      "caps=video/x-h264,stream-format=byte-stream,alignment=au ! rtph264pay name=pay0 pt=96 )");
  gst_rtsp_media_factory_set_shared(factory, TRUE);
  gst_rtsp_media_factory_set_latency(factory, 0);
  g_signal_connect(factory, "media-configure", G_CALLBACK(on_media), f);
  gst_rtsp_mount_points_add_factory(mounts, "/stream", factory);
  g_object_unref(mounts);
  gst_rtsp_server_set_address(server, "127.0.0.1");
  gst_rtsp_server_set_service(server, port);
  gst_rtsp_server_set_backlog(server, 128);
  return server;
}

int main(int argc, char **argv) {
  static feed f;
  gst_init(&argc, &argv);
  const int fps = argc == 4 ? atoi(argv[3]) : 0;
  if (fps <= 0) {
    g_printerr("usage: gst_server CLIP PORT FPS\n");
    return 2;
  }
  f.file = g_mapped_file_new(argv[1], FALSE, NULL);
  if (f.file == NULL) {
    g_printerr("%s: cannot be read\n", argv[1]);
    return 1;
  }
  f.data = (const uint8_t *)g_mapped_file_get_contents(f.file);
  f.size = g_mapped_file_get_length(f.file);
  f.period_us = G_USEC_PER_SEC / fps;
  if (!index_units(&f)) return 1;

  GstRTSPServer *server = make_server(argv[2], &f);
  if (gst_rtsp_server_attach(server, NULL) == 0) {
    g_printerr("port %s: cannot listen\n", argv[2]);
    return 1;
  }
  g_main_loop_run(g_main_loop_new(NULL, FALSE));
}
