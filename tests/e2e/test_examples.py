# SPDX-License-Identifier: Apache-2.0
"""The files in examples/ do what they say, with an oceld in place of the camera. Nothing in them is
changed but addresses and ports."""

import os
import re
import subprocess
import time

import pytest
import yaml

import clips
import documented
import h264
import programs
from oceld import ROOT, free_port, wait_for
from relays import from_whole_key_picture, pull
from test_players import BURST

pytestmark = pytest.mark.slow
EXAMPLES = ROOT / "examples"
CAMERA = "192.168.1.50:554"


def example(name: str, oceld=None) -> str:
    text = (EXAMPLES / name).read_text()
    if oceld is None:
        return text
    assert CAMERA in text
    return text.replace(CAMERA, f"{oceld.host}:{oceld.port}")


def secret(loader, node):
    return f"secret {node.value}"


class Loader(yaml.SafeLoader):
    """Also reads Home Assistant's secrets."""


Loader.add_constructor("!secret", secret)


def load(name: str):
    return yaml.load(example(name), Loader)


def go2rtc(relay, config: str) -> int:
    """The port that it serves at; other servers of its are off, so that no fixed port is taken."""
    port = free_port()
    others = '{"api":{"listen":""},"webrtc":{"listen":""},"srtp":{"listen":""},"log":{"level":"warn"}'
    listen = f'"rtsp":{{"listen":"127.0.0.1:{port}"}}}}'
    # What comes later on the command line wins.
    log = relay("go2rtc", f"{others},{listen}", port, "-config", config, "-config")
    assert "ERR" not in log.read_text(), log.read_text()
    return port


@pytest.mark.parametrize("stream", ["front_door", "front_door_udp"])
def test_go2rtc(serve, relay, tmp_path, stream):
    oceld = serve("plain")
    file = tmp_path / "go2rtc.yaml"
    file.write_text(example("go2rtc/go2rtc.yaml", oceld))
    port = go2rtc(relay, str(file))
    pulled = pull(f"rtsp://127.0.0.1:{port}/{stream}", tmp_path / "out.h264")
    h264.assert_loops(from_whole_key_picture(pulled, "plain"), clips.units("plain"))


def test_mediamtx(serve, relay, tmp_path):
    oceld = serve("plain")
    port = free_port()
    log = relay("mediamtx", example("mediamtx/mediamtx.yml", oceld), port, MTX_HLS="no",
                MTX_WEBRTC="no", MTX_RTSPTRANSPORTS="tcp", MTX_RTSPADDRESS=f"127.0.0.1:{port}")
    oceld.wait_for_sessions(0)  # on demand
    pulled = pull(f"rtsp://127.0.0.1:{port}/front_door", tmp_path / "out.h264")
    h264.assert_loops(from_whole_key_picture(pulled, "plain"), clips.units("plain"))
    assert " ERR " not in log.read_text(), log.read_text()


@pytest.mark.parametrize("name", ["example_frigate", "several_cameras"])
def test_frigate_documents_each_key(name):
    assert documented.complaints(load(f"frigate/{name}.yaml"), documented.FRIGATE) == []


def test_frigates_go2rtc_serves_what_its_cameras_open(serve, relay, tmp_path):
    oceld = serve("plain")
    frigate = load("frigate/several_cameras.yaml")
    streams = frigate["go2rtc"]["streams"]
    for camera, settings in frigate["cameras"].items():
        paths = [i["path"] for i in settings["ffmpeg"]["inputs"]]
        assert paths == [f"rtsp://127.0.0.1:8554/{camera}"] and camera in streams
    assert set(frigate["camera_groups"]["outside"]["cameras"]) <= set(frigate["cameras"])
    urls = {name: [re.sub(r"192\.168\.1\.5\d:554", f"127.0.0.1:{oceld.port}", url) for url in urls]
            for name, urls in streams.items()}
    file = tmp_path / "go2rtc.yaml"
    file.write_text(yaml.safe_dump({"streams": urls}))
    port = go2rtc(relay, str(file))
    for name in streams:
        pulled = pull(f"rtsp://127.0.0.1:{port}/{name}", tmp_path / "out.h264")
        h264.assert_loops(from_whole_key_picture(pulled, "plain"), clips.units("plain"))


@pytest.mark.parametrize("name, schema", [
    ("configuration", documented.HOME_ASSISTANT), ("picture_card", documented.PICTURE_ENTITY),
    ("frigate_card", documented.ADVANCED_CAMERA_CARD)])
def test_home_assistant_documents_each_key(name, schema):
    assert documented.complaints(load(f"home_assistant/{name}.yaml"), schema) == []


def test_home_assistants_entities_are_those_of_the_complete_device():
    device = (EXAMPLES / "esphome/example_esphome.yaml").read_text()
    names = re.findall(r"name: ([\w ]+)", device)
    known = {name.lower().replace(" ", "_") for name in names}
    text = example("home_assistant/configuration.yaml") + example("home_assistant/picture_card.yaml")
    entities = re.findall(r"\b(?:binary_sensor|sensor|switch|button)\.front_door_(\w+)", text)
    assert entities and set(entities) <= known


@pytest.mark.parametrize("path", sorted(EXAMPLES.rglob("*.*")), ids=lambda path: path.name)
def test_no_example_has_a_credential(path):
    text = path.read_text() if path.is_file() else ""
    assert not re.search(r"rtsps?://[^/\s]*@", text)
    for line in text.splitlines():
        if re.match(r"\s*-?\s*(ssid|password|username|key|token):", line):
            assert "!secret " in line, line


@pytest.fixture
def recording(tmp_path):
    """Starts the recording script on a URL; gives its process, its folder and its log."""
    running = []

    def start(url: str):
        folder, log = tmp_path / "recorded", tmp_path / "log"
        with log.open("wb") as out:
            running.append(subprocess.Popen(
                [EXAMPLES / "recording/record.sh", url, folder], stdin=subprocess.DEVNULL,
                stdout=out, stderr=out,
                env={"PATH": os.environ["PATH"], "EVERY": "1", "KEEP": "1", "PAUSE": "1"}))
        return running[-1], folder, log

    yield start
    for process in running:
        process.terminate()
        assert process.wait(10) == 0


def recorded(folder) -> list:
    return sorted(folder.glob("*.mp4"))


def test_recording_makes_whole_segments(serve, recording):
    process, folder, log = recording(serve("plain").url)
    wait_for(lambda: len(recorded(folder)) > 3, "four segments", 60)
    process.terminate()
    assert process.wait(10) == 0
    source = set(programs.ffmpeg_decode_file(clips.path("plain")))
    for segment in recorded(folder):
        told = programs.run(["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries",
                             "packet=flags", "-of", "csv=p=0", segment])
        assert told.startswith("K"), f"{segment} begins with no key picture"
        pictures = programs.ffmpeg_decode_file(segment)
        assert pictures and set(pictures) <= source
    said = log.read_text().splitlines()
    assert [line for line in said if not any(text in line for text in BURST)] == []


def test_recording_goes_on_when_the_stream_is_back(serve, recording):
    oceld = serve("plain")
    process, folder, log = recording(oceld.url)
    wait_for(lambda: recorded(folder), "a segment", 60)
    port = oceld.port
    oceld.stop()
    wait_for(lambda: "the stream ended; again in 1 s" in log.read_text(), "the end", 60)
    before = len(recorded(folder))
    serve("plain", "--port", str(port))
    wait_for(lambda: len(recorded(folder)) > before, "one more segment", 60)
    assert process.poll() is None


def test_recording_removes_old_segments(serve, recording, tmp_path):
    old = tmp_path / "recorded/2001-01-01_00-00-00.mp4"
    old.parent.mkdir()
    old.touch()
    a_day_and_more = time.time() - 90000
    os.utime(old, (a_day_and_more, a_day_and_more))
    recording(serve("plain").url)
    wait_for(lambda: recorded(old.parent) and not old.exists(), "the old one to go", 60)
