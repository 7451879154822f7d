# SPDX-License-Identifier: Apache-2.0
"""What lwIP is given on the ESP32-P4: sizes that keep the memory's bound, and sockets enough."""

import re

import pytest

from conftest import ROOT
from p4 import BOARD, WIFI_BOARD
from test_board import SMALLEST

SIZES = {
    "CONFIG_LWIP_TCP_SND_BUF_DEFAULT": "32768",
    "CONFIG_LWIP_MAX_ACTIVE_TCP": "18",
    "CONFIG_LWIP_NETIF_LOOPBACK": "y",
}
API = "\napi:\nota: [{platform: esphome}]\n"
# Two of mDNS; seven connections of three clients, those that linger, one that is refused, the
# listener, the UDP pair, and what wakes the task.
LINGERING = int(re.search(r"LINGER_MAX = (\d)", (ROOT / "ports/espidf/loop_state.h").read_text())[1])
SOCKETS = 2 + 7 + LINGERING + 1 + 1 + 2 + 1


def generated(esphome, yaml: str) -> str:
    done = esphome.run("compile", "--only-generate", esphome.write(yaml))
    assert done.returncode == 0, done.stdout
    return (esphome.folder / ".esphome/build/testdevice/src/main.cpp").read_text()


def options(esphome, yaml: str) -> dict[str, str]:
    generated(esphome, yaml)
    lines = (esphome.folder / ".esphome/build/testdevice/sdkconfig.testdevice").read_text()
    return dict(line.split("=", 1) for line in lines.splitlines() if line.startswith("CONFIG_"))


def test_of_the_smallest_configuration(esphome):
    made = options(esphome, SMALLEST)
    assert SIZES.items() <= made.items()
    # Nothing that costs memory for bytes that a camera does not receive.
    assert "CONFIG_LWIP_TCP_WND_DEFAULT" not in made
    assert "CONFIG_LWIP_TCP_RECVMBOX_SIZE" not in made
    assert made["CONFIG_LWIP_MAX_SOCKETS"] == str(SOCKETS)


def test_of_a_device_with_wifi(esphome):
    made = options(esphome, SMALLEST.replace(BOARD, WIFI_BOARD))
    assert SIZES.items() <= made.items()
    assert {
        "CONFIG_SPIRAM_TRY_ALLOCATE_WIFI_LWIP": "y",
        "CONFIG_ESP_WIFI_DYNAMIC_TX_BUFFER_NUM": "64",
        "CONFIG_ESP_WIFI_AMPDU_TX_ENABLED": "y",
        "CONFIG_ESP_WIFI_TX_BA_WIN": "32",
    }.items() <= made.items()


def test_of_a_device_with_a_live_page(esphome):
    assert "CONFIG_MBEDTLS_SHA1_C" not in options(esphome, SMALLEST)
    made = options(esphome, SMALLEST.replace("rtsp_server:", "rtsp_server:\n  http_port: 8080"))
    assert made["CONFIG_MBEDTLS_SHA1_C"] == "y"


@pytest.mark.parametrize("board, paced", [(BOARD, False), (WIFI_BOARD, True)])
def test_paces_pictures_over_wifi_only(esphome, board, paced):
    main = generated(esphome, SMALLEST.replace(BOARD, board))
    assert ("->set_udp_pace(2500000, 16384);" in main) == paced
    # Wi-Fi that may sleep while nobody watches; without Wi-Fi there is nothing to keep awake.
    defines = (esphome.folder / ".esphome/build/testdevice/src/esphome/core/defines.h").read_text()
    assert ("#define USE_WIFI_RUNTIME_POWER_SAVE" in defines) == paced


@pytest.mark.parametrize(
    "change, sockets",
    [
        ("port: 554", SOCKETS),
        ("max_clients: 5", SOCKETS + 4),
        ("max_clients: 1", SOCKETS - 4),
        ("transport: tcp", SOCKETS - 2),
        ("http_port: 8080", SOCKETS + 1),
        ("tls: {port: 8322}", SOCKETS + 1 + 2),  # its listener, and two that shake hands
    ],
)
def test_counts_the_sockets(esphome, change, sockets):
    made = options(esphome, SMALLEST.replace("port: 554", change))
    assert made["CONFIG_LWIP_MAX_SOCKETS"] == str(max(10, sockets))


@pytest.mark.parametrize("has_tls", [False, True])
def test_builds_a_tls_server_only_if_there_is_one(esphome, has_tls):
    made = options(esphome, SMALLEST.replace("port: 554", "tls:" if has_tls else "port: 554"))
    # Where nothing is said, ESP-IDF builds client and server, tickets, and what writes PEM.
    without = {"CONFIG_MBEDTLS_TLS_DISABLED": "y", "CONFIG_MBEDTLS_PEM_WRITE_C": "n"}
    never = {"CONFIG_MBEDTLS_TLS_CLIENT_ONLY": "y",
             "CONFIG_MBEDTLS_SERVER_SSL_SESSION_TICKETS": "n"}  # fmt: skip
    assert (without.items() <= made.items()) != has_tls
    if has_tls:
        assert not made.items() & (without | never).items()
        assert made["CONFIG_MBEDTLS_EXTERNAL_MEM_ALLOC"] == "y"


def test_adds_to_what_others_need(esphome):
    yaml = SMALLEST.replace("port: 554", "max_clients: 5") + API + "web_server:\n"
    made = options(esphome, yaml)
    api, web, ota = 4, 6, 1
    assert made["CONFIG_LWIP_MAX_SOCKETS"] == str(SOCKETS + 4 + api + web + ota)
    assert made["CONFIG_LWIP_MAX_ACTIVE_TCP"] == str(14 + 3 + 5 + 8)


@pytest.mark.parametrize(
    "yaml, value",
    [
        ("network: {tcp_send_buffer: 16384}", "16384"),
        ("network: {enable_high_performance: true}", "65534"),
    ],
)
def test_the_words_of_the_yaml_stay(esphome, yaml, value):
    made = options(esphome, f"{SMALLEST}\n{yaml}\n")
    assert made["CONFIG_LWIP_TCP_SND_BUF_DEFAULT"] == value


def test_the_sdkconfig_of_the_yaml_stays(esphome):
    words = "{type: esp-idf, sdkconfig_options: {CONFIG_LWIP_TCP_SND_BUF_DEFAULT: '24000'}}"
    made = options(esphome, SMALLEST.replace("{type: esp-idf}", words))
    assert made["CONFIG_LWIP_TCP_SND_BUF_DEFAULT"] == "24000"
