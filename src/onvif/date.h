// SPDX-License-Identifier: Apache-2.0
// Dates of the proleptic Gregorian calendar, UTC.
#ifndef OCEL_ONVIF_DATE_H
#define OCEL_ONVIF_DATE_H

#include "ocel/span.h"

typedef struct {
  int32_t year, month, day, hour, minute, second;  // month and day from 1
} ocel__date;

// Of seconds since 1970; years 1970..9999, others become the nearest.
ocel__date ocel__date_of(int64_t seconds);

// The seconds since 1970; false if it is no date of the years 1970..9999.
bool ocel__date_seconds(const ocel__date *date, int64_t *out);

// Reads xs:dateTime (XML Schema part 2, 3.2.7) of UTC: with 'Z', an offset, or nothing at its end,
// and any fraction of a second, which is cut off.
bool ocel__date_read(ocel_span text, int64_t *out);

#endif
