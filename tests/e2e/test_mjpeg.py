# SPDX-License-Identifier: Apache-2.0
"""MJPEG over RTP (RFC 2435): what is received is what was served, picture by picture."""

import io
import subprocess

import av
import numpy as np
import pytest

import clips
import programs
from networks import GROUP, SERVER, inside
from oceld import PROGRAM, free_port
from relays import GO2RTC

PICTURES = 30  # more than one loop
CLIP = 20
MJPEG = ("--codec", "mjpeg")
BOTH = pytest.mark.parametrize("lower", ["tcp", "udp"])

# How the clips are made: each kind of JPEG that RTP can carry.
_PICTURE = f"size={clips.WIDTH}x{clips.HEIGHT}:rate=25"
_FFMPEG = ["ffmpeg", "-loglevel", "error", "-y", "-f", "lavfi", "-i", f"testsrc2={_PICTURE}",
           "-frames:v", str(CLIP), "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", "3",
           "-huffman", "default"]
_GSTREAMER = ["gst-launch-1.0", "-q", "videotestsrc", f"num-buffers={CLIP}", "pattern=ball", "!",
              f"video/x-raw,format=Y42B,width={clips.WIDTH},height={clips.HEIGHT},framerate=25/1",
              "!", "jpegenc", "!", "matroskamux", "!", "filesink"]
KINDS = {
    "420": lambda out: [*_FFMPEG, "-threads", "1", out],
    "420 with restarts": lambda out: [*_FFMPEG, "-threads", "2", "-thread_type", "slice", out],
    "422": lambda out: [*_GSTREAMER, f"location={out}"],
}


@pytest.fixture(scope="module", params=KINDS)
def clip(request, tmp_path_factory):
    out = tmp_path_factory.mktemp("mjpeg") / "clip.mkv"
    subprocess.run(KINDS[request.param](out), check=True, timeout=60)
    return out


def jpegs(path) -> list[bytes]:
    with av.open(str(path)) as file:
        return [bytes(p) for p in file.demux(video=0) if p.size > 0]


def in_loops(shown: list, of_clip: list) -> None:
    """What is shown is the clip's, round and round, from anywhere on."""
    start = of_clip.index(shown[0])
    assert shown == [of_clip[(start + i) % len(of_clip)] for i in range(len(shown))]


def test_the_clips_are_what_they_are_called(clip, request):
    kind = request.node.callspec.params["clip"]
    first = jpegs(clip)[0]
    assert (b"\xff\xdd" in first) == (kind == "420 with restarts")
    frame = first[first.index(b"\xff\xc0") :]
    assert frame[11] == (0x21 if kind == "422" else 0x22)


@BOTH
def test_ffmpeg_decodes_the_pictures_of_the_clip(serve, clip, lower):
    oceld = serve(f"file:{clip}", *MJPEG)
    assert "mjpeg passed through, 640x360, 25 fps" in oceld.log()
    in_loops(programs.ffmpeg_decode(oceld.url, lower, PICTURES), programs.ffmpeg_decode_file(clip))
    oceld.wait_for_sessions(0)


def scan_of(jpeg: bytes) -> bytes:
    """From the header of the scan to the end, without what a decoder ignores."""
    at = jpeg.index(b"\xff\xda")
    return jpeg[at + 14 : jpeg.rindex(b"\xff\xd9")]


@BOTH
def test_gstreamer_gets_the_scans_of_the_clip(serve, clip, lower, tmp_path):
    oceld = serve(f"file:{clip}", *MJPEG)
    programs.run(["gst-launch-1.0", "-q", "-e", "rtspsrc", f"location={oceld.url}",
                  f"protocols={lower}", "latency=100", "!", "rtpjpegdepay", "!",
                  "image/jpeg,width=640,height=360", "!", "identity",
                  f"eos-after={PICTURES + 1}", "!", "multifilesink",
                  f"location={tmp_path}/%04d.jpg"], parting=programs.GSTREAMER_PARTING)
    got = [f.read_bytes() for f in sorted(tmp_path.glob("*.jpg"))]
    assert len(got) == PICTURES
    in_loops([scan_of(j) for j in got], [scan_of(j) for j in jpegs(clip)])
    # And it decodes to the same picture.
    with av.open(io.BytesIO(got[0]), format="jpeg_pipe") as file:
        shown = next(file.decode(video=0)).to_ndarray(format="gray")
    with av.open(str(clip)) as file:
        sources = [f.to_ndarray(format="gray") for f in file.decode(video=0)]
    assert any(np.array_equal(shown, s) for s in sources)


def test_mpv_plays(serve, clip):
    oceld = serve(f"file:{clip}", *MJPEG)
    programs.mpv(oceld.url, "tcp", PICTURES)
    oceld.wait_for_sessions(0)


@pytest.mark.slow
def test_go2rtc_hands_it_on(serve, relay, clip):
    oceld, port = serve(f"file:{clip}", *MJPEG), free_port()
    log = relay("go2rtc", GO2RTC.format(port=port, source=oceld.url), port, "-config")
    shown = programs.ffmpeg_decode(f"rtsp://127.0.0.1:{port}/stream", "tcp", PICTURES)
    in_loops(shown, programs.ffmpeg_decode_file(clip))
    assert "ERR" not in log.read_text(), log.read_text()


def test_a_group_is_served(serve, networks):
    server, viewers = networks
    oceld = serve("test", *MJPEG, "--size", "320x240", "--audio", "none", "--rtp-port", "5004",
                  "--rtcp-port", "5005", "--multicast", GROUP, host=SERVER,
                  prefix=inside(server, []))
    programs.run(inside(viewers, ["ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error",
                                  "-rtsp_transport", "udp_multicast", "-i", oceld.url,
                                  "-frames:v", str(PICTURES), "-f", "null", "-"]))
    oceld.wait_for_sessions(0)


def test_packets_say_what_the_rfc_wants(serve):
    oceld = serve("test", *MJPEG, "--size", "320x240", "--audio", "none")
    with oceld.player() as player:
        sdp = player.start().description.body.decode()
        arrived = [player.next() for _ in range(50)]
    assert "m=video 0 RTP/AVP 26\r\na=rtpmap:26 JPEG/90000\r\na=x-dimensions:320,240\r\n" in sdp
    assert "a=framerate:30\r\n" in sdp
    packets = [r.rtp for r in arrived if r.rtp]
    assert {p.payload_type for p in packets} == {26}
    begin = next(i for i, p in enumerate(packets) if p.marker) + 1
    offset = 0
    for before, packet in zip(packets[begin - 1 :], packets[begin:]):
        assert (before.timestamp == packet.timestamp) == (not before.marker)
        offset = 0 if before.marker else offset
        assert int.from_bytes(packet.payload[1:4], "big") == offset
        kind, q, width, height = packet.payload[4:8]
        assert (kind & 63, q, width * 8, height * 8) == (1, 255, 320, 240)
        head = 8 + 4 * (kind >= 64) + (132 if offset == 0 else 0)
        offset += len(packet.payload) - head


# What is drawn is what is seen: a full range, and no picture lost.
@BOTH
def test_the_test_picture_is_as_bright_as_that_of_h264(serve, lower):
    means = []
    for codec in ("h264", "mjpeg"):
        oceld = serve("test", "--size", "320x240", "--codec", codec, "--quality", "95")
        with av.open(oceld.url, options={"rtsp_transport": lower}, timeout=30) as stream:
            frame = next(stream.decode(video=0)).to_ndarray(format="rgb24").astype(float)
        means.append(frame[30:200].mean(axis=(0, 1)))
    assert np.abs(means[0] - means[1]).max() < 6, means


def test_more_quality_is_more_bytes(serve):
    sizes = []
    for quality in (30, 60, 90):
        oceld = serve("test", *MJPEG, "--size", "320x240", "--quality", str(quality))
        with av.open(oceld.url, options={"rtsp_transport": "tcp"}, timeout=30) as stream:
            sizes.append(sum(p.size for p, _ in zip(stream.demux(video=0), range(5))))
    assert sizes[0] * 1.2 < sizes[1] and sizes[1] * 1.5 < sizes[2], sizes


def test_what_rtp_cannot_carry_is_encoded_anew(serve, tmp_path):
    out = tmp_path / "444.mkv"
    subprocess.run([*_FFMPEG, "-pix_fmt", "yuvj444p", out], check=True, timeout=60)
    oceld = serve(f"file:{out}", *MJPEG)
    assert "mjpeg encoded anew" in oceld.log()
    assert len(programs.ffmpeg_decode(oceld.url, "tcp", PICTURES)) == PICTURES


def test_h264_is_served_as_mjpeg(serve):
    oceld = serve("plain", *MJPEG)
    told = programs.run(["ffprobe", "-loglevel", "error", *programs.transport("tcp"),
                         "-show_entries", "stream=codec_name,width,height", "-of", "csv=p=0",
                         oceld.url])
    assert told.strip() == "mjpeg,640,360"


@pytest.mark.parametrize("options", [("--size", "2048x64"), ("--payload-max", "144")])
def test_what_cannot_work_is_refused_at_the_start(options):
    done = subprocess.run([PROGRAM, *MJPEG, *options], capture_output=True, text=True, timeout=20)
    assert done.returncode == 2
    assert "codec mjpeg" in done.stderr
