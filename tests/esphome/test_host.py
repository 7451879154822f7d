# SPDX-License-Identifier: Apache-2.0
"""A real ESPHome program for this computer: it streams, and its entities tell of it."""

import asyncio
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest
import requests
from aioesphomeapi import APIClient, ButtonInfo, NumberInfo, SwitchInfo
from esphome import espota2

from conftest import HERE, ROOT


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for_port(port: int) -> None:
    for _ in range(200):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nobody listens on {port}")


class Device:
    """The program while it runs, and its log."""

    def __init__(self, program, esphome, port, tls_port, api_port, ota_port=0, http_port=0):
        self.port = port
        self.tls_port = tls_port
        self.http_port = http_port
        self.url = f"rtsp://127.0.0.1:{port}/stream"
        self.login_url = f"rtsp://viewer:pa%3Ass%20w@127.0.0.1:{port}/stream"
        self.tls_url = f"rtsps://viewer:pa%3Ass%20w@127.0.0.1:{tls_port}/stream"
        self.api_port = api_port
        self.ota_port = ota_port
        self.log_path = esphome.folder / "log"
        self.process = subprocess.Popen(
            [program],
            env=esphome.env,
            stdin=subprocess.DEVNULL,
            stdout=self.log_path.open("wb"),
            stderr=subprocess.STDOUT,
        )

    def log(self) -> str:
        return re.sub(r"\x1b\[[0-9;]*m", "", self.log_path.read_text(errors="replace"))

    def wait_for(self, text: str) -> None:
        for _ in range(200):
            if text in self.log():
                return
            time.sleep(0.05)
        raise AssertionError(f"{text!r} is not in the log:\n{self.log()[-3000:]}")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


@pytest.fixture(scope="module")
def program(esphome_for_session):
    esphome = esphome_for_session
    ports = {"port": free_port(), "rtp_port": free_port(), "rtcp_port": free_port(),
             "tls": {"port": free_port()}, "http_port": free_port(),
             "username": "viewer", "password": "pa:ss w",
             "allowed_ips": ["10.0.0.0/8", "127.0.0.1"], "dscp": 34}  # fmt: skip
    api_port, ota_port = free_port(), free_port()
    for name in ("common.yaml", "test.host.yaml"):
        text = (HERE / name).read_text().replace("../../components", f"{ROOT}/components")
        text = text.replace("{port: 28554, rtp_port: 28004, rtcp_port: 28005}", str(ports))
        text = text.replace("28053", str(api_port)).replace("28082", str(ota_port))
        esphome.write(text.replace("'", ""), name)
    done = esphome.run("compile", "test.host.yaml")
    assert done.returncode == 0, done.stdout[-4000:]
    assert not re.findall(r".*rtsp_\w+/.*warning: .*", done.stdout)
    path = esphome.folder / ".esphome/build/rtsphost/.pioenvs/rtsphost/program"
    tls_port, http_port = ports["tls"]["port"], ports["http_port"]
    return path, esphome, ports["port"], tls_port, api_port, ota_port, http_port


@pytest.fixture
def device(program):
    device = Device(*program)
    device.wait_for("Stream URL: rtsp://")
    yield device
    if device.process.poll() is None:
        device.stop()


def ffmpeg(device, *arguments, transport="tcp", url=None) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["ffmpeg", "-v", "warning", "-rtsp_transport", transport, "-i", url or device.login_url,
         *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_streams_to_ffmpeg(device, transport):
    done = ffmpeg(device, "-frames:v", "40", "-f", "framemd5", "-", transport=transport)
    assert done.returncode == 0, done.stderr
    pictures = [line for line in done.stdout.splitlines() if not line.startswith("#")]
    assert len(pictures) == 40
    assert len({line.split(",")[-1] for line in pictures}) == 40, "the picture does not move"
    assert "error" not in done.stderr.lower(), done.stderr


def test_streams_inside_tls(device):
    done = ffmpeg(device, "-frames:v", "40", "-f", "framemd5", "-", url=device.tls_url)
    assert done.returncode == 0, done.stderr
    assert len([line for line in done.stdout.splitlines() if not line.startswith("#")]) == 40


def test_streams_over_http(device):
    assert device.http_port != 0
    url = re.sub(r":\d+/", f":{device.http_port}/", device.login_url)
    done = ffmpeg(device, "-frames:v", "40", "-f", "framemd5", "-", transport="http", url=url)
    assert done.returncode == 0, done.stderr
    assert len([line for line in done.stdout.splitlines() if not line.startswith("#")]) == 40


def test_serves_the_live_page(device):
    base = f"http://127.0.0.1:{device.http_port}"
    web = requests.Session()
    web.auth = requests.auth.HTTPDigestAuth("viewer", "pa:ss w")
    assert requests.get(base + "/", timeout=10).status_code == 401
    assert "<video" in web.get(base + "/", timeout=10).text
    place = web.get(base + "/api/live", timeout=10).json()
    assert place["title"] == "rtsphost" and place["streams"][0]["live"]
    assert web.get(base + "/api/stats", timeout=10).json()["streams"][0]["ready"]


@pytest.fixture(scope="module")
def go2rtc() -> Path:
    subprocess.run([ROOT / "tests/e2e/prepare", "go2rtc"], check=True)
    return Path(os.environ.get("OCEL_PEERS", ROOT / "build/peers")) / "go2rtc"


def test_streams_to_go2rtc_under_the_eyes_of_home_assistant(device, go2rtc, tmp_path):
    port = free_port()
    config = {"api": {"listen": ""}, "webrtc": {"listen": ""}, "srtp": {"listen": ""},
              "rtsp": {"listen": f"127.0.0.1:{port}"}, "streams": {"cam": device.login_url}}  # fmt: skip
    (tmp_path / "go2rtc.yaml").write_text(json.dumps(config))
    relay = subprocess.Popen(
        [go2rtc, "-config", tmp_path / "go2rtc.yaml"], cwd=tmp_path, stdin=subprocess.DEVNULL
    )

    async def run():
        async with Home(device) as home:
            await home.until(Clients=0, Streaming=False)
            pulled = asyncio.to_thread(
                ffmpeg, device, "-frames:v", "60", "-f", "framemd5", "-",
                url=f"rtsp://127.0.0.1:{port}/cam",
            )  # fmt: skip
            task = asyncio.create_task(pulled)
            await home.until(Clients=1, Streaming=True, Last_client="127.0.0.1")
            return await task

    try:
        wait_for_port(port)
        done = asyncio.run(run())
    finally:
        relay.terminate()
        relay.wait(20)
    assert done.returncode == 0, done.stderr
    assert len([line for line in done.stdout.splitlines() if not line.startswith("#")]) == 60


def shown_certificate(device) -> str:
    """The SHA-256 of what the TLS port shows."""
    text = ssl.get_server_certificate(("127.0.0.1", device.tls_port), timeout=10)
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(text)).hexdigest().upper()


def test_the_certificate_is_made_once_and_kept(program):
    kept = program[1].folder / ".esphome/prefs"
    if kept.exists():
        shutil.rmtree(kept)
    fingerprints = []
    for said in ("TLS certificate made, SHA-256 ", "TLS certificate, SHA-256 "):
        device = Device(*program)
        try:
            device.wait_for(said)
            fingerprints.append(shown_certificate(device))
            assert f"{said}{fingerprints[-1]}" in device.log()
            device.wait_for(f"TLS certificate: self-signed, SHA-256 {fingerprints[-1]}")
        finally:
            assert device.stop() == 0
    assert fingerprints[0] == fingerprints[1]


def test_a_certificate_that_was_damaged_is_made_again(program):
    device = Device(*program)
    device.wait_for("TLS certificate")
    before = shown_certificate(device)
    device.stop()
    (kept,) = (program[1].folder / ".esphome/prefs").glob("*.prefs")
    damaged = kept.read_bytes().replace(b"-----BEGIN CERTIFICATE", b"-----BEGIN CERTIFICAT3")
    assert damaged != kept.read_bytes()
    kept.write_bytes(damaged)
    device = Device(*program)
    try:
        device.wait_for("TLS certificate made, SHA-256 ")
        assert shown_certificate(device) != before
    finally:
        device.stop()


def test_log_says_what_users_look_for(device):
    device.wait_for("Authentication: Digest")
    log = device.log()
    assert "RTSP Server setup complete" in log
    assert f"Stream URL: {device.url}" in log
    assert f"Stream URL: rtsps://127.0.0.1:{device.tls_port}/stream" in log
    for line in ("Max clients: 3", "Bitrate: 2000000 bit/s, at most 2000000", "GOP: 30", "QP: 10 to 40"):
        assert line in log
    assert "took a long time" not in log
    assert "No password" not in log and "pa:ss" not in log


@pytest.mark.parametrize("login", ["", "viewer:wrong@", "other:pa%3Ass%20w@"])
def test_nobody_plays_without_the_password(device, login):
    done = ffmpeg(device, "-frames:v", "1", "-f", "null", "-",
                  url=device.url.replace("//", f"//{login}"))  # fmt: skip
    assert done.returncode != 0 and "401 Unauthorized" in done.stderr
    if login:
        device.wait_for("127.0.0.1: wrong user name or password, 1 from there lately")


def test_who_is_not_allowed_is_closed_without_a_word(device):
    address = ("127.0.0.1", device.port)
    with socket.create_connection(address, 10, source_address=("127.0.0.2", 0)) as s:
        assert s.recv(1) == b""
    device.wait_for("127.0.0.2: not in allowed_ips, 1 turned away")


def test_automations_run_in_order(device):
    assert ffmpeg(device, "-frames:v", "10", "-f", "null", "-").returncode == 0
    device.wait_for("stream stopped")
    log = device.log()
    steps = ("came: 127.0.0.1 for /stream", "stream started", "went: 127.0.0.1", "nobody left")
    places = [log.index(step) for step in steps]
    assert places == sorted(places)


def test_clean_end(device):
    assert device.stop() == 0


class Home:
    """What Home Assistant's own library sees of the device."""

    def __init__(self, device):
        self.client = APIClient("127.0.0.1", device.api_port, "")
        self.states = {}

    async def __aenter__(self):
        await self.client.connect(login=True)
        self.entities, _ = await self.client.list_entities_services()
        names = {e.key: e.name for e in self.entities}

        def on_state(state):
            self.states[names[state.key]] = getattr(state, "state", None)

        self.client.subscribe_states(on_state)
        await asyncio.sleep(0.5)
        return self

    async def __aexit__(self, *_):
        await self.client.disconnect()

    def key(self, kind, name):
        return next(e.key for e in self.entities if isinstance(e, kind) and e.name == name)

    async def until(self, **wanted):
        wanted = {name.replace("_", " "): value for name, value in wanted.items()}
        for _ in range(200):
            if all(self.states.get(name) == value for name, value in wanted.items()):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"wanted {wanted}, have {self.states}")


async def viewer(device):
    return await asyncio.create_subprocess_exec(
        "ffmpeg", "-v", "error", "-rtsp_transport", "tcp", "-i", device.login_url, "-f", "null", "-",
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


async def end(process):
    if process.returncode is None:
        process.send_signal(signal.SIGINT)
    await asyncio.wait_for(process.communicate(), 20)


def test_values_are_there_from_boot(device):
    async def run():
        async with Home(device) as home:
            await home.until(
                Clients=0, Streaming=False, Client_connected=False, Packets_lost=0,
                Skipped_frames=0, Stream=True, Bitrate=2000000, GOP=30, QP_min=10, QP_max=40,
                Stream_URL=device.url, Last_client="",
            )  # fmt: skip
            missing = [e.name for e in home.entities
                       if not isinstance(e, ButtonInfo) and home.states.get(e.name) is None]
            assert missing == []

    asyncio.run(run())


def test_entities_follow_a_viewer(device):
    async def run():
        async with Home(device) as home:
            process = await viewer(device)
            await home.until(Clients=1, Streaming=True, Client_connected=True,
                             Last_client="127.0.0.1")  # fmt: skip
            await home.until(Bitrate=900000, GOP=20, QP_min=12, QP_max=44)  # on_stream_start
            await asyncio.sleep(2.5)
            assert 15 < home.states["Frame rate"] < 35
            assert home.states["Bitrate sent"] > 0
            assert home.states["Encode time"] > 0
            await end(process)
            await home.until(Clients=0, Streaming=False, Client_connected=False)

    asyncio.run(run())
    log = device.log()
    assert log.count("The radio stays awake") == log.count("The radio may sleep") == 1


def test_bitrate_stays_below_what_memory_was_reserved_for(device):
    async def run():
        async with Home(device) as home:
            await home.until(Bitrate=2000000)
            number = next(e for e in home.entities if e.name == "Bitrate")
            assert number.max_value == 2000000
            home.client.number_command(number.key, 700000)
            await home.until(Bitrate=700000)
            home.client.button_command(home.key(ButtonInfo, "Too many bits"))
            await home.until(Bitrate=2000000)

    asyncio.run(run())
    device.wait_for("9000000 bit/s is more than max_bitrate: 2000000 instead")


def test_switch_closes_and_opens_the_port(device):
    async def run():
        async with Home(device) as home:
            process = await viewer(device)
            await home.until(Clients=1)
            home.client.switch_command(home.key(SwitchInfo, "Stream"), False)
            await home.until(Clients=0, Streaming=False, Stream=False)
            await end(process)
            assert ffmpeg(device, "-frames:v", "1", "-f", "null", "-").returncode != 0
            home.client.switch_command(home.key(SwitchInfo, "Stream"), True)
            await home.until(Stream=True)
            await asyncio.sleep(1)
            assert ffmpeg(device, "-frames:v", "1", "-f", "null", "-").returncode == 0

    asyncio.run(run())


def test_stops_for_an_update_and_goes_on_when_it_has_failed(device, tmp_path):
    firmware = tmp_path / "firmware.bin"
    firmware.write_bytes(b"no program" * 1000)

    async def run():
        async with Home(device) as home:
            process = await viewer(device)
            await home.until(Clients=1)
            code, _ = await asyncio.to_thread(
                espota2.run_ota, "127.0.0.1", device.ota_port, None, firmware
            )
            assert code != 0, "the update was taken"
            await asyncio.wait_for(process.wait(), 20)  # hung up on
            await home.until(Clients=0, Streaming=False, Stream=True)
            await end(process)

    asyncio.run(run())
    log = device.log()
    assert log.index("Starting update") < log.index("went: 127.0.0.1"), log[-2000:]
    assert ffmpeg(device, "-frames:v", "1", "-f", "null", "-").returncode == 0


def test_button_disconnects_clients(device):
    async def run():
        async with Home(device) as home:
            process = await viewer(device)
            await home.until(Clients=1)
            home.client.button_command(home.key(ButtonInfo, "Disconnect clients"))
            await home.until(Clients=0)
            await end(process)

    asyncio.run(run())


def test_numbers_change_the_stream(device):
    async def run():
        async with Home(device) as home:
            home.client.number_command(home.key(NumberInfo, "GOP"), 5)
            await home.until(GOP=5)
            home.client.number_command(home.key(NumberInfo, "QP min"), 45)  # above QP max
            await asyncio.sleep(0.5)
            assert home.states["QP min"] == 10

    asyncio.run(run())
    done = ffmpeg(device, "-frames:v", "60", "-c", "copy", "-f", "framecrc", "-")
    assert done.returncode == 0, done.stderr


def test_a_port_that_is_taken_is_told_and_tried_again(program):
    port = program[2]
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("0.0.0.0", port))
        taken.listen()
        device = Device(*program)
        try:
            device.wait_for("error: ")
            assert device.process.poll() is None
        finally:
            taken.close()
        try:
            device.wait_for("RTSP Server setup complete")
            for _ in range(100):
                if ffmpeg(device, "-frames:v", "1", "-f", "null", "-").returncode == 0:
                    break
                time.sleep(0.2)
            else:
                raise AssertionError(device.log()[-2000:])
        finally:
            device.stop()
