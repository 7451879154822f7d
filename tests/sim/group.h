// SPDX-License-Identifier: Apache-2.0
// The groups of multicast, one per track: what is sent to them is held against the standards and
// the encoder like a viewer's own track, and it flows exactly while somebody who joined plays.
#ifndef SIM_GROUP_H
#define SIM_GROUP_H

#include "observer.h"

enum { GROUP_TRACKS = MEDIA_PRODUCERS_MAX, GROUP_MEMBERS_MAX = 64 };

typedef struct {
  media_track media;
  bool runs;       ///< Somebody plays.
  ocel_us key_at;  ///< When the last key picture had been sent.
} group_track;

/// Who plays, and since when.
typedef struct {
  observer *who;
  ocel_us since;
} group_member;

typedef struct group {
  ocel_addr address;  ///< With the first track's port; port 0: there is no multicast.
  uint8_t ttl;
  const observer_rules *rules;
  group_track track[GROUP_TRACKS];
  group_member members[GROUP_MEMBERS_MAX];
  unsigned count, most;  ///< `most` were there at once.
  uint64_t packets;
} group;

void group_init(group *g, const ocel_addr *address, uint8_t ttl, const observer_rules *rules);
void group_free(group *g);

/// A SETUP reply's Transport offers the group: checks what it says.
void group_admit(group *g, observer *o, ocel_span transport, observer_track *t);

/// The server says that somebody begins or ceases to play.
void group_play(group *g, observer *o);
void group_leave(group *g, const observer *o);

/// True if a datagram to `to` goes to a group.
bool group_has(const group *g, const ocel_addr *to);

/// True if this client gets what is sent to that port of the group.
bool group_reaches(const observer *o, uint16_t port);

/// The server sent this datagram to a group.
void group_datagram(group *g, bool rtcp, uint16_t port, ocel_span packet);

/// Checks what depends on time alone; call it now and then.
void group_check(const group *g, ocel_us lag_max);

#endif
