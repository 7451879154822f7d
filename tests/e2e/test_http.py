# SPDX-License-Identifier: Apache-2.0
"""HTTP as its own clients speak it: curl, requests and httpx; what Prometheus' parser makes of it."""

import json
import re
import socket
import subprocess

import httpx
import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families
from requests.auth import HTTPDigestAuth

from oceld import ROOT, Oceld, free_port, wait_for
from rtsp_client import PATIENCE

VIEWER, ADMIN = ("viewer", "look here"), ("admin", "change it")


class Served:
    """An oceld with a port for HTTP."""

    def __init__(self, serve, *options: str):
        self.http_port = free_port()
        self.oceld: Oceld = serve("plain", "--http-port", str(self.http_port), *options)
        self.base = f"http://127.0.0.1:{self.http_port}"

    def get(self, path: str, **how) -> requests.Response:
        return requests.get(self.base + path, timeout=PATIENCE, **how)


@pytest.fixture
def served(serve):
    return Served(serve)


@pytest.fixture
def locked(serve):
    return Served(serve, "--username", VIEWER[0], "--password", VIEWER[1],
                  "--admin-username", ADMIN[0], "--admin-password", ADMIN[1])


def curl(*arguments: str) -> str:
    done = subprocess.run(["curl", "-sS", "--max-time", str(PATIENCE), *arguments],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def exchange(port: int, request: bytes) -> bytes:
    """Says it, and hears all until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(request)
        got = b""
        while piece := connection.recv(65536):
            got += piece
        return got


# ---- statistics ----

def test_the_statistics_are_json_and_agree_with_the_file(served):
    with served.oceld.player() as player:
        player.start().pull(10)
        served.oceld.wait_for_sessions(1)
        answer = served.get("/api/stats")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in answer.headers
        stats = answer.json()
    file = served.oceld.stats()
    assert set(stats) == {"server", "streams", "clients"}
    assert set(file["server"]) <= set(stats["server"])
    assert stats["streams"][0]["path"] == "/stream"
    assert (stats["streams"][0]["width"], stats["streams"][0]["height"]) == \
        (file["streams"][0]["width"], file["streams"][0]["height"])
    client, = stats["clients"]
    assert client["peer"].startswith("127.0.0.1:") and client["playing"] and client["tcp"]
    assert client["access_units"] >= 10 and client["bytes"] > 0


def test_prometheus_reads_the_metrics(served):
    with served.oceld.player() as player:
        player.start().pull(10)
        answer = served.get("/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = {f.name: f for f in text_string_to_metric_families(answer.text)}
    assert len(families) == answer.text.count("# TYPE ") == answer.text.count("# HELP ")
    for name, family in families.items():
        assert name.startswith("ocel_") and family.documentation.endswith("."), name
        assert family.type in ("counter", "gauge"), name
        for sample in family.samples:
            assert sample.name.endswith("_total") == (family.type == "counter"), sample
    playing, = families["ocel_client_playing"].samples
    assert playing.value == 1 and playing.labels["stream"] == "/stream"
    assert playing.labels["peer"].startswith("127.0.0.1:")
    assert families["ocel_sessions_playing"].samples[0].value == 1
    track = families["ocel_track_access_units"].samples[0]
    assert track.labels == {"stream": "/stream", "track": "0", "codec": "H264"}
    assert track.value >= 10


def test_many_clients_are_all_told_of(serve):
    served = Served(serve, "--max-clients", "40", "--max-connections-per-address", "0")
    players = [served.oceld.player().start() for _ in range(30)]
    try:
        stats = served.get("/api/stats").json()
        assert len({client["conn"] for client in stats["clients"]}) == 30
        text = served.get("/metrics").text
        families = {f.name: f for f in text_string_to_metric_families(text)}
        assert len(families["ocel_client_lag_access_units"].samples) == 30
    finally:
        for player in players:
            player.close()


def test_every_field_is_documented(served):
    text = (ROOT / "docs/http.md").read_text()
    with served.oceld.player() as player:
        player.start().pull(1)
        stats = served.get("/api/stats").json()
        families = list(text_string_to_metric_families(served.get("/metrics").text))
    stream, = stats["streams"]
    objects = [stats, stats["server"], stream, stream["tracks"][0], stats["clients"][0]]
    for name in {name for each in objects for name in each}:
        assert f"`{name}`" in text, name
    for family in families:
        end = "_total" if family.type == "counter" else ""
        assert f"| `{family.name}{end}` |" in text, family.name


# ---- passwords ----

@pytest.mark.parametrize("user", [VIEWER, ADMIN], ids=["viewer", "admin"])
def test_requests_shows_its_password(locked, user):
    assert locked.get("/api/stats").status_code == 401
    with requests.Session() as session:
        session.auth = HTTPDigestAuth(*user)
        for _ in range(3):
            assert session.get(locked.base + "/api/stats", timeout=PATIENCE).status_code == 200
    assert locked.get("/api/stats", auth=HTTPDigestAuth(user[0], "wrong")).status_code == 401
    assert locked.get("/api/stats", auth=user).status_code == 401  # Basic, without TLS


def test_httpx_shows_its_password_on_connections_that_close(locked):
    auth = httpx.DigestAuth(*VIEWER)
    for _ in range(3):
        with httpx.Client(auth=auth, timeout=PATIENCE) as client:
            answer = client.get(locked.base + "/metrics", headers={"Connection": "close"})
            assert answer.status_code == 200, answer.text


def test_curl_shows_its_password(locked):
    user = ":".join(VIEWER)
    for way in ("--digest", "--anyauth"):
        text = curl(way, "--user", user, locked.base + "/api/stats", locked.base + "/api/stats")
        assert text.count('"clients"') == 2


# ---- the protocol ----

def test_curl_keeps_one_connection(served):
    text = curl("-v", "--stderr", "-", served.base + "/api/stats", served.base + "/none",
                served.base + "/metrics")
    assert text.count("Connected to") == 1 and "404 Not Found" in text
    assert curl("--http1.0", served.base + "/api/stats").endswith("]}\n")
    assert "Transfer-Encoding: chunked" in curl("-I", served.base + "/api/stats")


def test_pipelines_are_answered_in_order(served):
    host = f"Host: 127.0.0.1:{served.http_port}\r\n"
    got = exchange(served.http_port, (
        f"HEAD /metrics HTTP/1.1\r\n{host}\r\n" * 20 + f"GET /none HTTP/1.1\r\n{host}\r\n"
        f"OPTIONS /metrics HTTP/1.1\r\n{host}Connection: close\r\n\r\n").encode())
    statuses = re.findall(rb"HTTP/1\.1 (\d+)", got)
    assert statuses == [b"200"] * 20 + [b"404"] + [b"204"]
    assert b"Allow: GET, HEAD, OPTIONS\r\n" in got


def test_the_rtsp_port_answers_too(served):
    answer = requests.get(f"http://127.0.0.1:{served.oceld.port}/api/stats", timeout=PATIENCE)
    assert answer.json()["streams"]


# ---- the port ----

def test_a_port_that_was_asked_for_must_be_had(serve):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(AssertionError, match="in use by another program"):
            serve("plain", "--http-port", str(taken.getsockname()[1]))


@pytest.fixture
def empty_network():
    """The beginning of a command: it runs in a network of its own, where all ports are free."""
    with subprocess.Popen(["unshare", "-n", "sh", "-ec", "ip link set lo up; echo ready; cat"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"ready\n", "no network namespace could be made"
        yield ("nsenter", "-t", str(holder.pid), "-n")
        holder.stdin.close()


def test_by_default_it_is_8080_or_none(serve, empty_network):
    first = serve("plain", prefix=empty_network, http=None)
    second = serve("plain", prefix=empty_network, http=None)
    text = subprocess.run([*empty_network, "curl", "-sS", "http://127.0.0.1:8080/api/stats"],
                          capture_output=True, check=True).stdout
    assert json.loads(text)["streams"]
    assert "Statistics URL: http://127.0.0.1:8080/api/stats" in first.log()
    wait_for(lambda: "HTTP has no port of its own: port 8080 is in use" in second.log(),
             "the warning")
    assert "--http-port 0" in second.log()
