// SPDX-License-Identifier: Apache-2.0
// Which kind of source serves what, and how the module with FFmpeg is found.
#include <dlfcn.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "feed.h"
#include "log.h"
#include "source_annexb.h"

#define MODULE "oceld-ffmpeg.so"

// Where the module may be, from the folder of the program: the build tree, an installation.
static const char *const PLACES[] = {"/ffmpeg/" MODULE, "/" MODULE,
                                     "/" OCELD_MODULE_DIR "/" MODULE};

static bool program_folder(char *out, size_t size) {
  const ssize_t n = readlink("/proc/self/exe", out, size - 1);
  if (n <= 0) return false;
  out[n] = '\0';
  *strrchr(out, '/') = '\0';
  return true;
}

// The last reason is kept in `why` if none can be loaded.
static void *load_module(oceld_failure *why) {
  char folder[PATH_MAX];
  if (!program_folder(folder, sizeof folder)) return NULL;
  for (size_t i = 0; i < sizeof PLACES / sizeof PLACES[0]; i++) {
    char path[PATH_MAX + 128];
    (void)snprintf(path, sizeof path, "%s%s", folder, PLACES[i]);
    if (access(path, R_OK) != 0) continue;
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (module != NULL) {
      oceld_log(OCELD_LOG_DEBUG, "loaded %s", path);
      return module;
    }
    (void)oceld_fail(why, "%s", dlerror());
  }
  return NULL;
}

void *oceld_module_symbol(const char *name, oceld_failure *why) {
  *why = (oceld_failure){MODULE " is not there"};
  void *module = load_module(why);
  return module != NULL ? dlsym(module, name) : NULL;
}

static const oceld_source_kind *from_module(oceld_source_type type, oceld_failure *why) {
  oceld_failure reason;
  const oceld_kind_table *table = oceld_module_symbol(OCELD_FFMPEG_KINDS, &reason);
  if (table != NULL) return (*table)[type];
  (void)oceld_fail(why,
                   "this source needs FFmpeg: %.200s; install FFmpeg's libraries (libavdevice, "
                   "libavfilter, libavformat, libavcodec), or serve a raw H.264 file with "
                   "--source file:PATH",
                   reason.text);
  return NULL;
}

const oceld_source_kind *oceld_kind_for(const oceld_source_config *cfg, oceld_failure *why) {
  // Further streams need its pictures decoded.
  if (cfg->type == OCELD_SOURCE_FILE && cfg->codec == OCEL_CODEC_H264 && cfg->more_count == 0 &&
      oceld_annexb_recognises(cfg->path)) {
    return &oceld_annexb_kind;
  }
  return from_module(cfg->type, why);
}
