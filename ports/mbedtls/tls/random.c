// SPDX-License-Identifier: Apache-2.0
// The system's random numbers, asked for each time: no generator of our own that could be
// seeded badly, be shared by threads, or fail later.
#include "state.h"

#ifdef ESP_PLATFORM

#include <esp_random.h>

int ocel__tls_system_random(void *ctx, unsigned char *out, size_t n) {
  (void)ctx;
  esp_fill_random(out, n);
  return 0;
}

#else

#include <errno.h>
#include <sys/random.h>

int ocel__tls_system_random(void *ctx, unsigned char *out, size_t n) {
  (void)ctx;
  for (size_t got = 0; got < n;) {
    const ssize_t r = getrandom(out + got, n - got, 0);
    if (r < 0 && errno == EINTR) continue;
    if (r <= 0) return -1;
    got += (size_t)r;
  }
  return 0;
}

#endif
