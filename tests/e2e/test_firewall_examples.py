# SPDX-License-Identifier: Apache-2.0
"""examples/firewall, loaded in a router of the test's own: three network namespaces, with the
addresses that the files have in them."""

import subprocess

import pytest

import clips
import h264
import programs
from oceld import ROOT, Oceld

pytestmark = pytest.mark.slow
FOLDER = ROOT / "examples/firewall"
LOAD = {
    "nftables.conf": ["nft", "-f", FOLDER / "nftables.conf"],
    "iptables.rules": ["iptables-restore", FOLDER / "iptables.rules"],
}
CHECK = {
    "nftables.conf": ["nft", "-c", "-f", FOLDER / "nftables.conf"],
    "iptables.rules": ["iptables-restore", "--test", FOLDER / "iptables.rules"],
}
CAMERA, RECORDER, HOME_ASSISTANT, OTHER = (
    "192.168.30.50", "192.168.10.20", "192.168.10.21", "192.168.10.99")  # fmt: skip
# Nothing that answers takes three seconds.
CONNECT = """
import socket, sys
address, port, source = sys.argv[1:]
try:
    socket.create_connection((address, int(port)), 3, (source, 0)).close()
    print("open")
except ConnectionRefusedError:
    print("refused")
except TimeoutError:
    print("dropped")
"""


class Namespace:
    def __init__(self):
        self.holder = subprocess.Popen(
            ["unshare", "-n", "sh", "-c", "ip link set lo up; echo ready; exec sleep 300"],
            stdout=subprocess.PIPE)  # fmt: skip
        assert self.holder.stdout.readline() == b"ready\n", "no network namespace could be made"
        self.enter = ("nsenter", "-t", str(self.holder.pid), "-n")

    def run(self, *command) -> str:
        return programs.run([*self.enter, *command])

    def link(self, other: "Namespace", name: str, addresses: list[str], gateway: str) -> None:
        """A cable to `other`: there `gateway`, here the addresses."""
        other.run("ip", "link", "add", name, "type", "veth", "peer", "name", "cable", "netns",
                  self.holder.pid)
        other.run("ip", "address", "add", f"{gateway}/24", "dev", name)
        other.run("ip", "link", "set", name, "up")
        for address in addresses:
            self.run("ip", "address", "add", f"{address}/24", "dev", "cable")
        self.run("ip", "link", "set", "cable", "up")
        self.run("ip", "route", "add", "default", "via", gateway)

    def connect(self, address: str, port: int, source: str) -> str:
        return self.run("python3", "-c", CONNECT, address, port, source).strip()

    def end(self) -> None:
        self.holder.kill()
        self.holder.wait()


@pytest.fixture
def networks():
    """The router, the cameras' network and the house."""
    made = [Namespace() for _ in range(3)]
    router, cameras, house = made
    try:
        router.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
        cameras.link(router, "cameras", [CAMERA], "192.168.30.1")
        house.link(router, "house", [RECORDER, HOME_ASSISTANT, OTHER], "192.168.10.1")
        yield router, cameras, house
    finally:
        for namespace in made:
            namespace.end()


@pytest.fixture
def camera(networks, tmp_path):
    ports = ("--port", "8554", "--rtp-port", "5004", "--rtcp-port", "5005")
    oceld = Oceld(tmp_path, f"file:{clips.path('plain')}", *ports, host=CAMERA,
                  prefix=networks[1].enter)
    yield oceld
    oceld.stop()


@pytest.mark.parametrize("file", LOAD)
def test_is_taken(networks, file):
    networks[0].run(*CHECK[file])


@pytest.mark.parametrize("file", LOAD)
@pytest.mark.parametrize("lower", ["tcp", "udp"])
def test_the_recorder_gets_the_picture(networks, camera, tmp_path, file, lower):
    router, _, house = networks
    router.run(*LOAD[file])
    out = tmp_path / "out.h264"
    house.run("ffmpeg", "-nostdin", "-loglevel", "error", "-rtsp_transport", lower, "-i",
              camera.url, "-frames:v", 60, "-c", "copy", "-f", "h264", out)
    h264.assert_loops(h264.read(out), clips.units("plain"))


@pytest.mark.parametrize("file", LOAD)
def test_nobody_else_gets_through(networks, camera, file):
    router, cameras, house = networks
    assert house.connect(CAMERA, 8554, OTHER) == "open"  # without rules
    assert cameras.connect(RECORDER, 80, CAMERA) == "refused"
    router.run(*LOAD[file])
    assert house.connect(CAMERA, 8554, RECORDER) == "open"
    assert house.connect(CAMERA, 8554, HOME_ASSISTANT) == "open"
    assert house.connect(CAMERA, 8554, OTHER) == "dropped"
    assert house.connect(CAMERA, 6053, HOME_ASSISTANT) == "refused"  # through, but nobody listens
    assert house.connect(CAMERA, 6053, RECORDER) == "dropped"
    assert cameras.connect(RECORDER, 80, CAMERA) == "dropped"
