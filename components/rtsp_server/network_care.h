// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the server wants of the network beside its sockets. Main loop only; does nothing where ESPHome has no mDNS or
// no Wi-Fi of its own.

#include <cstdint>

namespace esphome::rtsp_server {

/// Tells by mDNS of `_rtsp._tcp` on `port`, and unless `tls_port` is 0 of `_rtsps._tcp` there, both with the path.
/// @return nullptr, or the name of what went wrong (static).
const char *announce(uint16_t port, uint16_t tls_port, const char *path);

/// Wi-Fi that sleeps between beacons delays pictures by as much. Each `true` is followed by one `false`.
void keep_radio_awake(bool awake);

}  // namespace esphome::rtsp_server
