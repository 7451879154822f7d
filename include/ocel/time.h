// SPDX-License-Identifier: Apache-2.0
// The core never reads a clock: every entry point that needs one is handed it.
#ifndef OCEL_TIME_H
#define OCEL_TIME_H

#include <stdint.h>

/// Microseconds on a monotonic clock with an arbitrary origin.
typedef int64_t ocel_us;

/// A deadline that will not come.
#define OCEL_NEVER INT64_MAX

#define OCEL_MILLISECOND INT64_C(1000)
#define OCEL_SECOND INT64_C(1000000)

/// Wall clock in NTP 32.32 fixed point, seconds since 1900 (RFC 3550 4).
typedef uint64_t ocel_ntp;

#endif
