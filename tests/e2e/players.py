# SPDX-License-Identifier: Apache-2.0
"""The players, the transports, and which player has which: what test_matrix.py plays and
docs/compatibility.md shows."""

import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import clips
import h264
import programs
from relays import GO2RTC, MEDIAMTX

PICTURES = 60  # more than one loop of a clip
SCRIPTS = Path(__file__).parent / "clients" / "python"

# What each transport is called in the documentation.
TRANSPORTS = {
    "udp": "UDP",
    "tcp": "TCP",
    "http": "over HTTP",
    "tls": "TLS",
    "https": "over HTTP in TLS",
    "multicast": "multicast",
}
# libavformat's option `rtsp_transport`.
LIBAV = {"udp": "udp", "tcp": "tcp", "http": "http", "tls": "tcp", "https": "https",
         "multicast": "udp_multicast"}


def scheme(transport: str) -> str:
    """Of the URL that most programs are given; libavformat finds TLS by its option in "https"."""
    return "rtsps" if transport == "tls" else "rtsp"


# ---- what a player has made of the stream, against the clip ----


def _same_units(out: Path) -> None:
    h264.assert_loops(h264.read(out), clips.units("plain"))


def assert_pictures(shown: list[str], clip: list[str] | None = None) -> None:
    """The decoded pictures are the clip's, round and round, from a key picture on.

    `clip`: the hashes of its pictures, where they are not FFmpeg's.
    """
    clip = clip or programs.ffmpeg_decode_file(clips.path("plain"))
    assert len(clip) == clips.PICTURES and len(shown) == PICTURES
    start = clip.index(shown[0])
    assert start % clips.GOP == 0, f"begins with picture {start}"
    assert shown == [clip[(start + i) % len(clip)] for i in range(PICTURES)]


def _same_raw_pictures(out: Path) -> None:
    """The file has each decoded picture, I420."""
    size = clips.WIDTH * clips.HEIGHT * 3 // 2
    raw = out.read_bytes()
    shown = [hashlib.md5(raw[i : i + size]).hexdigest() for i in range(0, len(raw), size)]
    assert_pictures(shown)


def _same_hashes(out: Path) -> None:
    """The file has what opencv_pull.py wrote, and it reads the clip the same way."""
    clip = out.with_name("clip.txt")
    programs.run(_opencv(str(clips.path("plain")), "tcp", clip, clips.PICTURES))
    assert_pictures(out.read_text().split(), clip.read_text().split())


def _nothing(out: Path) -> None:
    """The player shows pictures only; it has ended with success after all of them."""


# ---- how each player is told to pull ----


def _ffmpeg(url: str, transport: str, out: Path) -> list[object]:
    return ["ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "warning", "-rtsp_transport",
            LIBAV[transport], "-i", url, "-frames:v", PICTURES, "-c", "copy", "-f", "h264", out]


def _pyav(url: str, transport: str, out: Path) -> list[object]:
    return [sys.executable, SCRIPTS / "pyav_pull.py", url, LIBAV[transport], PICTURES, out]


def _opencv(url: str, transport: str, out: Path, pictures: int = PICTURES) -> list[object]:
    option = f"OPENCV_FFMPEG_CAPTURE_OPTIONS=rtsp_transport;{LIBAV[transport]}"
    return ["env", option, sys.executable, SCRIPTS / "opencv_pull.py", url, pictures, out]


def _mpv(url: str, transport: str, out: Path) -> list[object]:
    # mpv's own option has all of libavformat's values but "https".
    how = [f"--rtsp-transport={LIBAV[transport]}"] if transport != "https" else [
        "--rtsp-transport=lavf", "--demuxer-lavf-o=rtsp_transport=https"]
    return ["mpv", "--no-config", "--no-terminal", "--msg-level=all=warn", *how, "--vo=null",
            "--ao=null", "--untimed", f"--frames={PICTURES}", url]


def _gstreamer(url: str, transport: str, out: Path) -> list[object]:
    schemes = {"http": "rtsph", "https": "rtspsh", "tls": "rtsps"}
    protocols = {"udp": ["protocols=udp"], "tcp": ["protocols=tcp"],
                 "multicast": ["protocols=udp-mcast"]}
    location = schemes.get(transport, "rtsp") + url[url.index("://") :]
    return ["gst-launch-1.0", "-q", "-e", "rtspsrc", f"location={location}",
            *protocols.get(transport, []), "tls-validation-flags=0", "latency=100", "!",
            "rtph264depay", "!", "avdec_h264", "!", "identity", f"eos-after={PICTURES + 1}", "!",
            "filesink", f"location={out}"]


def _gortsplib(url: str, transport: str, out: Path) -> list[object]:
    names = {"tls": "tcp", "https": "http"}
    if transport == "https":
        url = url.replace("rtsp://", "rtsps://")
    return [programs.PEERS / "gortsplib-pull", url, names.get(transport, transport), PICTURES, out]


def _retina(url: str, transport: str, out: Path) -> list[object]:
    return [programs.PEERS / "retina-pull", url, transport, PICTURES, out]


# ---- relays: another program pulls from them ----


def _go2rtc(url: str, transport: str, port: int, fingerprint: str) -> str:
    source = url + ("#transport=udp" if transport == "udp" else "")
    return GO2RTC.format(port=port, source=source)


def _mediamtx(url: str, transport: str, port: int, fingerprint: str) -> str:
    lower = {"tls": f"tcp, sourceFingerprint: {fingerprint}"}.get(transport, transport)
    return MEDIAMTX.format(port=port, source=url, lower=lower)


@dataclass(frozen=True)
class Player:
    """`lacks`: the transports that it has not, each with the reason."""

    title: str
    lacks: dict[str, str] = field(default_factory=dict)
    command: Callable | None = None  # of a player that pulls and ends
    compare: Callable = _nothing
    parting: tuple[str, ...] = ()  # see programs.run
    relay: Callable | None = None  # the configuration of one that hands on
    before: tuple[str, ...] = ()  # its arguments before the configuration

    def transports(self) -> list[str]:
        return [t for t in TRANSPORTS if t not in self.lacks]


    def row(self, version: str) -> str:
        """The player's line in docs/compatibility.md."""
        cells = [self.lacks.get(t, "plays") for t in TRANSPORTS]
        return f"| {' | '.join([self.title, version, *cells])} |"


NO_TUNNEL = {"http": "knows no tunnel", "https": "knows no tunnel"}

PLAYERS = {
    "ffmpeg": Player("FFmpeg", command=_ffmpeg, compare=_same_units),
    "pyav": Player("PyAV (Home Assistant)", command=_pyav, compare=_same_units),
    "opencv": Player("OpenCV", command=_opencv, compare=_same_hashes),
    "mpv": Player("mpv", command=_mpv),
    "gstreamer": Player("GStreamer `rtspsrc`", command=_gstreamer, compare=_same_raw_pictures,
                        parting=programs.GSTREAMER_PARTING),
    "gortsplib": Player("gortsplib", command=_gortsplib, compare=_same_units),
    "mediamtx": Player("MediaMTX", NO_TUNNEL, relay=_mediamtx),
    "go2rtc": Player("go2rtc", {**NO_TUNNEL, "multicast": "knows no multicast"}, relay=_go2rtc,
                     before=("-config",)),
    "retina": Player("retina", {**NO_TUNNEL, "tls": "knows no `rtsps`",
                                "multicast": "knows no multicast"},
                     command=_retina, compare=_same_units),
}
