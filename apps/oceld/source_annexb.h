// SPDX-License-Identifier: Apache-2.0
// A raw H.264 file, served over and over in real time. Needs no library and little memory.
#ifndef OCELD_SOURCE_ANNEXB_H
#define OCELD_SOURCE_ANNEXB_H

#include "feed.h"

extern const oceld_source_kind oceld_annexb_kind;

/// True if the file begins like an H.264 byte stream (ITU-T H.264 annex B), whatever its name.
bool oceld_annexb_recognises(const char *path);

#endif
