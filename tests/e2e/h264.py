# SPDX-License-Identifier: Apache-2.0
"""H.264 elementary streams as lists: a NAL unit is `bytes`, an access unit a list of them."""

import re
from pathlib import Path

IDR, SEI, SPS, PPS, AUD = 5, 6, 7, 8, 9
_START_CODE = re.compile(rb"\x00\x00\x01")


def nal_type(nal: bytes) -> int:
    return nal[0] & 0x1F


def split_annexb(data: bytes) -> list[bytes]:
    """NAL units of a byte stream (H.264 annex B), trailing zero bytes removed."""
    starts = [m.end() for m in _START_CODE.finditer(data)]
    ends = [s - 3 for s in starts[1:]] + [len(data)]
    return [data[s:e].rstrip(b"\x00") for s, e in zip(starts, ends)]


def split_lengths(data: bytes) -> list[bytes]:
    """NAL units of one MP4 sample with 4-byte lengths (ISO/IEC 14496-15)."""
    nals = []
    while data:
        size = int.from_bytes(data[:4], "big")
        nals.append(data[4 : 4 + size])
        data = data[4 + size :]
    return nals


def is_slice(nal: bytes) -> bool:
    return nal_type(nal) in (1, IDR)


def _begins_picture(nal: bytes) -> bool:
    return is_slice(nal) and nal[1] & 0x80 != 0  # first_mb_in_slice is ue(v) 0: the bit 1


def access_units(nals: list[bytes]) -> list[list[bytes]]:
    """Groups NAL units (H.264 7.4.1.2.3, for streams without redundant pictures)."""
    units: list[list[bytes]] = []
    picture_seen = True
    for nal in nals:
        begins = _begins_picture(nal) or nal_type(nal) in (SEI, SPS, PPS, AUD)
        if begins and picture_seen:
            units.append([])
            picture_seen = False
        units[-1].append(nal)
        picture_seen = picture_seen or is_slice(nal)
    return units


def read(path: Path) -> list[list[bytes]]:
    return access_units(split_annexb(Path(path).read_bytes()))


def is_key(unit: list[bytes]) -> bool:
    return any(nal_type(n) == IDR for n in unit)


def without_parameters(unit: list[bytes]) -> list[bytes]:
    return [n for n in unit if nal_type(n) not in (SPS, PPS)]


def assert_loops(pulled: list[list[bytes]], source: list[list[bytes]]) -> None:
    """`pulled` is `source` played round and round, from one of its key pictures on."""
    assert pulled, "nothing was pulled"
    assert is_key(pulled[0]), f"begins with NAL types {[nal_type(n) for n in pulled[0]]}"
    starts = [i for i, unit in enumerate(source) if unit == pulled[0]]
    assert starts, f"begins with no unit of the source: {_shape(pulled[0])}"
    start = starts[0]
    for k, unit in enumerate(pulled):
        expected = source[(start + k) % len(source)]
        assert unit == expected, _difference(k, unit, expected)


def _shape(unit: list[bytes]) -> list[tuple[int, int]]:
    """Type and size of each NAL unit."""
    return [(nal_type(n), len(n)) for n in unit]


def _difference(k: int, got: list[bytes], expected: list[bytes]) -> str:
    return f"access unit {k}: got (type, bytes) {_shape(got)}, expected {_shape(expected)}"
