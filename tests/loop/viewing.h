// SPDX-License-Identifier: Apache-2.0
// A loop with the real engine, a producer of known pictures, and viewers that check each byte.
#ifndef VIEWING_H
#define VIEWING_H

#include "loop_test.h"

/// One viewer gets its pictures whole and in order, as far as it is not too slow.
void check_viewing(bool udp, const char *host);

// ---- test cases ----

void every_byte_arrives(void **state);
void many_at_once(void **state);
/// Whoever does not read loses pictures and disturbs nobody; later it sees whole ones again.
void stopped_viewer_resumes_with_a_key_picture(void **state);
/// Over TCP the connection ends; over UDP a BYE says so (RFC 3550 6.6).
void stop_ends_every_session(void **state);

#endif
