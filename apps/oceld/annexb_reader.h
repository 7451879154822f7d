// SPDX-License-Identifier: Apache-2.0
// Access units of a raw H.264 file (Annex B byte stream), read in pieces through one small
// window, so that a file of any size costs 64 KiB of memory.
#ifndef OCELD_ANNEXB_READER_H
#define OCELD_ANNEXB_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OCELD_ANNEXB_WINDOW 65536u

/// Fields are private; the caller owns the file descriptor and zeroes the struct but for it.
typedef struct {
  int fd;
  size_t begin, end;  ///< Bytes read but not yet given out.
  bool ended;         ///< No more bytes come.
  int error;          ///< errno of the read that failed; 0: none did.
  uint8_t window[OCELD_ANNEXB_WINDOW];
} oceld_annexb_reader;

typedef struct {
  size_t size;   ///< Bytes of the access unit, start codes included.
  bool picture;  ///< There is a slice in it.
  bool key;      ///< There is a slice of an IDR picture in it.
} oceld_annexb_unit;

/// Copies the next access unit to `out`.
///
/// @param max  Room in `out`, which may be NULL with 0. Of a unit that is larger (`unit->size` >
/// max) only the beginning
///             is copied; reading goes on behind it.
/// @return False at the end of the file, or when a read failed (`error`).
bool oceld_annexb_read(oceld_annexb_reader *r, uint8_t *out, size_t max, oceld_annexb_unit *unit);

/// Goes back to the beginning. @return False if the file cannot (`error`).
bool oceld_annexb_rewind(oceld_annexb_reader *r);

#endif
