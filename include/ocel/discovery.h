// SPDX-License-Identifier: Apache-2.0
// WS-Discovery (OASIS 1.0 of April 2005, as ONVIF Core 7 uses it): the camera says that it is
// there, and answers those who look for one. Bytes and a clock in, datagrams out:
//
//   ocel_discovery_announce(&d, &local, now)       for each interface, at the start
//   ocel_discovery_datagram(&d, &from, &local, bytes, now)
//   while (ocel_discovery_next(&d, now, &w, &out)) send w's bytes from out.local to out.to
//   ocel_discovery_deadline(&d)                    when to come back
//   ocel_discovery_bye(&d, &local, &w)             for each interface, at the end
//
// Silent on what does not match, on other networks than its own, and beyond its rate.
#ifndef OCEL_DISCOVERY_H
#define OCEL_DISCOVERY_H

#include "ocel/onvif_camera.h"
#include "ocel/time.h"
#include "ocel/xml.h"

#ifdef __cplusplus
extern "C" {
#endif

#define OCEL_DISCOVERY_PORT 3702u
/// Bytes of the largest datagram that is written, and of the largest that is read.
#define OCEL_DISCOVERY_MAX 4096u
/// Messages that wait to be sent; what comes when all places are taken is not answered.
#define OCEL_DISCOVERY_PENDING 8u
/// Bytes of a MessageID that is answered.
#define OCEL_DISCOVERY_ID_MAX 127u

/// 239.255.255.250, with the port.
ocel_addr ocel_discovery_group(void);

typedef struct {
  const ocel_onvif_camera *camera;  ///< Must outlive it.
  ocel_xml_reader *read_xml;
  void (*random)(void *ctx, uint8_t *out, size_t n);
  void *random_ctx;
  uint16_t http_port;  ///< Where the device service is.
  uint32_t instance;   ///< Greater after each start of the device: seconds since 1970.
} ocel_discovery_config;

/// A message that waits. Fields are private.
typedef struct {
  uint8_t kind;  // 0: free
  ocel_addr to, local;
  ocel_us due;
  char relates_to[OCEL_DISCOVERY_ID_MAX + 1];
} ocel_discovery_message;

/// Fields are private, but for the counts.
typedef struct {
  ocel_discovery_config cfg;
  ocel_discovery_message pending[OCEL_DISCOVERY_PENDING];
  uint32_t number;     // of the last message
  uint32_t allowance;  // answers that may be sent at once
  ocel_us refilled_at;
  uint32_t answered, ignored;  ///< Requests so far.
} ocel_discovery;

void ocel_discovery_init(ocel_discovery *d, const ocel_discovery_config *cfg, ocel_us now);

/// A Hello is to be sent from `local`, after a random while.
void ocel_discovery_announce(ocel_discovery *d, const ocel_addr *local, ocel_us now);

/// A datagram came in from `from`, at the interface with the address `local`.
void ocel_discovery_datagram(ocel_discovery *d, const ocel_addr *from, const ocel_addr *local,
                             ocel_span bytes, ocel_us now);

/// Where a datagram is to be sent, and from which of our addresses.
typedef struct {
  ocel_addr to, local;
} ocel_discovery_way;

/// Writes the next message that is due. False: there is none.
/// @param w  With room for OCEL_DISCOVERY_MAX bytes. One that is larger is not written (`w->n` 0).
bool ocel_discovery_next(ocel_discovery *d, ocel_us now, ocel_wbuf *w, ocel_discovery_way *out);

/// OCEL_NEVER if nothing waits.
ocel_us ocel_discovery_deadline(const ocel_discovery *d);

/// Forgets what waits, and writes a Bye for the group.
void ocel_discovery_bye(ocel_discovery *d, const ocel_addr *local, ocel_wbuf *w);

#ifdef __cplusplus
}
#endif
#endif
