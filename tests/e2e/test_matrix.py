# SPDX-License-Identifier: Apache-2.0
"""Each player over each transport that it has, without and with a password, and with a wrong one.

players.py says what there is; docs/compatibility.md shows it.
"""

import subprocess

import pytest

import clips
import h264
import programs
from networks import GROUP, SERVER, inside
from oceld import free_port, wait_for
from players import PICTURES, PLAYERS, TRANSPORTS, scheme
from relays import from_whole_key_picture

NAME, PASSWORD = "viewer", "pa:ss w"
RIGHT, WRONG = "viewer:pa%3Ass%20w@", "viewer:guess@"
REFUSED = "wrong user name or password"
TLS = ("tls", "https")
PLAYED_OVER = {"udp": "UDP", "multicast": "UDP"}  # in the log, which knows no third


def cells(transports=TRANSPORTS):
    """A parameter for each player and transport that it has."""
    return pytest.mark.parametrize("name, transport", [
        pytest.param(name, transport, id=f"{name}-{transport}",
                     marks=[pytest.mark.slow] if player.relay else [])
        for name, player in PLAYERS.items() for transport in player.transports()
        if transport in transports])


class Place:
    """A server for one transport, and the network in which its players run."""

    def __init__(self, oceld, transport: str, prefix: tuple[str, ...] = ()):
        self.oceld, self.transport, self.prefix = oceld, transport, prefix

    def url(self, login: str) -> str:
        port = self.oceld.tls_port if self.transport in TLS else self.oceld.port
        return f"{scheme(self.transport)}://{login}{self.oceld.host}:{port}/stream"

    def fingerprint(self) -> str:
        return self.oceld.fingerprint() if self.transport in TLS else ""

    def said(self, text: str) -> bool:
        return text in self.oceld.log()

    def assert_took_the_transport(self) -> None:
        assert self.said("plays over " + PLAYED_OVER.get(self.transport, "TCP"))
        if self.transport in ("http", "https"):
            assert self.said("RTSP over HTTP: requests come in")


@pytest.fixture
def place(serve, transport, request):
    """Starts a server with these options."""

    def start(*options: str) -> Place:
        options = ("--log-level", "debug", *options)
        if transport != "multicast":
            return Place(serve("plain", *options, tls=transport in TLS), transport)
        server, viewers = request.getfixturevalue("networks")
        oceld = serve("plain", "--rtp-port", "5004", "--rtcp-port", "5005", "--multicast", GROUP,
                      *options, host=SERVER, prefix=inside(server, []))
        return Place(oceld, transport, inside(viewers, []))

    return start


@pytest.fixture
def locked(place, tmp_path):
    """A place that asks for a password, and afterwards the proof that its log does not hold it."""
    secret = tmp_path / "secret"
    secret.write_text(PASSWORD + "\n")
    secret.chmod(0o600)
    there = place("--username", NAME, "--password-file", str(secret))
    yield there
    assert PASSWORD not in there.oceld.log() and "pa%3Ass" not in there.oceld.log()


@pytest.fixture
def play(relay, tmp_path):
    """Has a player pull from a place with a login in the URL, and compares what it got."""

    def through_relay(player, name: str, there: Place, login: str) -> None:
        port = free_port()
        config = player.relay(there.url(login), there.transport, port, there.fingerprint())
        log = relay(name, config, port, *player.before, prefix=there.prefix)
        if name == "mediamtx":  # It pulls by itself; a reader comes when there is something.
            wait_for(lambda: there.oceld.stats()["server"]["playing"] == 1, "MediaMTX to play")
        out = tmp_path / "out.h264"
        programs.run([*there.prefix, "ffmpeg", "-nostdin", "-loglevel", "error", "-rtsp_transport",
                      "tcp", "-i", f"rtsp://127.0.0.1:{port}/stream", "-frames:v", PICTURES, "-c",
                      "copy", "-f", "h264", out])
        h264.assert_loops(from_whole_key_picture(h264.read(out), "plain"), clips.units("plain"))
        assert not {"ERR", "WRN", "WAR"} & set(log.read_text().split()), log.read_text()

    def play(name: str, there: Place, login: str = "") -> None:
        player, out = PLAYERS[name], tmp_path / "out"
        if player.relay:
            through_relay(player, name, there, login)
        else:
            programs.run([*there.prefix, *player.command(there.url(login), there.transport, out)],
                         parting=player.parting)
            player.compare(out)
        assert there.oceld.stats()["server"]["sessions_total"] >= 1
        there.assert_took_the_transport()

    return play


@cells()
def test_it_plays(place, play, name, transport):
    there = place()
    play(name, there)
    if not PLAYERS[name].relay:  # MediaMTX stays.
        there.oceld.wait_for_sessions(0)


@cells()
def test_20_it_plays_with_the_password(locked, play, name, transport):
    play(name, locked, RIGHT)
    assert not locked.said(REFUSED)


@cells(("tcp", "tls", "http"))
def test_20_it_does_not_play_with_a_wrong_password(locked, relay, tmp_path, name, transport):
    player, url = PLAYERS[name], locked.url(WRONG)
    if player.relay:
        port = free_port()
        relay(name, player.relay(url, transport, port, locked.fingerprint()), port,
              *player.before)
        command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-rtsp_transport", "tcp", "-i",
                   f"rtsp://127.0.0.1:{port}/stream", "-frames:v", 1, "-f", "null", "-"]
    else:
        command = player.command(url, transport, tmp_path / "out")
    done = subprocess.run([str(c) for c in command], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=programs.LIMIT)
    assert done.returncode != 0
    wait_for(lambda: locked.said(REFUSED), "the guess in the log")
    assert locked.oceld.wait_for_sessions(0)["server"]["sessions_total"] == 0


def test_without_a_password_the_log_warns(serve):
    assert "no password: whoever reaches the port sees the picture" in serve().log()
