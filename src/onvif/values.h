// SPDX-License-Identifier: Apache-2.0
// The values that pieces of answers name.
#ifndef OCEL_ONVIF_VALUES_H
#define OCEL_ONVIF_VALUES_H

#include "view.h"

typedef struct {
  const char *name;
  void (*put)(ocel_wbuf *w, const ocel__onvif_view *v);
} ocel__onvif_value;

extern const ocel__onvif_value OCEL__ONVIF_VALUES[];
extern const size_t OCEL__ONVIF_VALUE_COUNT;

#endif
