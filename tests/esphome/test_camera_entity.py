# SPDX-License-Identifier: Apache-2.0
"""The camera as an entity: Home Assistant's client library gets the picture from the host program."""

import asyncio
import re
import subprocess

import pytest
from aioesphomeapi import APIClient, CameraInfo, CameraState

from conftest import ROOT
from test_host import Device, free_port

YAML = """
esphome: {{name: picture}}
host:
network:
logger:
api: {{port: {api}}}
external_components:
  - source: {{type: local, path: {root}/components}}
rtsp_test_camera: {{id: eye, resolution: 320x240}}
rtsp_server:
  camera_id: eye
  port: {port}
  rtp_port: {rtp}
  rtcp_port: {rtcp}
  camera: {{name: Picture, update_interval: 100ms}}
"""


@pytest.fixture(scope="module")
def program(esphome_for_session):
    esphome, port, api = esphome_for_session, free_port(), free_port()
    esphome.write(
        YAML.format(root=ROOT, api=api, port=port, rtp=free_port(), rtcp=free_port()), "picture.yaml"
    )
    done = esphome.run("compile", "picture.yaml")
    assert done.returncode == 0, done.stdout[-4000:]
    assert not re.findall(r".*rtsp_\w+/.*warning: .*", done.stdout)
    return esphome.folder / ".esphome/build/picture/.pioenvs/picture/program", esphome, port, 0, api


@pytest.fixture
def device(program):
    device = Device(*program)
    device.wait_for("Stream URL: rtsp://")
    yield device
    assert device.stop() == 0, device.log()[-3000:]


async def pictures(device, count: int, ask) -> tuple[list, list[bytes]]:
    """The entities, and so many pictures after `ask(client)`."""
    client = APIClient("127.0.0.1", device.api_port, None)
    got, enough = [], asyncio.Event()

    def on_state(state):
        if isinstance(state, CameraState):
            got.append(bytes(state.data))
            if len(got) >= count:
                enough.set()

    await client.connect(login=True)
    try:
        entities, _ = await client.list_entities_services()
        client.subscribe_states(on_state)
        ask(client)
        await asyncio.wait_for(enough.wait(), 20)
    finally:
        await client.disconnect()
    return entities, got


def decode(jpeg: bytes) -> bytes:
    """The picture as grey bytes of 320x240; whatever is wrong with it is an error."""
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-xerror", "-f", "jpeg_pipe", "-i", "-", "-pix_fmt", "gray",
         "-f", "rawvideo", "-"],
        input=jpeg,
        capture_output=True,
        timeout=30,
    )  # fmt: skip
    assert done.returncode == 0 and not done.stderr, done.stderr.decode()
    assert len(done.stdout) == 320 * 240
    return done.stdout


def test_the_client_library_receives_the_picture(device):
    entities, got = asyncio.run(pictures(device, 1, lambda c: c.request_single_image()))
    cameras = [e for e in entities if isinstance(e, CameraInfo)]
    assert [c.name for c in cameras] == ["Picture"]
    assert got[0][:2] == b"\xff\xd8" and got[0][-2:] == b"\xff\xd9"
    grey = decode(got[0])
    # The square is white, the slope behind it is not.
    assert max(grey) > 245 and min(grey) < 20 and len(set(grey)) > 150


def test_a_stream_of_pictures_moves(device):
    _, got = asyncio.run(pictures(device, 5, lambda c: c.request_image_stream()))
    assert len({decode(jpeg) for jpeg in got}) == 5


def test_nothing_is_sent_unasked(device):
    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(asyncio.wait_for(pictures(device, 1, lambda c: None), 3))


def test_two_clients_each_receive_it(device):
    async def both():
        return await asyncio.gather(
            *(pictures(device, 2, lambda c: c.request_image_stream()) for _ in range(2))
        )

    for _, got in asyncio.run(both()):
        assert all(decode(jpeg) for jpeg in got)


