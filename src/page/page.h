// SPDX-License-Identifier: Apache-2.0
// The files of the live page, compressed by gzip. tools/page.py makes page_data.inc of index.html,
// live.css and live.js, which is where to change something.
#ifndef OCEL_PAGE_H
#define OCEL_PAGE_H

#include "ocel/span.h"

typedef struct {
  const char *path;  ///< "/" or "/live.js".
  const char *type;  ///< Content-Type.
  const char *etag;
  ocel_span gzip;
} ocel__page_file;

enum { OCEL__PAGE_FILES = 3 };
extern const ocel__page_file OCEL__PAGE[OCEL__PAGE_FILES];

#endif
