# SPDX-License-Identifier: Apache-2.0
"""RTSPS: the programs play through TLS, and those who abuse its port disturb nobody."""

import hashlib
import os
import re
import signal
import socket
import ssl
import subprocess
import threading
from pathlib import Path

import pytest

import clips
import h264
import programs
from oceld import wait_for
from players import PICTURES, assert_pictures
from rtsp_client import Connection


@pytest.fixture
def served(serve):
    oceld = serve(tls=True)
    yield oceld
    oceld.wait_for_sessions(0)


def trusting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def connect(oceld) -> socket.socket:
    return socket.create_connection((oceld.host, oceld.tls_port), timeout=10)


def handshake(oceld, context=None, session=None) -> ssl.SSLSocket:
    return (context or trusting()).wrap_socket(connect(oceld), session=session)


# ---- what the programs do besides playing (test_matrix.py) ----


def test_ffmpeg_decodes_every_picture_through_tls(served):
    assert_pictures(programs.ffmpeg_decode(served.secure_url, "default", PICTURES))


def test_large_pictures_come_through_tls(serve, tmp_path):
    oceld = serve("large", tls=True)
    out = tmp_path / "out.h264"
    programs.ffmpeg_copy(oceld.secure_url, "tcp", PICTURES, out)
    h264.assert_loops(h264.read(out), clips.units("large"))


def test_gstreamer_asks_for_udp_in_tls_and_takes_tcp(served, tmp_path):
    shown = tmp_path / "pictures"
    programs.run(["gst-launch-1.0", "-q", "-e", "rtspsrc", f"location={served.secure_url}",
                  "protocols=udp+tcp", "tls-validation-flags=0", "latency=100", "!",
                  "rtph264depay", "!", "avdec_h264", "!", "identity",
                  f"eos-after={PICTURES + 1}", "!", "filesink", f"location={shown}"])
    assert shown.stat().st_size == PICTURES * clips.WIDTH * clips.HEIGHT * 3 // 2


# ---- the rules ----


def s_client(oceld, *options) -> str:
    done = subprocess.run(["openssl", "s_client", "-connect", f"{oceld.host}:{oceld.tls_port}",
                           *options], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=programs.LIMIT)
    return done.stdout + done.stderr


@pytest.mark.parametrize("version", ["tls1", "tls1_1"])
def test_old_versions_are_refused(served, version):
    said = s_client(served, f"-{version}", "-cipher", "DEFAULT@SECLEVEL=0")
    assert "alert protocol version" in said, said


def test_handshakes_are_counted(served):
    handshake(served).close()
    strict = trusting()
    strict.verify_mode = ssl.CERT_REQUIRED
    with pytest.raises(ssl.SSLError):
        handshake(served, strict)  # hangs up: nobody vouches for the certificate
    wait_for(lambda: served.stats()["tls"]["failed"] == 1, "the counted failure")
    assert served.stats()["tls"]["handshakes"] >= 1


def test_sessions_are_resumed(served):
    context, session = trusting(), None
    for again in (False, True):
        with handshake(served, context, session) as tls:
            tls.sendall(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
            assert tls.recv(100).startswith(b"RTSP/1.0 200")  # TLS 1.3: a ticket came before it.
            assert tls.session_reused == again
            session = tls.session


def test_renegotiation_is_refused(served):
    with subprocess.Popen(["openssl", "s_client", "-tls1_2", "-connect",
                           f"{served.host}:{served.tls_port}"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as client:
        said, _ = client.communicate("R\n", timeout=programs.LIMIT)
    assert "no renegotiation" in said, said


def test_the_fingerprint_in_the_log_is_the_certificates(served):
    with handshake(served) as tls:
        der = tls.getpeercert(binary_form=True)
    assert hashlib.sha256(der).hexdigest().upper() == served.fingerprint()


def test_the_certificate_made_is_kept_and_private(serve, tmp_path):
    pem = tmp_path / "made.pem"
    first = serve("plain", "--tls-cert", str(pem), tls=True)
    assert pem.stat().st_mode & 0o777 == 0o600
    fingerprint = first.fingerprint()
    first.stop()
    assert serve("plain", "--tls-cert", str(pem), tls=True).fingerprint() == fingerprint


def make_certificate(folder: Path, name: str, key: str = "ec:prime256v1") -> None:
    kind, _, curve = key.partition(":")
    options = ["-pkeyopt", f"ec_paramgen_curve:{curve}"] if kind == "ec" else []
    subprocess.run(["openssl", "req", "-x509", "-newkey", key if kind == "rsa" else "ec",
                    *options, "-nodes", "-keyout", folder / "key.pem", "-out",
                    folder / "cert.pem", "-subj", f"/CN={name}", "-days", "9"], check=True,
                   capture_output=True)


@pytest.mark.parametrize("key", ["ec:prime256v1", "ec:secp384r1", "rsa:2048"])
def test_a_certificate_of_ones_own_is_taken_and_reloaded(serve, tmp_path, key):
    make_certificate(tmp_path, "one", key)
    oceld = serve("plain", "--tls-cert", str(tmp_path / "cert.pem"), "--tls-key",
                  str(tmp_path / "key.pem"), tls=True)
    context = ssl.create_default_context(cafile=tmp_path / "cert.pem")
    context.check_hostname = False
    handshake(oceld, context).close()

    with handshake(oceld) as old:
        make_certificate(tmp_path, "two", key)
        oceld.signal(signal.SIGHUP)
        wait_for(lambda: oceld.log().count("SHA-256") == 2, "the second fingerprint")
        context = ssl.create_default_context(cafile=tmp_path / "cert.pem")
        context.check_hostname = False
        handshake(oceld, context).close()
        old.sendall(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
        assert old.recv(100).startswith(b"RTSP/1.0 200")

    (tmp_path / "key.pem").write_text("nothing")
    oceld.signal(signal.SIGHUP)
    wait_for(lambda: "stays as it is" in oceld.log(), "the refusal")
    handshake(oceld, context).close()


# ---- abuse ----


def hello(oceld) -> bytes:
    """A ClientHello, as OpenSSL sends it."""
    ours = ssl.MemoryBIO()
    client = trusting().wrap_bio(ssl.MemoryBIO(), ours)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return ours.read()


ABUSE = {
    "silent": lambda h, i: b"",
    "half a hello": lambda h, i: h[: len(h) // 2],
    "a hello and no more": lambda h, i: h,
    "garbage": lambda h, i: os.urandom(200 + i),
    "plain RTSP": lambda h, i: b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n",
}


def target(descriptor: Path) -> str:
    """What it leads to; nothing once it is closed."""
    try:
        return os.readlink(descriptor)
    except FileNotFoundError:
        return ""


@pytest.mark.parametrize("how", ABUSE)
def test_abused_handshakes_cost_a_viewer_nothing(serve, how):
    oceld = serve(tls=True)
    shown: list[str] = []
    viewer = threading.Thread(target=lambda: shown.extend(
        programs.ffmpeg_decode(oceld.secure_url, "default", PICTURES)))
    viewer.start()
    oceld.wait_for_sessions(1)
    first = hello(oceld)
    crowd = []
    for i in range(200):
        crowd.append(connect(oceld))
        try:
            crowd[-1].sendall(ABUSE[how](first, i))
        except OSError:
            pass  # It has been given up for another one already.
    with handshake(oceld) as tls:  # A newcomer gets in at once.
        tls.sendall(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
        assert tls.recv(100).startswith(b"RTSP/1.0 200")
    viewer.join(programs.LIMIT)
    assert_pictures(shown)
    descriptors = Path(f"/proc/{oceld.process.pid}/fd")
    for s in crowd:
        s.close()
    with Connection(oceld.host, oceld.port) as plain:
        assert plain.request("OPTIONS", oceld.url).status == 200
    wait_for(lambda: sum("socket:" in target(f) for f in descriptors.iterdir()) <= 5,
             "the sockets to be closed")


def heap(oceld) -> int:
    """Resident KiB of what was allocated in small pieces: mbedTLS's, not the media ring."""
    maps = Path(f"/proc/{oceld.process.pid}/smaps").read_text()
    return int(re.search(r"\[heap\]\n(?:.*\n)*?Rss:\s+(\d+) kB", maps)[1])


def test_a_thousand_handshakes_leave_nothing(serve, monkeypatch):
    monkeypatch.setenv("MALLOC_ARENA_MAX", "1")  # The loop's thread allocates on the heap, too.
    oceld = serve(tls=True)
    context = trusting()
    for i in range(1201):
        with handshake(oceld, context) as tls:
            tls.sendall(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
            assert tls.recv(100).startswith(b"RTSP/1.0 200")
        if i == 200:  # By now everything has been used that is used again and again.
            before = heap(oceld)
    assert heap(oceld) - before < 64
    with handshake(oceld, context), handshake(oceld, context), handshake(oceld, context):
        assert heap(oceld) > before  # It does show what TLS takes.
