# SPDX-License-Identifier: Apache-2.0
"""Counts the RTP packets that leave by an interface, as a capture sees them: usage: count_rtp.py
INTERFACE PORT. Says "ready", and at the end of its standard input prints as JSON, for each SSRC
that was sent from UDP port PORT, its packets and the octets of their payloads."""

import collections
import json
import select
import socket
import struct
import sys

ETH_P_ALL = 3
SOL_PACKET, PACKET_STATISTICS = 263, 6
SO_RCVBUFFORCE = 33

interface, port = sys.argv[1], int(sys.argv[2])
capture = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
capture.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 25)
capture.bind((interface, ETH_P_ALL))
packets, octets = collections.Counter(), collections.Counter()
print("ready", flush=True)
while True:
    ready, _, _ = select.select([capture, sys.stdin], [], [])
    if capture not in ready:
        break  # all has been read
    data, (_, _, kind, *_) = capture.recvfrom(1 << 16)
    head = 4 * (data[0] & 15)
    if kind != socket.PACKET_OUTGOING or data[0] >> 4 != 4 or data[9] != socket.IPPROTO_UDP:
        continue
    source, _, size = struct.unpack(">HHH", data[head : head + 6])
    if source != port:
        continue
    assert size < 1500, "the kernel has not cut the datagrams before the capture"
    ssrc = struct.unpack(">I", data[head + 16 : head + 20])[0]
    packets[ssrc] += 1
    octets[ssrc] += size - 8 - 12
_, dropped = struct.unpack("II", capture.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
assert dropped == 0, f"the capture lost {dropped} packets"
print(json.dumps({str(s): [packets[s], octets[s]] for s in packets}))
