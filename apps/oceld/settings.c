// SPDX-License-Identifier: Apache-2.0
#include "settings.h"

#include <string.h>

#include "config_file.h"
#include "log.h"
#include "password.h"
#include "stream_options.h"

bool oceld_settings_load(int argc, char *const *argv, oceld_options *o, oceld_command_line *out,
                         oceld_failure *why) {
  oceld_options_defaults(o);
  if (!oceld_command_line_read(argc, argv, o, out, why)) return false;
  if (out->help || out->version) return true;
  if (out->config != NULL) {
    oceld_options_defaults(o);
    if (!oceld_config_file_read(out->config, o, why)) return false;
    if (!oceld_command_line_read(argc, argv, o, out, why)) return false;
  }
  return oceld_password_read(o, why) && oceld_options_check(o, why);
}

bool oceld_settings_apply_live(oceld_options *running, const oceld_options *next) {
  size_t count;
  const oceld_option *table = oceld_option_table(&count);
  bool any = false;
  for (size_t i = 0; i < count; i++) {
    const oceld_option *option = &table[i];
    if (oceld_option_equal(running, next, option)) continue;
    if (!option->live) {
      oceld_log(OCELD_LOG_WARNING, "%s has changed; restart oceld to apply it", option->name);
      continue;
    }
    memcpy((char *)running + option->offset, (const char *)next + option->offset, option->room);
    oceld_log(OCELD_LOG_INFO, "%s has changed and is applied", option->name);
    any = true;
  }
  return oceld_streams_apply_live(running, next) || any;
}
