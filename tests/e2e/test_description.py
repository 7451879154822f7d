# SPDX-License-Identifier: Apache-2.0
"""OPTIONS and DESCRIBE as players need them (the numbers are those of docs/compatibility.md)."""

import base64
import re

import pytest

import clips
import h264
from rtsp_client import Connection


@pytest.fixture
def oceld(serve):
    return serve()


@pytest.fixture
def connection(oceld):
    with Connection(oceld.host, oceld.port) as connection:
        yield connection


@pytest.fixture
def sdp(oceld, connection):
    return connection.request("DESCRIBE", oceld.url, Accept="application/sdp").body.decode()


def attribute(sdp: str, name: str) -> str:
    return re.search(rf"^a={name}:(.*?)\r$", sdp, re.MULTILINE)[1]


def test_01_video_section_names_h264_and_its_parameter_sets(sdp):
    assert "m=video 0 RTP/AVP 96\r\n" in sdp
    assert attribute(sdp, "rtpmap") == "96 H264/90000"
    format_parameters = attribute(sdp, "fmtp")
    assert format_parameters.startswith("96 ")
    parameters = dict(p.strip().split("=", 1) for p in format_parameters[3:].split(";"))
    sps, pps = clips.units("plain")[0][:2]
    assert parameters["packetization-mode"] == "1"
    assert parameters["profile-level-id"].upper() == sps[1:4].hex().upper()
    assert [base64.b64decode(s) for s in parameters["sprop-parameter-sets"].split(",")] == [
        sps, pps]


def test_01_parameter_sets_are_in_band_before_every_idr_picture(serve):
    with serve("extradata").player() as player:
        for unit in player.start().pull(60).units:
            types = [h264.nal_type(n) for n in unit]
            assert types[:2] == [h264.SPS, h264.PPS] or h264.IDR not in types


def test_03_each_section_has_its_control(sdp):
    session, video = sdp.split("m=video")
    assert "a=control:*\r\n" in session
    assert attribute(video, "control") == "trackID=0"


def test_04_range_is_open(sdp):
    assert attribute(sdp, "range") == "npt=now-"


def test_05_lines_end_with_crlf_and_the_type_is_bare(oceld, connection):
    reply = connection.request("DESCRIBE", oceld.url, Accept="application/sdp")
    assert reply["Content-Type"] == "application/sdp"
    assert reply.body.endswith(b"\r\n")
    assert reply.body.count(b"\n") == reply.body.count(b"\r") == reply.body.count(b"\r\n")


def test_06_session_has_a_name_and_a_version(sdp):
    assert re.search(r"^s=\S.*\r$", sdp, re.MULTILINE)
    assert re.search(r"^o=\S+ \d+ \d+ IN IP4 127\.0\.0\.1\r$", sdp, re.MULTILINE)


def test_06_the_same_tracks_keep_their_version(oceld):
    origins = set()
    for _ in range(2):
        with Connection(oceld.host, oceld.port) as connection:
            body = connection.request("DESCRIBE", oceld.url).body.decode()
            origins.add(re.search(r"^o=.*$", body, re.MULTILINE)[0])
    assert len(origins) == 1


def test_08_options_lists_the_methods(oceld, connection):
    reply = connection.request("OPTIONS", oceld.url)
    assert reply.status == 200
    assert set(reply["Public"].split(", ")) == {
        "OPTIONS", "DESCRIBE", "SETUP", "PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER",
        "SET_PARAMETER"}


@pytest.mark.parametrize("path", ["/", "/nothing-here", "/stream/trackID=7"])
def test_08_options_of_an_unknown_path_is_answered(oceld, connection, path):
    assert connection.request("OPTIONS", oceld.authority + path).status == 200
    assert connection.request("OPTIONS", "*").status == 200


@pytest.mark.parametrize("url", ["rtsp://127.0.0.1:{port}/stream", "rtsp://LOCALHOST/stream",
                                 "rtsp://camera.example:1/stream"])
def test_09_content_base_is_the_url_asked_for(oceld, connection, url):
    asked = url.format(port=oceld.port)
    assert connection.request("DESCRIBE", asked)["Content-Base"] == asked + "/"


def test_09_content_base_gets_no_second_slash(oceld, connection):
    assert connection.request("DESCRIBE", oceld.url + "/")["Content-Base"] == oceld.url + "/"


# 10: what stands between the client's idea of the URL and ours. {0} is rtsp://host:port
PRESENTATION = ["{0}/stream", "{0}/stream/", "{0}//stream", "{0}/stream?start=gop",
                "{0}/stream/?a=b", "RTSP://LOCALHOST/stream", "rtsp://user:pa%3Ass@127.0.0.1/stream",
                "rtsps://127.0.0.1/stream", "/stream"]
TRACK = ["{0}/stream/trackID=0", "{0}/stream/trackID=0/", "{0}//stream//trackID=0",
         "{0}/stream?a=b/trackID=0", "{0}/stream/?a=b/trackID=0", "{0}/stream/trackID=0?a=b",
         "{0}/stream", "{0}/stream/", "rtsp://user:pw@LOCALHOST/stream/trackID=0",
         "rtsps://127.0.0.1/stream/trackID=0", "/stream/trackID=0"]


@pytest.mark.parametrize("url", PRESENTATION)
def test_10_describe_and_play_take_the_url_as_players_write_it(oceld, url):
    with oceld.player(url=url.format(oceld.authority)) as player:
        assert player.describe().status == 200
        player.start().pull(1)


@pytest.mark.parametrize("url", TRACK)
def test_10_setup_takes_the_url_as_players_write_it(oceld, connection, url):
    reply = connection.request("SETUP", url.format(oceld.authority),
                               Transport="RTP/AVP/TCP;unicast;interleaved=0-1")
    assert reply.status == 200


def test_10_a_single_track_plays_and_ends_by_its_own_url(oceld):
    with oceld.player() as player:
        player.start().pull(1)
        track = player.control_url()
        assert player.request("PAUSE", track, Session=player.session).status == 200
        assert player.request("PLAY", track, Session=player.session).status == 200
        assert player.request("TEARDOWN", track, Session=player.session).status == 200


def test_describe_takes_any_accept_that_admits_sdp(oceld, connection):
    for accept in (None, "application/sdp", "application/*", "*/*",
                   "application/rtsl, application/sdp;level=-2"):
        assert connection.request("DESCRIBE", oceld.url, Accept=accept).status == 200


def test_22_no_request_is_redirected(oceld, connection):
    for path in ("/", "/stream", "/other"):
        for method in ("OPTIONS", "DESCRIBE"):
            assert connection.request(method, oceld.authority + path).status // 100 != 3
