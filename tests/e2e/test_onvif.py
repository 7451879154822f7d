# SPDX-License-Identifier: Apache-2.0
"""ONVIF: answers by the schemas, real clients in their own order, and what they were told opened."""

import json
import subprocess
import sys
import urllib.error
from pathlib import Path

import httpx
import pytest

import programs
from networks import SERVER, inside
from oceld import free_port
from onvif_schema import DEVICE, MEDIA, SOAP, Asker

CLIENTS = Path(__file__).parent / "clients"
LOGIN = ("--username", "ada", "--password", "engine")
SUB = ("--stream", "path=/stream", "--stream", "path=/sub,resolution=320x180")
PROFILE = "<n:ProfileToken>profile_0</n:ProfileToken>"


def camera(serve, *options: str):
    """An oceld that shows the test picture; gives it and the port of its HTTP."""
    port = free_port()
    return serve("test", "--size", "640x360", "--no-discovery", *options,
                 "--http-port", str(port)), port


ALONE = {
    DEVICE: """GetServices GetCapabilities GetServiceCapabilities GetDeviceInformation
        GetEndpointReference GetWsdlUrl GetScopes GetDiscoveryMode GetSystemDateAndTime
        GetNetworkInterfaces GetNetworkProtocols GetNetworkDefaultGateway GetDNS GetNTP
        GetHostname""",
    MEDIA: """GetServiceCapabilities GetProfiles GetVideoSources GetVideoSourceConfigurations
        GetVideoSourceConfigurationOptions GetAudioSources GetAudioSourceConfigurations
        GetVideoEncoderConfigurations GetVideoEncoderConfigurationOptions
        GetAudioEncoderConfigurations GetAudioEncoderConfigurationOptions""",
}
OF_A_PROFILE = """GetProfile GetSnapshotUri SetSynchronizationPoint
    GetCompatibleVideoEncoderConfigurations GetCompatibleVideoSourceConfigurations
    GetCompatibleAudioEncoderConfigurations"""


def test_answers_are_valid_by_the_schemas(serve):
    _, port = camera(serve, *SUB)
    asker = Asker(f"127.0.0.1:{port}")
    for service, actions in ALONE.items():
        for action in actions.split():
            asker.ask(service, action)
    asker.ask(DEVICE, "GetServices", "<n:IncludeCapability>true</n:IncludeCapability>")
    for action in OF_A_PROFILE.split():
        asker.ask(MEDIA, action, PROFILE)


def test_home_assistants_library_finds_all(serve):
    oceld, port = camera(serve, *LOGIN, *SUB)
    got = json.loads(subprocess.run(
        [sys.executable, CLIENTS / "python/onvif_home_assistant.py", "127.0.0.1", str(port), "ada",
         "engine"], check=True, stdout=subprocess.PIPE, timeout=60).stdout)
    assert got["profiles"] == [["profile_0", "stream", "H264", 640, 360],
                               ["profile_1", "sub", "H264", 320, 180]]
    assert got["capabilities"] == ["Device", "Media"]
    assert len(got["mac"]) == 1 and got["information"][2]
    assert got["uris"] == [f"rtsp://127.0.0.1:{oceld.port}/{name}" for name in ("stream", "sub")]
    for uri in got["uris"]:
        assert len(programs.ffmpeg_decode(uri.replace("//", "//ada:engine@"), "tcp", 5)) == 5
    for uri in got["snapshots"]:
        picture = httpx.get(uri, auth=httpx.DigestAuth("ada", "engine"), timeout=20)
        assert picture.status_code == 200 and picture.content[:2] == b"\xff\xd8"


def test_a_wrong_password_is_told_as_a_fault(serve):
    _, port = camera(serve, *LOGIN)
    done = subprocess.run(
        [sys.executable, CLIENTS / "python/onvif_home_assistant.py", "127.0.0.1", str(port), "ada",
         "motor"], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "Fault: Sender not authorized" in done.stderr


@pytest.mark.parametrize("subtype", ["", "?subtype=1"])
def test_go2rtc_takes_the_camera_by_onvif(serve, relay, subtype):
    _, port = camera(serve, *LOGIN, *SUB)
    api, rtsp = free_port(), free_port()
    relay("go2rtc", f"""
api: {{listen: "127.0.0.1:{api}"}}
rtsp: {{listen: "127.0.0.1:{rtsp}"}}
webrtc: {{listen: ""}}
srtp: {{listen: ""}}
streams: {{camera: "onvif://ada:engine@127.0.0.1:{port}{subtype}"}}
""", rtsp, "-config")
    out = programs.run(["ffprobe", "-v", "error", "-rtsp_transport", "tcp", "-select_streams", "v",
                        "-show_entries", "stream=codec_name,width", "-of", "csv=p=0",
                        f"rtsp://127.0.0.1:{rtsp}/camera"])
    assert out.strip() == ("h264,320" if subtype else "h264,640")


ENCODER = """<n:Configuration token="video_encoder_0"><tt:Name>n</tt:Name>
<tt:UseCount>1</tt:UseCount><tt:Encoding>H264</tt:Encoding>
<tt:Resolution><tt:Width>640</tt:Width><tt:Height>360</tt:Height></tt:Resolution>
<tt:Quality>1</tt:Quality><tt:RateControl><tt:FrameRateLimit>30</tt:FrameRateLimit>
<tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>1000</tt:BitrateLimit>
</tt:RateControl><tt:H264><tt:GovLength>{gop}</tt:GovLength>
<tt:H264Profile>Main</tt:H264Profile></tt:H264></n:Configuration>
<n:ForcePersistence>true</n:ForcePersistence>"""


def post_with_digest(port: int, action: str, inside: str) -> bytes:
    body = (f'<s:Envelope xmlns:s="{SOAP}"><s:Body><n:{action} xmlns:n="{MEDIA}" '
            f'xmlns:tt="http://www.onvif.org/ver10/schema">{inside}</n:{action}></s:Body>'
            f'</s:Envelope>')
    answer = httpx.post(f"http://127.0.0.1:{port}/onvif/media_service", content=body,
                        auth=httpx.DigestAuth("ada", "engine"), timeout=10)
    return answer.content


def key_pictures(url: str, pictures: int) -> list[int]:
    """Where key pictures are among so many."""
    out = programs.run(["ffprobe", "-v", "error", "-rtsp_transport", "tcp", "-select_streams", "v",
                        "-read_intervals", f"%+#{pictures}", "-show_entries", "packet=flags",
                        "-of", "csv=p=0", url])
    return [i for i, line in enumerate(out.split()) if line.startswith("K")]


def test_an_encoder_that_is_set_does_it(serve):
    oceld, port = camera(serve, *LOGIN, "--gop", "120")
    answer = post_with_digest(port, "SetVideoEncoderConfiguration", ENCODER.format(gop=7))
    assert b"SetVideoEncoderConfigurationResponse" in answer
    answer = post_with_digest(port, "GetVideoEncoderConfigurations", "")
    assert b"<tt:GovLength>7</tt:GovLength>" in answer
    assert b"<tt:BitrateLimit>1000</tt:BitrateLimit>" in answer
    keys = key_pictures(oceld.url.replace("//", "//ada:engine@"), 60)
    assert len(keys) > 3
    assert {b - a for a, b in zip(keys, keys[1:])} == {7}


def test_without_onvif_nothing_answers(serve):
    _, port = camera(serve, "--no-onvif")
    with pytest.raises(urllib.error.HTTPError) as refused:
        Asker(f"127.0.0.1:{port}").ask(DEVICE, "GetServices")
    assert refused.value.code == 404


def discover(viewers: int, *scopes: str) -> list[dict]:
    command = inside(viewers, [sys.executable, CLIENTS / "python/onvif_discover.py", *scopes])
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE,
                                     timeout=60).stdout)


def test_a_camera_is_found_by_those_who_look_for_it(serve, networks):
    server, viewers = networks
    serve("plain", host=SERVER, prefix=tuple(inside(server, [])), http="8080")
    found = discover(viewers, "onvif://www.onvif.org/Profile/Streaming")
    assert [f["xaddrs"] for f in found] == [[f"http://{SERVER}:8080/onvif/device_service"]]
    assert found[0]["address"].startswith("urn:uuid:")
    assert "onvif://www.onvif.org/name/oceld" in found[0]["scopes"]
    assert discover(viewers)[0]["address"] == found[0]["address"]
    assert discover(viewers, "onvif://www.onvif.org/Profile/G") == []


def test_a_hidden_camera_is_not_found(serve, networks):
    server, viewers = networks
    serve("plain", "--no-discovery", host=SERVER, prefix=tuple(inside(server, [])), http="8080")
    assert discover(viewers) == []
