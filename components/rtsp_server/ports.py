# SPDX-License-Identifier: Apache-2.0
"""Ports that the server and another component of the same device would both take."""

import esphome.config_validation as cv
import esphome.final_validate as fv
from esphome.types import ConfigType

EXAMPLES = {"TCP": "8554", "UDP": "5004 and 5005"}
OTHERS = {"TCP": ("api", "ota", "web_server"), "UDP": ("udp",)}
MDNS_PORT = 5353


def _port_of(entry: ConfigType) -> int | None:
    port = entry.get("port")
    return port.get("listen_port") if isinstance(port, dict) else port


def _taken(protocol: str) -> dict[int, str]:
    """Which component has which port."""
    full = fv.full_config.get()
    taken = {MDNS_PORT: "mdns"} if protocol == "UDP" and "mdns" in full else {}
    for name in OTHERS[protocol]:
        entries = full.get(name) or []
        for entry in entries if isinstance(entries, list) else [entries]:
            if port := _port_of(entry):
                taken[port] = name
    return taken


def _ours(config: ConfigType, protocol: str) -> list[tuple[list[str], int]]:
    """Our ports, each with its place in the YAML."""
    if protocol == "UDP":
        options = ("rtp_port", "rtcp_port") if config["transport"] != "tcp" else ()
        return [([option], config[option]) for option in options]
    tls = [(["tls", "port"], config["tls"]["port"])] if "tls" in config else []
    plain = [([option], config[option]) for option in ("port", "http_port") if option in config]
    return plain + tls


def final_validate(config: ConfigType) -> None:
    for protocol, example in EXAMPLES.items():
        taken = _taken(protocol)
        for path, port in _ours(config, protocol):
            if name := taken.get(port):
                raise cv.Invalid(
                    f"{protocol} port {port} is that of '{name}' already: choose another, "
                    f"for example {example}",
                    path=path,
                )
