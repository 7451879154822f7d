# SPDX-License-Identifier: Apache-2.0
"""What rtsp_server tells mDNS and Wi-Fi, against fakes of both that say what they are asked for."""

import subprocess

import pytest

from conftest import HERE, ROOT

MAIN = """
#include <cstdio>
#include <cstdlib>
#include "network_care.h"
int main(int argc, char **argv) {
  using namespace esphome::rtsp_server;
  const char *why = announce(8554, std::atoi(argv[1]), "/front");
  if (why != nullptr) std::printf("not announced: %s\\n", why);
  keep_radio_awake(true);
  keep_radio_awake(false);
}
"""
MDNS = ["-DUSE_ESP32", "-DUSE_MDNS"]
WIFI = ["-DUSE_ESP32", "-DUSE_WIFI", "-DUSE_WIFI_RUNTIME_POWER_SAVE"]
PLAIN = "device _rtsp._tcp 8554 path=/front"
SECURE = "device _rtsps._tcp 322 path=/front"


@pytest.mark.parametrize(
    "defines, tls_port, said",
    [
        (MDNS, 0, [PLAIN]),
        (MDNS, 322, [PLAIN, SECURE]),
        (MDNS + ['-DREFUSED="_rtsp"'], 322, ["not announced: ESP_ERR_NO_MEM"]),
        (MDNS + ['-DREFUSED="_rtsps"'], 322, [PLAIN, "not announced: ESP_ERR_NO_MEM"]),
        (WIFI, 322, ["request", "release"]),
        (WIFI[:2], 0, []),  # Wi-Fi that nobody has told to save power at run time
        (["-DUSE_ESP32"], 322, []),
        (["-DUSE_MDNS", "-DUSE_WIFI"], 322, []),  # the host has neither
    ],
)
def test_says(tmp_path, defines, tls_port, said):
    (tmp_path / "main.cpp").write_text(MAIN)
    component = ROOT / "components/rtsp_server"
    flags = ["-std=gnu++20", "-Wall", "-Werror", f"-I{HERE}/fakes/headers", f"-I{component}"]
    command = ["g++", *flags, *defines, tmp_path / "main.cpp", component / "network_care.cpp",
               "-o", tmp_path / "program"]  # fmt: skip
    subprocess.run(command, check=True)
    done = subprocess.run([tmp_path / "program", str(tls_port)], capture_output=True, text=True)
    assert done.stdout.splitlines() == said
