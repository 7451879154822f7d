# SPDX-License-Identifier: Apache-2.0
"""Networks of their own, with a link between them, for what must not be sent on this computer's."""

import subprocess

GROUP = "239.255.12.42"
SERVER, VIEWERS = "10.99.0.1", "10.99.0.2"


def inside(pid: int, command: list[object]) -> list[str]:
    return ["nsenter", "--target", str(pid), "--net", *[str(c) for c in command]]


def namespace(setup: str) -> subprocess.Popen:
    """A network namespace that lives until the process's input is closed."""
    holder = subprocess.Popen(["unshare", "--net", "sh", "-c", f"{setup} && echo ready && exec cat"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "ready\n", "no network namespace can be made here"
    return holder


def route(address: str, link: str) -> str:
    return (f"ip addr add {address}/24 dev {link} && ip link set {link} up && "
            f"ip route add 224.0.0.0/4 dev {link}")


def linked_networks():
    """Gives the processes that hold the server's network and the viewers', until it is resumed."""
    server = namespace("ip link add near type veth peer name far && " + route(SERVER, "near"))
    viewers = namespace("ip link set lo up")
    try:
        for pid, command in ((server.pid, f"ip link set far netns {viewers.pid}"),
                             (viewers.pid, route(VIEWERS, "far"))):
            subprocess.run(inside(pid, ["sh", "-c", command]), check=True, timeout=10)
        yield server.pid, viewers.pid
    finally:
        for holder in (viewers, server):
            holder.stdin.close()
            holder.wait(timeout=10)
