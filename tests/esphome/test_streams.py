# SPDX-License-Identifier: Apache-2.0
"""Several streams of one camera: validation, and a program for this computer that has two."""

import asyncio
import json
import re
import subprocess

import pytest
from aioesphomeapi import SwitchInfo

from conftest import HERE, ROOT
from test_host import Device, Home, end, free_port
from test_validation import HOST

GOOD = {
    "the camera's picture alone": "\n  streams: [{path: /cam}]",
    "one without a path": "\n  streams: [{gop: 12}]",
    "two": "\n  streams: [{path: /a}, {path: /b, resolution: 320x180, bitrate: 500kbps, start: live}]",
    "the camera's size, said": "\n  streams: [{resolution: 640x360}]",
    "a bitrate that adapts": "\n  adaptive_bitrate: true\n  min_bitrate: 500kbps",
    "as large as the camera": "\n  streams: [{}, {path: /b, resolution: 640x360}]",
}

BAD = {
    "no stream": ("streams: []", "length of value must be at least 1"),
    "too many": (f"streams: {json.dumps([{'path': f'/{n}'} for n in range(5)])}", "at most 4"),
    "no path": ("streams: [{}, {resolution: 320x180}]", "path is missing"),
    "no resolution": ("streams: [{}, {path: /b}]", "resolution is missing: all streams but the first"),
    "no size": ("streams: [{}, {path: /b, resolution: big}]", "must be WIDTHxHEIGHT, VGA, 720P or 1080P"),
    "the same path": ("streams: [{}, {path: /stream, resolution: 320x180}]", "have the path /stream"),
    "another first size": (
        "streams: [{resolution: 320x180}]",
        "the first stream is the camera's picture, 640x360: leave its resolution out",
    ),
    "larger than the camera": (
        "streams: [{}, {path: /b, resolution: 720P}]",
        "1280x720 cannot be made of the camera's 640x360: both sides must be even, at least 64, and "
        "no larger than the camera's, for example 480x270, 320x180, 160x90",
    ),
    "an odd size": ("streams: [{}, {path: /b, resolution: 321x180}]", "for example 480x270"),
    "quantiser bounds crossed": (
        "streams: [{}, {path: /b, resolution: 320x180, qp_min: 45}]",
        "qp_min (45) must be below qp_max (40)",
    ),
    "no room to adapt in": (
        "adaptive_bitrate: true\n  min_bitrate: 2Mbps",
        "min_bitrate (2000000) must be below bitrate (2000000) for adaptive_bitrate, for example 500000",
    ),
    "an entity of no stream": (
        "streams: [{path: /a}]\nswitch: [{platform: rtsp_server, name: S, stream: /b}]",
        "there is no stream /b: give one of /a",
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_takes(esphome, name):
    done = esphome.run("config", esphome.write(HOST.format(root=ROOT, options=GOOD[name])))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", BAD)
def test_refuses(esphome, name):
    options, message = BAD[name]
    yaml = HOST.format(root=ROOT, options="  " + options)
    done = esphome.run("config", esphome.write(yaml))
    assert done.returncode != 0
    assert message in " ".join(done.stdout.split()), done.stdout


@pytest.fixture(scope="module")
def program(esphome_for_session):
    esphome = esphome_for_session
    ports = {number: str(free_port()) for number in ("28153", "28654", "28104", "28105")}
    text = (HERE / "streams.host.yaml").read_text().replace("../../components", f"{ROOT}/components")
    for number, port in ports.items():
        text = text.replace(number, port)
    esphome.write(text, "streams.host.yaml")
    done = esphome.run("compile", "streams.host.yaml")
    assert done.returncode == 0, done.stdout[-4000:]
    assert not re.findall(r".*rtsp_\w+/.*warning: .*", done.stdout)
    path = esphome.folder / ".esphome/build/streamshost/.pioenvs/streamshost/program"
    return path, esphome, int(ports["28654"]), 0, int(ports["28153"])


@pytest.fixture
def device(program):
    device = Device(*program)
    device.wait_for("RTSP Server setup complete")
    yield device
    if device.process.poll() is None:
        device.stop()


def url(device, path: str) -> str:
    return f"rtsp://127.0.0.1:{device.port}{path}"


def pull(device, path: str, pictures: int = 30) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["ffmpeg", "-v", "warning", "-rtsp_transport", "tcp", "-i", url(device, path),
         "-frames:v", str(pictures), "-f", "framemd5", "-"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


async def viewer(device, path: str):
    return await asyncio.create_subprocess_exec(
        "ffmpeg", "-v", "error", "-rtsp_transport", "tcp", "-i", url(device, path), "-f", "null",
        "-", stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_both_streams_move_at_once_each_in_its_size(device):
    players = {
        path: subprocess.Popen(
            ["ffmpeg", "-v", "warning", "-rtsp_transport", "tcp", "-i", url(device, path),
             "-frames:v", "40", "-f", "framemd5", "-"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for path in ("/main", "/sub")
    }  # fmt: skip
    for path, size in (("/main", "640x360"), ("/sub", "320x180")):
        out, err = players[path].communicate(timeout=60)
        assert players[path].returncode == 0, err
        assert f"#dimensions 0: {size}" in out
        pictures = [line.split(",")[-1] for line in out.splitlines() if not line.startswith("#")]
        assert len(set(pictures)) == 40, "the picture does not move"
    log = device.log()
    assert "came: 127.0.0.1 for /main" in log and "came: 127.0.0.1 for /sub" in log
    device.wait_for("Stream /sub:")
    assert "Resolution: 320x180" in device.log()


def test_sensors_tell_of_each_stream(device):
    async def run():
        async with Home(device) as home:
            await home.until(Clients=0, Main_clients=0, Sub_clients=0)
            process = await viewer(device, "/sub")
            await home.until(Clients=1, Main_clients=0, Sub_clients=1)
            for _ in range(200):
                if home.states["Sub bitrate"] > 0 and home.states["Sub frame rate"] > 0:
                    break
                await asyncio.sleep(0.05)
            assert home.states["Sub bitrate"] > 0
            assert home.states["Sub frame rate"] > 0
            assert home.states["Main frame rate"] > 0
            assert home.states["Sub encode time"] > 0
            await end(process)
            await home.until(Clients=0, Sub_clients=0)

    asyncio.run(run())


def test_the_switch_of_a_stream_leaves_the_other_alone(device):
    async def run():
        async with Home(device) as home:
            main, sub = await viewer(device, "/main"), await viewer(device, "/sub")
            await home.until(Main_clients=1, Sub_clients=1)
            key = home.key(SwitchInfo, "Sub")
            home.client.switch_command(key, False)
            await home.until(Main_clients=1, Sub_clients=0, Sub=False)
            await end(sub)
            done = await asyncio.to_thread(pull, device, "/sub", 1)
            assert done.returncode != 0 and "404" in done.stderr
            home.client.switch_command(key, True)
            await home.until(Sub=True)
            done = await asyncio.to_thread(pull, device, "/sub", 10)
            assert done.returncode == 0, done.stderr
            await home.until(Main_clients=1)
            await end(main)

    asyncio.run(run())


def test_the_bitrate_goes_down_for_a_viewer_that_cannot_follow(device):
    """It reads three pictures of ten; first the sockets have to be full."""
    device.wait_for("Adaptive bitrate: down to 200000 bit/s")
    player = subprocess.Popen(
        ["ffmpeg", "-v", "error", "-readrate", "0.3", "-rtsp_transport", "tcp", "-i",
         url(device, "/main"), "-c", "copy", "-f", "null", "-"], stdin=subprocess.DEVNULL)  # fmt: skip
    try:
        for _ in range(6):
            try:
                device.wait_for("5600000 bit/s from now on, by what the network carries")
                break
            except AssertionError:
                assert player.poll() is None
        device.wait_for("3920000 bit/s from now on")
    finally:
        player.terminate()
        player.wait(10)
