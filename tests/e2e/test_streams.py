# SPDX-License-Identifier: Apache-2.0
"""Several streams of one source: players have picture and sound of all at once, and the statistics
say what was sent."""

import json
import subprocess
import sys
from pathlib import Path

import av
import pytest

import programs
from networks import SERVER, inside
from oceld import free_port, wait_for
from relays import GO2RTC
from rtsp_client import PATIENCE

STREAMS = ("--size", "640x360", "--stream", "path=/stream,bitrate=1M",
           "--stream", "path=/sub,resolution=320x180,bitrate=300k,gop=15")
PATHS = {"/stream": (640, 360), "/sub": (320, 180)}
SOUNDS = ["pcmu", "aac"]
COUNTER = Path(__file__).parent / "clients" / "python" / "count_rtp.py"
PICTURES = 60


def start(command: list[object]) -> subprocess.Popen:
    return subprocess.Popen([str(c) for c in command], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(player: subprocess.Popen) -> None:
    _, err = player.communicate(timeout=programs.LIMIT)
    assert player.returncode == 0, err


def record(url: str, lower: str, out: Path) -> list[object]:
    return ["ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error", "-xerror",
            *programs.transport(lower), "-i", url, "-frames:v", PICTURES, "-map", 0, "-c", "copy",
            out]


def render(url: str, out: Path) -> list[object]:
    """Decodes both with GStreamer; the sound is written."""
    return ["gst-launch-1.0", "-q", "-e", "rtspsrc", f"location={url}", "protocols=tcp",
            "latency=100", "name=s",
            "s.", "!", "application/x-rtp,media=video", "!", "rtph264depay", "!", "avdec_h264",
            "!", "identity", f"eos-after={PICTURES}", "!", "fakesink", "sync=false",
            "s.", "!", "application/x-rtp,media=audio", "!", "decodebin", "!", "audioconvert", "!",
            "audio/x-raw,format=S16LE,channels=1", "!", "identity", "eos-after=130", "!",
            "filesink", f"location={out}"]


def show(url: str, out: Path) -> list[object]:
    return ["mpv", "--no-config", "--no-terminal", "--msg-level=all=warn",
            "--rtsp-transport=tcp", "--vo=null", "--ao=pcm", f"--ao-pcm-file={out}", "--untimed",
            f"--frames={PICTURES}", url]


def inspect(path: Path) -> tuple[tuple[int, int], set[str], int]:
    """Size of the pictures, what kinds of tracks there are, and how many pictures decode."""
    with av.open(str(path)) as clip:
        kinds = {s.type for s in clip.streams}
        frames = list(clip.decode(video=0))
        return (frames[0].width, frames[0].height), kinds, len(frames)


@pytest.mark.parametrize("sound", SOUNDS)
def test_all_players_have_picture_and_sound_of_both_at_once(serve, tmp_path, sound):
    oceld = serve("test", *STREAMS, "--audio", sound)
    players, copies, heard = [], {}, []
    for path in PATHS:
        url, name = oceld.authority + path, path[1:]
        for lower in ("tcp", "udp"):
            copies[path, lower] = tmp_path / f"{name}-{lower}.mkv"
            players.append(start(record(url, lower, copies[path, lower])))
        heard += [tmp_path / f"{name}.raw", tmp_path / f"{name}.wav"]
        players.append(start(render(url, heard[-2])))
        players.append(start(show(url, heard[-1])))
    for player in players:
        finish(player)
    for (path, _), copy in copies.items():
        size, kinds, pictures = inspect(copy)
        assert size == PATHS[path]
        assert kinds == {"video", "audio"}
        assert pictures >= PICTURES - 1  # the last may have been cut off
    assert all(file.stat().st_size > 10000 for file in heard)


@pytest.mark.slow
def test_go2rtc_hands_on_both_at_once(serve, relay):
    oceld, port = serve("test", *STREAMS, "--audio", "pcmu"), free_port()
    config = GO2RTC.format(port=port, source=oceld.url).replace(
        'streams: {', f'streams: {{sub: "{oceld.authority}/sub", ')
    log = relay("go2rtc", config, port, "-config")
    open_ones = {path: av.open(f"rtsp://127.0.0.1:{port}{path}",
                               options={"rtsp_transport": "tcp"}, timeout=30) for path in PATHS}
    try:
        for path, stream in open_ones.items():
            seen = [f for f, _ in zip(stream.decode(), range(60))]
            kinds = {type(f).__name__ for f in seen}
            assert kinds == {"VideoFrame", "AudioFrame"}
            picture = next(f for f in seen if isinstance(f, av.VideoFrame))
            assert (picture.width, picture.height) == PATHS[path]
    finally:
        for stream in open_ones.values():
            stream.close()
    assert "ERR" not in log.read_text(), log.read_text()


def test_a_stream_that_nobody_watches_rests(serve):
    oceld = serve("test", "--size", "320x180", "--stream", "path=/stream",
                  "--stream", "path=/sub,resolution=160x90,on_demand=yes")

    def made(number: int) -> int:
        return oceld.stats()["streams"][number]["access_units"]

    def rests() -> bool:
        before, main = made(1), made(0)
        wait_for(lambda: made(0) >= main + 20, "the other stream to go on")
        return made(1) == before

    wait_for(rests, "the stream to rest", 2 * PATIENCE)
    before = oceld.stats()["streams"][1]
    # It is described while it rests, and wakes for a player.
    pictures = programs.ffmpeg_decode(oceld.authority + "/sub", "tcp", 30, "-an")
    assert len(pictures) == 30
    oceld.wait_for_sessions(0)
    after = oceld.stats()["streams"][1]
    assert after["access_units"] >= before["access_units"] + 30


def tracks_by_ssrc(stats: dict) -> dict[str, tuple[int, int]]:
    """The stream and track of each SSRC that is being sent."""
    return {str(track["ssrc"]): (client["stream"], number)
            for client in stats["clients"]
            for number, track in enumerate(client["tracks"]) if track["set_up"]}


@pytest.mark.parametrize("sound", SOUNDS)
def test_statistics_agree_with_a_capture(serve, networks, tmp_path, sound):
    """Four viewers over UDP, two of each stream; what AF_PACKET saw leave is what is told."""
    server, viewers = networks
    subprocess.run(inside(server, ["ip", "link", "set", "near", "gso_max_segs", "1"]), check=True)
    oceld = serve("test", *STREAMS, "--audio", sound, "--rtp-port", "5004", "--rtcp-port", "5005",
                  host=SERVER, prefix=inside(server, []))
    counter = subprocess.Popen(inside(server, [sys.executable, COUNTER, "near", "5004"]),
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert counter.stdout.readline() == "ready\n"
    players = [start(inside(viewers, record(oceld.authority + path, "udp",
                                            tmp_path / f"{path[1:]}{n}.mkv")))
               for path in PATHS for n in range(2)]

    def all_named() -> dict:
        named = tracks_by_ssrc(oceld.stats())
        return named if len(named) == 8 else None

    named = wait_for(all_named, "two tracks of four sessions")
    for player in players:
        finish(player)
    stats = oceld.wait_for_sessions(0)
    out, _ = counter.communicate("", timeout=10)
    captured = json.loads(out)
    assert captured.keys() == named.keys()
    for number, stream in enumerate(stats["streams"]):
        for k, track in enumerate(stream["tracks"]):
            mine = [captured[ssrc] for ssrc, where in named.items() if where == (number, k)]
            packets, octets = (sum(column) for column in zip(*mine))
            assert len(mine) == 2
            assert track["packets_sent"] == packets, stream["path"]
            assert track["bytes_sent"] == octets + 12 * packets, stream["path"]
    assert stats["server"]["packets"] == sum(packets for packets, _ in captured.values())


def test_the_bit_rate_follows_a_link_that_narrows(serve, networks, tmp_path):
    """2 Mbit/s do not go through a link of 800 kbit/s: with adaptive_bitrate less is made."""
    server, viewers = networks
    oceld = serve("test", "--size", "640x360", "--audio", "none", "--adaptive-bitrate", "yes",
                  "--min-bitrate", "200k", "--log-level", "debug", host=SERVER,
                  prefix=inside(server, []))
    player = start(inside(viewers, ["ffmpeg", "-nostdin", "-loglevel", "error", "-rtsp_transport",
                                    "tcp", "-i", oceld.url, "-c", "copy", "-f", "null", "-"]))
    try:
        oceld.wait_for_sessions(1)
        assert "kbit/s from now on" not in oceld.log()
        subprocess.run(inside(server, ["tc", "qdisc", "add", "dev", "near", "root", "tbf", "rate",
                                       "800kbit", "burst", "16kb", "latency", "400ms"]), check=True)
        wait_for(lambda: "980 kbit/s from now on" in oceld.log(), "two steps down", 2 * PATIENCE)

        def flows() -> bool:
            """What is made goes through: the player is not behind."""
            stats = oceld.stats()
            return (stats["streams"][0]["tracks"][0]["bit_rate"] < 900000
                    and stats["clients"][0]["behind"] < 0.2)

        wait_for(flows, "a bit rate that goes through", 3 * PATIENCE)
    finally:
        player.terminate()
        player.wait(10)
