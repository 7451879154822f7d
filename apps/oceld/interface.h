// SPDX-License-Identifier: Apache-2.0
// What this computer knows of the interface that a client came in on.
#ifndef OCELD_INTERFACE_H
#define OCELD_INTERFACE_H

#include "ocel/onvif_camera.h"

/// Describes the interface with the address `local`; the first one with a hardware address if none
/// has it, or that one has none (loopback).
/// @return False if there is no interface with a hardware address.
bool oceld_interface_of(const ocel_addr *local, ocel_onvif_network *out);

#endif
