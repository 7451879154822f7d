// SPDX-License-Identifier: Apache-2.0
// Where the sound beside a picture begins and goes on.
#ifndef OCEL_SOUND_H
#define OCEL_SOUND_H

#include "server_priv.h"

/// Where a cursor waits after PLAY: no block before it is sent (again).
uint32_t ocel__sound_resume(const ocel_server *s, const ocel__session *ss, unsigned track);
/// Brings a cursor that waits to the first block that it has to send; false if there is none yet.
bool ocel__sound_begin(const ocel_server *s, const ocel__session *ss, unsigned track, uint32_t *au);
/// The earliest block that goes with the newest key picture; the newest block without one.
uint32_t ocel__sound_entry(const ocel_server *s, const ocel__session *ss, unsigned track);
/// The time that the sound's promised timestamp stands for; false if that of its first block.
bool ocel__sound_origin(const ocel_server *s, const ocel__session *ss, unsigned track, ocel_us *at);

#endif
