# SPDX-License-Identifier: Apache-2.0
"""Every refusal by its code, and what other servers were seen to get wrong, on a raw socket."""

import signal

import pytest

from rtsp_client import Connection, parameter, request_bytes

TCP = "RTP/AVP/TCP;unicast;interleaved=0-1"


@pytest.fixture
def oceld(serve):
    oceld = serve()
    yield oceld
    with oceld.player() as player:  # whatever came, the next one is served
        player.start().pull(2)


@pytest.fixture
def connection(oceld):
    with Connection(oceld.host, oceld.port) as connection:
        yield connection


def refused(connection: Connection, status: int, request: bytes) -> None:
    """The refusal comes, and then the connection is closed."""
    connection.send(request)
    assert connection.reply().status == status
    assert connection.closed()


def goes_on(connection: Connection) -> None:
    assert connection.request("OPTIONS", "*").status == 200


@pytest.mark.parametrize("request_text", [
    "NONSENSE\r\n\r\n",
    "OPTIONS * SIP/2.0\r\nCSeq: 1\r\n\r\n",
    "OPTIONS * RTSP/1.0\r\nno colon here\r\n\r\n",
    "GET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: -1\r\n\r\n",
    "GET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: ten\r\n\r\n",
    "GET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n" + "A: b\r\n" * 65 + "\r\n",
    "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nA: " + "b" * 4200 + "\r\n\r\n",
], ids=["no request line", "another protocol", "no header", "negative length", "length no number",
        "length beyond any number", "too many headers", "line too long"])
def test_400_unreadable_request_ends_the_connection(connection, request_text):
    connection.send(request_text.encode())
    assert connection.reply().status in (400, 413)
    assert connection.closed()


@pytest.mark.parametrize("request_text", [
    "OPTIONS * RTSP/1.0\r\n\r\n",
    "OPTIONS * RTSP/1.0\r\nCSeq: one\r\n\r\n",
    "OPTIONS http://127.0.0.1/stream RTSP/1.0\r\nCSeq: 1\r\n\r\n",
], ids=["no CSeq", "CSeq no number", "another scheme"])
def test_400_bad_request_is_answered_and_the_connection_goes_on(connection, request_text):
    connection.send(request_text.encode())
    assert connection.reply().status == 400
    goes_on(connection)


def test_400_setup_without_transport(oceld, connection):
    assert connection.request("SETUP", oceld.url + "/trackID=0").status == 400
    goes_on(connection)


@pytest.mark.parametrize("method", ["DESCRIBE", "SETUP"])
@pytest.mark.parametrize("path", ["/", "/strea", "/streams", "/stream/other", "/stream/trackID=1",
                                  "/stream/trackID=0/more", "/Stream", "/../stream"])
def test_404_unknown_path(oceld, connection, method, path):
    reply = connection.request(method, oceld.authority + path, Transport=TCP)
    assert reply.status == 404
    goes_on(connection)


@pytest.mark.parametrize("method", ["ANNOUNCE", "RECORD", "REDIRECT"])
def test_405_method_of_the_standard_that_is_not_served(oceld, connection, method):
    reply = connection.request(method, oceld.url)
    assert reply.status == 405
    assert "DESCRIBE" in reply["Allow"]


def test_406_description_in_another_format_only(oceld, connection):
    assert connection.request("DESCRIBE", oceld.url, Accept="application/rtsl").status == 406


def test_411_body_of_unsaid_length(connection):
    refused(connection, 411, b"GET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nTransfer-Encoding: chunked"
                             b"\r\n\r\n0\r\n\r\n")


def test_413_body_too_large(connection):
    refused(connection, 413, b"GET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 4097\r\n\r\n")


def test_414_url_too_long(connection):
    url = "rtsp://127.0.0.1/" + "a" * 2048
    refused(connection, 414, request_bytes("DESCRIBE", url, {"CSeq": 1}))


@pytest.mark.parametrize("method", ["GET_PARAMETER", "SET_PARAMETER"])
def test_451_parameter_not_understood(oceld, connection, method):
    reply = connection.request(method, oceld.url, Content_Type="text/parameters",
                               body=b"brightness: 7\r\n")
    assert reply.status == 451
    goes_on(connection)


def test_453_not_enough_bandwidth_when_all_sessions_are_taken(serve):
    oceld = serve("plain", "--max-clients", "1")
    with oceld.player() as first, oceld.player() as second:
        first.start().pull(1)
        second.describe()
        assert second.setup().status == 453
        first.teardown()
        assert second.setup().status == 200
        second.play()
        second.pull(2)


@pytest.mark.parametrize("method", ["PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER", "SETUP"])
@pytest.mark.parametrize("session", ["0123456789ABCDEF", "", "a b", "x" * 300])
def test_454_unknown_session(oceld, connection, method, session):
    reply = connection.request(method, oceld.url, Session=session, Transport=TCP)
    assert reply.status == 454
    goes_on(connection)


@pytest.mark.parametrize("method", ["PLAY", "PAUSE", "TEARDOWN"])
def test_454_no_session(oceld, connection, method):
    assert connection.request(method, oceld.url).status == 454


@pytest.mark.parametrize("method", ["PLAY", "PAUSE", "TEARDOWN", "SETUP", "GET_PARAMETER"])
def test_454_session_of_another_connection(oceld, connection, method):
    with oceld.player() as player:
        pulled = player.start().pull(1)
        reply = connection.request(method, oceld.url, Session=player.session, Transport=TCP)
        assert reply.status == 454
        player.pull(10, pulled)  # and it goes on undisturbed


def test_455_setup_while_playing(oceld):
    with oceld.player() as player:
        player.start()
        reply = player.request("SETUP", player.control_url(), Session=player.session,
                               Transport=TCP)
        assert reply.status == 455
        player.pull(3)


@pytest.mark.parametrize("value", ["npt=999999999-", "npt=10-5", "npt=abc", "bytes=0-"])
def test_457_range_that_a_live_stream_has_not(oceld, value):
    with oceld.player() as player:
        player.describe()
        player.setup()
        assert player.play(Range=value).status == 457
        assert player.play().status == 200
        player.pull(1)


@pytest.mark.parametrize("transport", [
    "RTP/AVP;multicast", "RTP/AVP/UDP;multicast;ttl=3", "RTP/SAVP;unicast;client_port=4000-4001",
    "RTP/SAVPF;unicast;client_port=4000-4001", "RAW/RAW/UDP;unicast;client_port=4000-4001",
    "RTP/AVP/TCP;unicast;interleaved=255-256", "RTP/AVP/TCP;unicast;interleaved=256-257",
    "RTP/AVP;unicast;client_port=0-1", "RTP/AVP;unicast;client_port=70000-70001",
    "RTP/AVP;unicast;client_port=4000-4001;mode=RECORD", "RTP/AVP;unicast", "nonsense", ";;,,",
])
def test_461_unsupported_transport(oceld, connection, transport):
    reply = connection.request("SETUP", oceld.url + "/trackID=0", Transport=transport)
    assert reply.status == 461
    goes_on(connection)


def test_an_unknown_transport_before_a_good_one_is_passed_over(oceld, connection):
    reply = connection.request("SETUP", oceld.url + "/trackID=0",
                               Transport="X/Y;z=1,RTP/SAVP;unicast;client_port=4000-4001," + TCP)
    assert reply.status == 200
    assert parameter(reply["Transport"], "interleaved") == "0-1"


def test_a_destination_of_another_host_is_not_obeyed(oceld):
    with oceld.player("udp") as player:
        player.describe()
        wanted = player.transport() + ";destination=192.0.2.1"
        reply = player.request("SETUP", player.control_url(), Transport=wanted)
        assert reply.status == 200
        assert "192.0.2.1" not in reply["Transport"]
        player.session = reply["Session"].split(";")[0]
        player.play()
        player.pull(2)  # they come to us


def test_501_method_unknown_to_the_standard(oceld, connection):
    assert connection.request("BREW", oceld.url).status == 501
    goes_on(connection)


def test_503_when_an_address_has_its_share_of_sessions(serve):
    oceld = serve("plain", "--max-connections-per-address", "1")
    with oceld.player() as player:
        player.start()
        with Connection(oceld.host, oceld.port) as connection:
            reply = connection.reply()
            assert (reply.status, reply.get("Retry-After")) == (503, "5")
            assert connection.closed()
        player.pull(2)


def test_idle_connections_make_room_for_newcomers(serve):
    oceld = serve("plain", "--max-clients", "1")
    held = []
    try:
        for _ in range(50):
            held.append(Connection(oceld.host, oceld.port))
            goes_on(held[-1])
        with oceld.player() as player:
            player.start().pull(2)
        assert all(connection.closed() for connection in held[:30])
        goes_on(held[-1])
    finally:
        for connection in held:
            connection.close()


def test_newcomers_who_come_together_find_room_as_well(serve):
    oceld = serve("plain", "--max-clients", "1")  # and 8 connections more
    oceld.pause()  # so that all of them wait to be accepted
    held = [Connection(oceld.host, oceld.port) for _ in range(40)]
    oceld.signal(signal.SIGCONT)
    try:
        goes_on(held[-1])
        assert all(connection.closed() for connection in held[:30])
        with oceld.player() as player:
            player.start().pull(2)
    finally:
        for connection in held:
            connection.close()


@pytest.mark.parametrize("version", ["2.0", "3.7"])
def test_505_version_not_supported(oceld, connection, version):
    connection.send(f"OPTIONS {oceld.url} RTSP/{version}\r\nCSeq: 1\r\n\r\n".encode())
    assert connection.reply().status == 505


@pytest.mark.parametrize("header", ["Require", "Proxy_Require"])
def test_551_option_not_supported(oceld, connection, header):
    option = "www.onvif.org/ver20/backchannel"
    reply = connection.request("DESCRIBE", oceld.url, **{header: option})
    assert (reply.status, reply["Unsupported"]) == (551, option)
    assert connection.request("DESCRIBE", oceld.url).status == 200


def test_every_refusal_echoes_the_cseq_and_has_an_end(oceld, connection):
    """The client asserts the CSeq; a reply without Content-Length would leave it waiting."""
    for method, headers in [("BREW", {}), ("DESCRIBE", {"Accept": "text/html"}), ("PLAY", {}),
                            ("SETUP", {}), ("ANNOUNCE", {}), ("OPTIONS", {"Require": "x"})]:
        reply = connection.request(method, oceld.url, **headers)
        assert reply.status >= 400
        assert reply["Content-Length"] == "0"


@pytest.mark.parametrize("before, after", [
    ("rtsp://127.0.0.1/stream?token=a@b", "rtsp://127.0.0.1/stream?token=a@b/"),
    ("rtsp://user:p@ss@127.0.0.1/stream?token=a@b", "rtsp://127.0.0.1/stream?token=a@b/"),
    ("/stream?token=a@b", "/stream?token=a@b/"),
])
def test_content_base_loses_credentials_and_nothing_else(connection, before, after):
    assert connection.request("DESCRIBE", before)["Content-Base"] == after
