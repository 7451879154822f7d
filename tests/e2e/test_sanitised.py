# SPDX-License-Identifier: Apache-2.0
"""The attacks of test_hostile.py on an oceld that sanitizers watch. What they cost a viewer, and
whether memory returns, is measured there: here no access to memory may be wrong, no behaviour
undefined, no two threads race, and at the end nothing is leaked."""

from contextlib import ExitStack

import pytest

import test_hostile as hostile
from oceld import ROOT

# The loop's thread, the source's and the main one meet in these.
RACING = (hostile.silent_connections, hostile.setups_of_vanishing_clients,
          hostile.readers_that_stop, hostile.garbage, hostile.half_handshakes, hostile.tunnels)
OPTIONS = {
    "dev": {"ASAN_OPTIONS": "detect_leaks=1", "UBSAN_OPTIONS": "print_stacktrace=1"},
    "tsan": {"TSAN_OPTIONS": "halt_on_error=1"},
}


@pytest.mark.parametrize("many", [False, True], ids=["one address", "many addresses"])
@pytest.mark.parametrize("preset, attacks", [
    pytest.param("dev", hostile.ATTACKS[:6], id="address and undefined, 1"),
    pytest.param("dev", hostile.ATTACKS[6:], id="address and undefined, 2"),
    pytest.param("tsan", RACING, id="thread"),
])
def test_sanitizers_have_nothing_to_say(serve, monkeypatch, preset, attacks, many):
    if preset == "tsan" and many:
        attacks = attacks[1:3]
    for name, value in OPTIONS[preset].items():
        monkeypatch.setenv(name, value)
    oceld = serve("plain", tls=True, program=str(ROOT / f"build/{preset}/apps/oceld/oceld"))
    with ExitStack() as stack:
        for lower in ("tcp", "udp", "tls"):
            stack.callback(hostile.Viewer(oceld, lower).process.kill)
        for attack in attacks:
            if attack is hostile.pipelined_requests:
                continue  # asserts how fast replies are made
            server = hostile.Server(oceld, many)
            stack.callback(server.leave)
            attack(server)
            server.leave()
            assert oceld.process.poll() is None, f"{attack.__name__}\n{oceld.log()}"
    oceld.stop()
    assert "Sanitizer" not in oceld.log()
