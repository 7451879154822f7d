# SPDX-License-Identifier: Apache-2.0
"""Every option is taken in its range, and every mistake gets an error that names the remedy."""

from datetime import datetime
import json
from pathlib import Path
import re
import shutil

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
import pytest

from conftest import ROOT

HOST = """
esphome: {{name: testdevice}}
external_components:
  - source: {{type: local, path: {root}/components}}
host:
logger:
network:
rtsp_test_camera:
  id: camera
rtsp_server:
  camera_id: camera
{options}
"""

GOOD = {
    "nothing but the camera": "",
    "the options of the old component": """
  port: 554
  stream_path: "/stream"
  rtp_port: 5004
  rtcp_port: 5005
  max_clients: 5
  bitrate: 10000000
  gop: 120
  qp_min: 0
  qp_max: 51""",
    "the smallest values": """
  max_clients: 1
  bitrate: 100000
  gop: 1
  session_timeout: 10s""",
    "a bitrate with a unit": "\n  bitrate: 2Mbps",
    "room for a larger bitrate": "\n  bitrate: 1Mbps\n  max_bitrate: 4Mbps",
    "disabled until switched on": "\n  enabled: false",
    "TCP only": "\n  transport: tcp",
    "a path with folders": "\n  stream_path: /cam/front",
    "each way to start": "\n  start: live",
    "one address only": "\n  allowed_ips: 192.168.1.5",
    "networks of both families": "\n  allowed_ips: [192.168.1.0/24, 'fd00::/8']",
    "a mark for video": "\n  dscp: 34",
    "multicast": "\n  multicast: 239.255.12.42",
    "multicast with port and TTL": "\n  multicast: 224.0.1.9:65500:255",
    "no announcement": "\n  mdns: false",
    "TLS with what the device makes": "\n  tls:",
    "RTSP over HTTP": "\n  http_port: 8080",
    "TLS on a port": "\n  tls: {port: 8322}",
    "TLS with a certificate in files": """
  tls:
    certificate: one.pem
    private_key: one.key""",
    "TLS with a certificate of RSA, by secret": """
  tls:
    certificate: !secret certificate
    private_key: !secret private_key""",
    "a login": "\n  username: viewer\n  password: 'pa:ss w\"'",
}

BAD = {
    "an entity beside a camera of that id": (
        "\n  camera: {name: Picture}",
        "needs another id of the camera than 'camera'",
    ),
    "pictures too often": (
        "\n  camera: {name: Picture, update_interval: 10ms}",
        "value must be at least 50ms",
    ),
    "no camera": ("\n  camera_id: other", "Couldn't find ID 'other'"),
    "a path without slash": ("\n  stream_path: stream", "must start with '/', for example '/stream'"),
    "a path with a space": ("\n  stream_path: '/my stream'", "must hold no space"),
    "a path that is only a slash": ("\n  stream_path: /", "must name something behind the '/'"),
    "a path too long": (f"\n  stream_path: /{'x' * 63}", "at most 63 characters"),
    "a port out of range": ("\n  port: 65536", "value must be at most 65535"),
    "a network that is none": ("\n  allowed_ips: 192.168.1.0/33", "for example 192.168.1.0/24"),
    "no network": ("\n  allowed_ips: []", "length of value must be at least 1"),
    "too many networks": (f"\n  allowed_ips: {['10.0.0.1'] * 17}", "must be at most 16"),
    "a mark beyond six bits": ("\n  dscp: 64", "value must be at most 63"),
    "a group that is none": ("\n  multicast: 10.0.0.1", "for example 239.255.12.42:5004:1"),
    "a group with an odd port": ("\n  multicast: 239.1.2.3:5007", "an even port"),
    "a group without a port beside an odd one": (
        "\n  multicast: 239.1.2.3\n  rtp_port: 5007",
        "needs an even port: give GROUP:PORT",
    ),
    "a group with a TTL of 0": ("\n  multicast: 239.1.2.3:5006:0", "a TTL of 1 to 255"),
    "a group over TCP": ("\n  multicast: 239.1.2.3\n  transport: tcp", "multicast needs UDP"),
    "equal UDP ports": ("\n  rtp_port: 6000\n  rtcp_port: 6000", "must differ, for example 6000 and 6001"),
    "too many clients": ("\n  max_clients: 6", "value must be at most 5"),
    "no clients": ("\n  max_clients: 0", "value must be at least 1"),
    "a bitrate too low": ("\n  bitrate: 99999", "value must be at least 100000"),
    "a bitrate too high": ("\n  bitrate: 11Mbps", "value must be at most 10000000"),
    "less room than bitrate": (
        "\n  bitrate: 2Mbps\n  max_bitrate: 1Mbps",
        "max_bitrate (1000000) must not be below bitrate (2000000): write at least 2000000",
    ),
    "room for too much": ("\n  max_bitrate: 11Mbps", "value must be at most 10000000"),
    "a GOP of nothing": ("\n  gop: 0", "value must be at least 1"),
    "a GOP too long": ("\n  gop: 121", "value must be at most 120"),
    "a quantiser beyond H.264": ("\n  qp_max: 52", "value must be at most 51"),
    "quantiser bounds crossed": ("\n  qp_min: 41\n  qp_max: 40", "qp_min (41) must be below qp_max (40)"),
    "quantiser bounds equal": ("\n  qp_min: 30\n  qp_max: 30", "the encoder cannot keep the bitrate"),
    "a user name alone": ("\n  username: me", "go together: give both or neither"),
    "a password alone": ("\n  password: secret", "go together: give both or neither"),
    "a user name with a colon": ("\n  username: 'm:e'\n  password: secret", "must hold no colon"),
    "a user name too long": (
        f"\n  username: {'m' * 64}\n  password: secret",
        "must have 1 to 63 bytes",
    ),
    "a password too long": (f"\n  username: me\n  password: {'é' * 32}", "must have 1 to 63 bytes"),
    "two doors at one port": ("\n  tls: {port: 554}", "is 554 as port is: they must differ, for example 322"),
    "HTTP at the port of RTSP": ("\n  http_port: 554", "is 554 as port is"),
    "HTTP at the port of TLS": (
        "\n  tls: {port: 8080}\n  http_port: 8080",
        "is 8080 as port of tls is: they must differ",
    ),
    "HTTP at no port": ("\n  http_port: 0", "value must be at least 1"),
    "a certificate without its key": ("\n  tls: {certificate: one.pem}", "give both, or neither"),
    "a key without its certificate": ("\n  tls: {private_key: one.key}", "give both, or neither"),
    "a key of another certificate": (
        "\n  tls: {certificate: one.pem, private_key: rsa.key}",
        "does not belong to the certificate",
    ),
    "a key that is locked": (
        "\n  tls: {certificate: one.pem, private_key: locked.key}",
        "is locked by a password; unlock it: openssl pkey",
    ),
    "a key of a kind that mbedTLS has not": (
        "\n  tls: {certificate: one.pem, private_key: ed25519.key}",
        "must be of P-256, P-384, or RSA with at least 2048 bits",
    ),
    "a key for a certificate": (
        "\n  tls: {certificate: one.key, private_key: one.key}",
        "give PEM text with -----BEGIN CERTIFICATE-----",
    ),
    "a certificate for a key": (
        "\n  tls: {certificate: one.pem, private_key: one.pem}",
        "give PEM text with -----BEGIN PRIVATE KEY-----",
    ),
    "a certificate in a file that is not there": (
        "\n  tls: {certificate: none.pem, private_key: one.key}",
        "Could not find file",
    ),
    "a certificate in DER": (
        "\n  tls: {certificate: one.der, private_key: one.key}",
        "it begins with -----BEGIN",
    ),
    "no password": ("\n  username: me\n  password: ''", "must have 1 to 63 bytes"),
    "a transport that is none": ("\n  transport: sctp", "Unknown value 'sctp'"),
    "a start that is none": ("\n  start: now", "Unknown value 'now'"),
    "a session timeout too short": ("\n  session_timeout: 5s", "value must be at least"),
    "an option that is none": ("\n  bitrates: 5", "is an invalid option for [rtsp_server]"),
}


def make_certificate(folder: Path, name: str, key) -> None:
    """NAME.key, NAME.pem and NAME.der, signed by itself."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "camera")])
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 1,
                                      datetime(2026, 1, 1), datetime(2049, 1, 1))  # fmt: skip
    signed = builder.sign(key, hashes.SHA256())
    (folder / f"{name}.pem").write_bytes(signed.public_bytes(Encoding.PEM))
    (folder / f"{name}.der").write_bytes(signed.public_bytes(Encoding.DER))
    write_key(folder / f"{name}.key", key, NoEncryption())


def write_key(path: Path, key, lock) -> None:
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))


@pytest.fixture(scope="module")
def certificates(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    key = ec.generate_private_key(ec.SECP256R1())
    make_certificate(folder, "one", key)
    make_certificate(folder, "rsa", rsa.generate_private_key(65537, 2048))
    write_key(folder / "locked.key", key, BestAvailableEncryption(b"secret"))
    write_key(folder / "ed25519.key", ed25519.Ed25519PrivateKey.generate(), NoEncryption())
    secrets = {"certificate": (folder / "rsa.pem").read_text(),
               "private_key": (folder / "rsa.key").read_text()}  # fmt: skip
    (folder / "secrets.yaml").write_text(json.dumps(secrets))
    return folder


@pytest.fixture(autouse=True)
def files(esphome, certificates):
    shutil.copytree(certificates, esphome.folder, dirs_exist_ok=True)


@pytest.mark.parametrize("name", GOOD)
def test_takes(esphome, name):
    done = esphome.run("config", esphome.write(HOST.format(root=ROOT, options=GOOD[name])))
    assert done.returncode == 0, done.stdout
    assert "Configuration is valid!" in done.stdout
    # ESPHome conceals what it shows of a secret.
    assert done.stdout.count("BEGIN PRIVATE") == done.stdout.count("\033[8m-----BEGIN PRIVATE")
    warned = "rtsp_server has no password" in done.stdout
    assert warned == ("username" not in GOOD[name])


def test_the_certificate_gets_into_the_firmware(esphome):
    options = GOOD["TLS with a certificate in files"]
    path = esphome.write(HOST.format(root=ROOT, options=options))
    done = esphome.run("compile", "--only-generate", path)
    assert done.returncode == 0, done.stdout
    made = (esphome.folder / ".esphome/build/testdevice/src/main.cpp").read_text()
    (call,) = re.findall(r"set_certificate\((.*)\)", made)
    body = (esphome.folder / "one.pem").read_text().splitlines()[1]
    assert body in call and "BEGIN PRIVATE KEY" in call


@pytest.mark.parametrize("name", BAD)
def test_refuses(esphome, name):
    options, message = BAD[name]
    yaml = HOST.format(root=ROOT, options=options)
    if "camera_id" in options:
        yaml = yaml.replace("  camera_id: camera\n", "")
    done = esphome.run("config", esphome.write(yaml))
    assert done.returncode != 0
    assert message in " ".join(done.stdout.split()), done.stdout


@pytest.mark.parametrize(
    "option, message",
    [
        ("resolution: 641x360", "must be even"),
        ("resolution: 32x32", "64 to 1920"),
        ("framerate: 0", "at least 1"),
    ],
)
def test_the_test_camera_refuses(esphome, option, message):
    yaml = HOST.format(root=ROOT, options="").replace("  id: camera", f"  id: camera\n  {option}")
    done = esphome.run("config", esphome.write(yaml))
    assert done.returncode != 0
    assert message in done.stdout


TAKEN = {
    "the native API's": ("api:", "port: 6053", "TCP port 6053 is that of 'api' already"),
    "the native API's for HTTP": ("api:", "http_port: 6053", "TCP port 6053 is that of 'api'"),
    "the native API's for TLS": ("api:", "tls: {port: 6053}", "TCP port 6053 is that of 'api'"),
    "the update's": ("ota: [{platform: esphome, port: 8554}]", "port: 8554", "of 'ota' already"),
    "one of UDP": ("udp: {port: 6000}", "rtp_port: 6000", "UDP port 6000 is that of 'udp' already"),
    "one that UDP hears": (
        "udp: {port: {listen_port: 6001, broadcast_port: 7001}}",
        "rtcp_port: 6001",
        "UDP port 6001 is that of 'udp' already: choose another, for example 5004 and 5005",
    ),
}


@pytest.mark.parametrize("name", TAKEN)
def test_refuses_a_port_of_another_component(esphome, name):
    other, option, message = TAKEN[name]
    yaml = HOST.format(root=ROOT, options=f"  {option}") + other
    done = esphome.run("config", esphome.write(yaml))
    assert done.returncode != 0
    assert message in " ".join(done.stdout.split()), done.stdout


@pytest.mark.parametrize(
    "options, other",
    [
        ("  port: 6000", "udp: {port: 6000}"),
        ("  rtp_port: 6053", "api:"),
        ("  transport: tcp\n  rtp_port: 6000", "udp: {port: 6000}"),
    ],
)
def test_a_port_of_the_other_protocol_is_free(esphome, options, other):
    yaml = HOST.format(root=ROOT, options=options) + other
    done = esphome.run("config", esphome.write(yaml))
    assert done.returncode == 0, done.stdout


def test_a_copy_without_the_library_is_refused(esphome):
    elsewhere = esphome.folder / "elsewhere"
    shutil.copytree(ROOT / "components", elsewhere / "components")
    done = esphome.run("config", esphome.write(HOST.format(root=elsewhere, options="")))
    assert done.returncode != 0
    assert "copy the folder that its tools/esphome_package.py makes" in " ".join(done.stdout.split())


def test_other_platforms_are_refused(esphome):
    yaml = HOST.format(root=ROOT, options="").replace("host:", "rp2040:\n  board: rpipicow")
    yaml = yaml.replace("rtsp_test_camera:\n  id: camera", "").replace("logger:", "logger: {id: camera}")
    done = esphome.run("config", esphome.write(yaml))
    assert done.returncode != 0
    assert "only available on ['esp32', 'host']" in " ".join(done.stdout.split()).lower(), done.stdout


def test_the_example_is_valid(esphome):
    text = (ROOT / "examples/esphome/host.yaml").read_text()
    path = esphome.write(text.replace("../../components", f"{ROOT}/components"))
    done = esphome.run("config", path)
    assert done.returncode == 0, done.stdout
