# SPDX-License-Identifier: Apache-2.0
"""RTP and RTCP packets taken apart, and H.264 put together again (RFC 3550, RFC 6184)."""

from dataclasses import dataclass, field

import h264

SR, RR, SDES, BYE = 200, 201, 202, 203


@dataclass
class Rtp:
    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


def parse_rtp(data: bytes) -> Rtp:
    assert data[0] == 0x80, f"version, padding, extension or CSRC: {data[0]:#x}"
    return Rtp(
        data[1] & 0x7F,
        data[1] >= 0x80,
        int.from_bytes(data[2:4], "big"),
        int.from_bytes(data[4:8], "big"),
        int.from_bytes(data[8:12], "big"),
        data[12:],
    )


@dataclass
class Rtcp:
    kind: int
    ssrc: int
    body: bytes  # behind the SSRC

    @property
    def ntp(self) -> float:
        """Seconds since 1900 of a sender report."""
        return int.from_bytes(self.body[:8], "big") / 2**32

    @property
    def rtp_time(self) -> int:
        return int.from_bytes(self.body[8:12], "big")

    @property
    def packets(self) -> int:
        return int.from_bytes(self.body[12:16], "big")

    @property
    def octets(self) -> int:
        return int.from_bytes(self.body[16:20], "big")


def parse_rtcp(data: bytes) -> list[Rtcp]:
    """The packets of one compound."""
    packets = []
    while data:
        assert data[0] >> 6 == 2, f"RTCP version: {data.hex()}"
        size = 4 * (int.from_bytes(data[2:4], "big") + 1)
        assert size <= len(data), f"RTCP length: {data.hex()}"
        packets.append(Rtcp(data[1], int.from_bytes(data[4:8], "big"), data[8:size]))
        data = data[size:]
    return packets


def receiver_report(own_ssrc: int, ssrc: int = 0) -> bytes:
    """A receiver report about `ssrc`, or an empty one if that is 0."""
    head = own_ssrc.to_bytes(4, "big")
    if ssrc == 0:
        return b"\x80\xc9\x00\x01" + head
    return b"\x81\xc9\x00\x07" + head + ssrc.to_bytes(4, "big") + bytes(20)


def bye(own_ssrc: int) -> bytes:
    return receiver_report(own_ssrc) + b"\x81\xcb\x00\x01" + own_ssrc.to_bytes(4, "big")


def _fragment(payload: bytes, building: bytearray) -> list[bytes]:
    indicator, header = payload[0], payload[1]
    if header & 0x80:
        assert not building, "a fragmented unit begins inside another"
        building.append((indicator & 0xE0) | (header & 0x1F))
    assert building, "a fragment without a beginning"
    building += payload[2:]
    if not header & 0x40:
        return []
    done = bytes(building)
    building.clear()
    return [done]


def _aggregate(payload: bytes) -> list[bytes]:
    nals, rest = [], payload[1:]
    while rest:
        size = int.from_bytes(rest[:2], "big")
        nals.append(rest[2 : 2 + size])
        rest = rest[2 + size :]
    return nals


def nal_units(payload: bytes, building: bytearray) -> list[bytes]:
    """What one RTP payload completes; `building` keeps a unit in fragments."""
    kind = payload[0] & 0x1F
    if kind == 28:
        return _fragment(payload, building)
    assert not building, "another packet between fragments"
    if kind == 24:
        return _aggregate(payload)
    assert 1 <= kind <= 23, f"payload structure {kind}"
    return [payload]


@dataclass
class Depacketizer:
    """Checks what must hold between packets, and collects whole access units."""

    units: list[list[bytes]] = field(default_factory=list)
    timestamps: list[int] = field(default_factory=list)
    last: Rtp | None = None
    _unit: list[bytes] = field(default_factory=list)
    _building: bytearray = field(default_factory=bytearray)

    def feed(self, packet: Rtp, gap_allowed: bool = False) -> None:
        if self.last is not None:
            assert packet.ssrc == self.last.ssrc, "the SSRC changed"
            if not gap_allowed:
                expected = (self.last.sequence + 1) % 2**16
                assert packet.sequence == expected, f"{packet.sequence}, expected {expected}"
            if self.last.marker:
                assert packet.timestamp != self.last.timestamp, "a unit goes on behind its marker"
            else:
                assert packet.timestamp == self.last.timestamp, "a unit ended without a marker"
        self.last = packet
        self._unit += nal_units(packet.payload, self._building)
        if packet.marker:
            assert not self._building, "the marker is on a packet amid a fragmented unit"
            self.units.append(self._unit)
            self.timestamps.append(packet.timestamp)
            self._unit = []


def check_marks(depacketizer: Depacketizer) -> None:
    """Every unit between two markers holds exactly one picture."""
    for unit in depacketizer.units:
        assert len(h264.access_units(unit)) == 1
