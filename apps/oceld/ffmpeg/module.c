// SPDX-License-Identifier: Apache-2.0
// The module's door: the kinds of source that FFmpeg makes possible.
#include <libavdevice/avdevice.h>
#include <libavutil/error.h>
#include <libavutil/log.h>
#include <string.h>

#include "libav.h"
#include "log.h"

extern __attribute__((visibility("default"))) oceld_kind_table oceld_ffmpeg_kinds;

oceld_kind_table oceld_ffmpeg_kinds = {
    [OCELD_SOURCE_TEST] = &oceld_test_kind,
    [OCELD_SOURCE_FILE] = &oceld_media_kind,
    [OCELD_SOURCE_V4L2] = &oceld_camera_kind,
};

bool oceld_libav_fail(oceld_failure *why, const char *what, int code) {
  char text[AV_ERROR_MAX_STRING_SIZE] = "";
  (void)av_strerror(code, text, sizeof text);
  return oceld_fail(why, "%s: %s", what, text);
}

// What makes a source fail is told by the source; the rest is remarks.
static void log_line(void *object, int level, const char *format, va_list args) {
  char line[512];
  int prefix = 1;
  if (level > AV_LOG_WARNING || !oceld_log_enabled(OCELD_LOG_DEBUG)) return;
  (void)av_log_format_line2(object, level, format, args, line, sizeof line, &prefix);
  line[strcspn(line, "\n")] = '\0';
  if (line[0] != '\0') oceld_log(OCELD_LOG_DEBUG, "FFmpeg: %s", line);
}

__attribute__((constructor)) static void begin(void) {
  av_log_set_callback(log_line);
  avdevice_register_all();
}
