# SPDX-License-Identifier: Apache-2.0
"""RTSP server: the picture of a camera as H.264 for Frigate, go2rtc, Home Assistant and players."""

import ipaddress
import logging

from esphome import automation
import esphome.codegen as cg
from esphome.components import ota, socket, wifi
import esphome.config_validation as cv
from esphome.const import (
    CONF_ID,
    CONF_ON_ERROR,
    CONF_PASSWORD,
    CONF_PATH,
    CONF_PORT,
    CONF_RESOLUTION,
    CONF_USERNAME,
)
from esphome.core import CORE
from esphome.types import ConfigType

from . import board, certificate, image, library, ports, streams

_LOGGER = logging.getLogger(__name__)

CODEOWNERS = ["@ocel"]
DEPENDENCIES = ["network"]
DOMAIN = "rtsp_server"

CONF_ADAPTIVE_BITRATE = "adaptive_bitrate"
CONF_ALLOWED_IPS = "allowed_ips"
CONF_BITRATE = "bitrate"
CONF_CAMERA_ID = "camera_id"
CONF_DSCP = "dscp"
CONF_ENABLED = "enabled"
CONF_GOP = "gop"
CONF_HTTP_PORT = "http_port"
CONF_MAX_CLIENTS = "max_clients"
CONF_MAX_BITRATE = "max_bitrate"
CONF_MDNS = "mdns"
CONF_MIN_BITRATE = "min_bitrate"
CONF_ON_CLIENT_CONNECTED = "on_client_connected"
CONF_MULTICAST = "multicast"
CONF_ON_CLIENT_DISCONNECTED = "on_client_disconnected"
CONF_ON_STREAM_START = "on_stream_start"
CONF_ON_STREAM_STOP = "on_stream_stop"
CONF_PIPELINE_ID = "pipeline_id"
CONF_QP_MAX = "qp_max"
CONF_QP_MIN = "qp_min"
CONF_RTCP_PORT = "rtcp_port"
CONF_RTP_PORT = "rtp_port"
CONF_RTSP_SERVER_ID = "rtsp_server_id"
CONF_SESSION_TIMEOUT = "session_timeout"
CONF_START = "start"
CONF_STREAM_PATH = "stream_path"
CONF_TLS = "tls"
CONF_TRANSPORT = "transport"

BITRATE_RANGE = (100000, 10000000)
GOP_RANGE = (1, 120)
NETWORKS_MAX = 16
QP_RANGE = (0, 51)

rtsp_server_ns = cg.esphome_ns.namespace("rtsp_server")
RTSPServer = rtsp_server_ns.class_("RTSPServer", cg.Component)
VideoSource = rtsp_server_ns.class_("VideoSource")
PipelineSource = rtsp_server_ns.class_("PipelineSource", VideoSource)
FurtherStream = rtsp_server_ns.class_("FurtherStream")
Start = rtsp_server_ns.enum("Start", is_class=True)

STARTS = {"auto": Start.AUTO, "gop": Start.GOP, "idr": Start.IDR, "live": Start.LIVE}
TRANSPORTS = ("any", "tcp")


def AUTO_LOAD(config: ConfigType) -> list[str]:  # noqa: N802
    return ["socket", *image.loads(config)]


def stream_path(value: object) -> str:
    path = cv.string_strict(value)
    if not path.startswith("/"):
        raise cv.Invalid(f"must start with '/', for example '/{path}'")
    if any(c <= " " or c > "~" or c in "?#" for c in path):
        raise cv.Invalid("must hold no space, '?', '#' or special character, for example '/stream'")
    if len(path) > 63:
        raise cv.Invalid("must have at most 63 characters, for example '/stream'")
    if path.rstrip("/") == "":
        raise cv.Invalid("must name something behind the '/', for example '/stream'")
    return path


def network(value: object) -> str:
    """`192.168.1.0/24`, `fd00::/8`; an address alone is one host."""
    text = cv.string_strict(value)
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        raise cv.Invalid("must be a network or an address, for example 192.168.1.0/24") from None


def _mapped(text: str) -> tuple[list[int], int]:
    """Four words of an IPv6 address, and how many bits of it count."""
    net = ipaddress.ip_network(text)
    mapped = 96 if net.version == 4 else 0
    bits = int(net.network_address) | (0xFFFF << 32 if mapped else 0)
    return [bits >> shift & 0xFFFFFFFF for shift in (96, 64, 32, 0)], mapped + net.prefixlen


def multicast(value: object) -> str:
    """`239.255.12.42`, `239.255.12.42:5004`, `239.255.12.42:5004:1`."""
    wrong = cv.Invalid(
        "must be GROUP[:PORT[:TTL]] with an IPv4 multicast group, an even port and a TTL of 1 to "
        "255, for example 239.255.12.42:5004:1"
    )
    parts = cv.string_strict(value).split(":")
    try:
        group = ipaddress.IPv4Address(parts[0])
        numbers = [int(part) for part in parts[1:] if part.isdigit()]
    except ValueError:
        raise wrong from None
    port, ttl = (numbers + [2, 1][len(numbers) :])[:2]
    if len(parts) > 3 or len(numbers) != len(parts) - 1 or not group.is_multicast:
        raise wrong
    if port % 2 != 0 or not 2 <= port <= 65500 or not 1 <= ttl <= 255:
        raise wrong
    return ":".join(parts)


def bitrate(value: object) -> int:
    """`2000000` as well as `2Mbps`."""
    bits = cv.float_with_unit("bitrate", "(bps|bit/s)?", optional_unit=True)(value)
    return cv.int_range(*BITRATE_RANGE)(int(bits))


def _qp_bounds(config: ConfigType) -> ConfigType:
    low, high = config[CONF_QP_MIN], config[CONF_QP_MAX]
    if low >= high:
        raise cv.Invalid(
            f"qp_min ({low}) must be below qp_max ({high}), for example 10 and 40: "
            "between equal bounds the encoder cannot keep the bitrate",
            path=[CONF_QP_MIN],
        )
    return config


def _max_bitrate(config: ConfigType) -> ConfigType:
    bits = config[CONF_BITRATE]
    most = config.setdefault(CONF_MAX_BITRATE, bits)
    if most < bits:
        raise cv.Invalid(
            f"max_bitrate ({most}) must not be below bitrate ({bits}): write at least {bits}, or "
            "leave it out",
            path=[CONF_MAX_BITRATE],
        )
    if config[CONF_ADAPTIVE_BITRATE] and config[CONF_MIN_BITRATE] >= bits:
        raise cv.Invalid(
            f"min_bitrate ({config[CONF_MIN_BITRATE]}) must be below bitrate ({bits}) for "
            f"adaptive_bitrate, for example {max(bits // 4, BITRATE_RANGE[0])}",
            path=[CONF_MIN_BITRATE],
        )
    return config


def _ports(config: ConfigType) -> ConfigType:
    if config[CONF_RTP_PORT] == config[CONF_RTCP_PORT]:
        raise cv.Invalid(
            f"rtp_port and rtcp_port must differ, for example {config[CONF_RTP_PORT]} "
            f"and {config[CONF_RTP_PORT] + 1}",
            path=[CONF_RTCP_PORT],
        )
    return config


def _doors(config: ConfigType) -> ConfigType:
    places = {config[CONF_PORT]: CONF_PORT}
    for path, remedy in (([CONF_TLS, CONF_PORT], 322), ([CONF_HTTP_PORT], 8080)):
        inner = config
        for key in path:
            inner = inner.get(key) if inner else None
        if inner in places:
            raise cv.Invalid(
                f"is {inner} as {places[inner]} is: they must differ, for example {remedy} here",
                path=path,
            )
        if inner is not None:
            places[inner] = " of ".join(reversed(path))
    return config


def _multicast(config: ConfigType) -> ConfigType:
    if CONF_MULTICAST not in config:
        return config
    if config[CONF_TRANSPORT] == "tcp":
        raise cv.Invalid("multicast needs UDP: leave out transport: tcp", path=[CONF_MULTICAST])
    if ":" not in config[CONF_MULTICAST] and config[CONF_RTP_PORT] % 2 != 0:
        raise cv.Invalid("needs an even port: give GROUP:PORT", path=[CONF_MULTICAST])
    return config


def _credential(value: object) -> str:
    text = cv.string_strict(value)
    if not 1 <= len(text.encode()) <= 63:
        raise cv.Invalid("must have 1 to 63 bytes, for example 4 words from a dictionary")
    return text


def username(value: object) -> str:
    text = _credential(value)
    if any(c < " " or c in ':"\\\x7f' for c in text):
        raise cv.Invalid("must hold no colon, quote or backslash, for example 'viewer'")
    return text


def _login(config: ConfigType) -> ConfigType:
    if (CONF_USERNAME in config) != (CONF_PASSWORD in config):
        raise cv.Invalid("username and password go together: give both or neither")
    if CONF_USERNAME not in config:
        _LOGGER.warning(
            "rtsp_server has no password: whoever reaches its port sees the picture; give "
            "username and password, or keep it inside your network"
        )
    return config


def _reserve_sockets(config: ConfigType) -> ConfigType:
    # RTSP over HTTP takes two for each client. One more: whoever comes too many is told so.
    streams = 2 * config[CONF_MAX_CLIENTS] + 1
    datagrams = 2 if config[CONF_TRANSPORT] != "tcp" else 0
    listeners = 1
    if CONF_TLS in config:
        streams += certificate.HANDSHAKES
        listeners += 1
    if CONF_HTTP_PORT in config:
        listeners += 1
    if CORE.is_esp32:
        streams += board.LINGERING_SOCKETS
        datagrams += 1  # by which the server's task is woken
    socket.consume_sockets(streams, DOMAIN)(config)
    socket.consume_sockets(listeners, DOMAIN, socket.SocketType.TCP_LISTEN)(config)
    if datagrams:
        socket.consume_sockets(datagrams, DOMAIN, socket.SocketType.UDP)(config)
    return config


# What is not said is as in the server's options; the first stream is the camera's own picture.
STREAM_SCHEMA = cv.Schema(
    {
        cv.GenerateID(): cv.declare_id(FurtherStream),
        cv.Optional(CONF_PATH): stream_path,
        cv.Optional(CONF_RESOLUTION): streams.resolution,
        cv.Optional(CONF_START): cv.enum(STARTS, lower=True),
        cv.Optional(CONF_BITRATE): bitrate,
        cv.Optional(CONF_GOP): cv.int_range(*GOP_RANGE),
        cv.Optional(CONF_QP_MIN): cv.int_range(*QP_RANGE),
        cv.Optional(CONF_QP_MAX): cv.int_range(*QP_RANGE),
    }
)

CONFIG_SCHEMA = cv.All(
    cv.Schema(
        {
            cv.GenerateID(): cv.declare_id(RTSPServer),
            cv.GenerateID(CONF_PIPELINE_ID): cv.declare_id(PipelineSource),
            cv.Required(CONF_CAMERA_ID): cv.use_id(cg.Component),
            cv.Optional(image.CONF_CAMERA): image.SCHEMA,
            cv.Optional(CONF_ENABLED, default=True): cv.boolean,
            cv.Optional(CONF_PORT, default=554): cv.port,
            cv.Optional(CONF_HTTP_PORT): cv.port,
            cv.Optional(CONF_STREAM_PATH, default="/stream"): stream_path,
            cv.Optional(CONF_RTP_PORT, default=5004): cv.port,
            cv.Optional(CONF_RTCP_PORT, default=5005): cv.port,
            cv.Optional(CONF_ALLOWED_IPS): cv.All(
                cv.ensure_list(network), cv.Length(min=1, max=NETWORKS_MAX)
            ),
            cv.Optional(CONF_DSCP, default=0): cv.int_range(min=0, max=63),
            cv.Optional(CONF_MULTICAST): multicast,
            cv.Optional(CONF_TRANSPORT, default="any"): cv.one_of(*TRANSPORTS, lower=True),
            cv.Optional(CONF_MAX_CLIENTS, default=3): cv.int_range(min=1, max=5),
            cv.Optional(CONF_SESSION_TIMEOUT, default="60s"): cv.All(
                cv.positive_time_period_seconds,
                cv.Range(min=cv.TimePeriod(seconds=10), max=cv.TimePeriod(seconds=600)),
            ),
            cv.Optional(CONF_START, default="auto"): cv.enum(STARTS, lower=True),
            cv.Optional(CONF_BITRATE, default=2000000): bitrate,
            cv.Optional(CONF_MAX_BITRATE): bitrate,
            cv.Optional(CONF_ADAPTIVE_BITRATE, default=False): cv.boolean,
            cv.Optional(CONF_MIN_BITRATE, default=300000): bitrate,
            cv.Optional(CONF_GOP, default=30): cv.int_range(*GOP_RANGE),
            cv.Optional(CONF_QP_MIN, default=10): cv.int_range(*QP_RANGE),
            cv.Optional(CONF_QP_MAX, default=40): cv.int_range(*QP_RANGE),
            cv.Optional(streams.CONF_STREAMS): cv.All(
                cv.ensure_list(STREAM_SCHEMA), cv.Length(min=1, max=streams.STREAMS_MAX)
            ),
            cv.Optional(CONF_MDNS, default=True): cv.boolean,
            cv.Optional(CONF_USERNAME): username,
            cv.Optional(CONF_PASSWORD): cv.sensitive(_credential),
            cv.Optional(CONF_TLS): certificate.SCHEMA,
            cv.Optional(CONF_ON_CLIENT_CONNECTED): automation.validate_automation(),
            cv.Optional(CONF_ON_CLIENT_DISCONNECTED): automation.validate_automation(),
            cv.Optional(CONF_ON_STREAM_START): automation.validate_automation(),
            cv.Optional(CONF_ON_STREAM_STOP): automation.validate_automation(),
            cv.Optional(CONF_ON_ERROR): automation.validate_automation(),
        }
    ).extend(cv.COMPONENT_SCHEMA),
    cv.only_on(["esp32", "host"]),
    library.validate,
    streams.validate,
    board.validate,
    image.validate,
    _qp_bounds,
    _max_bitrate,
    _ports,
    _doors,
    _multicast,
    _login,
    _reserve_sockets,
)


def FINAL_VALIDATE_SCHEMA(config: ConfigType) -> None:  # noqa: N802
    ports.final_validate(config)
    board.final_validate(config)
    streams.final_validate(config)


_ID_SCHEMA = automation.maybe_simple_id({cv.GenerateID(): cv.use_id(RTSPServer)})

for _name in ("start", "stop", "request_keyframe", "disconnect_clients"):
    automation.register_apply_action(
        f"{DOMAIN}.{_name}", _ID_SCHEMA, automation.ApplyCall(f"{_name}()")
    )


def _register_setter(option: str, call: str, fields: dict) -> None:
    schema = {cv.GenerateID(): cv.use_id(RTSPServer)}
    schema.update({cv.Required(key): cv.templatable(check) for key, check in fields.items()})
    automation.register_apply_action(
        f"{DOMAIN}.{option}",
        automation.maybe_simple_id(schema),
        automation.ApplyCall(call, tuple((key, cg.uint32) for key in fields)),
    )


_register_setter("set_bitrate", "set_bitrate({})", {CONF_BITRATE: bitrate})
_register_setter("set_gop", "set_gop({})", {CONF_GOP: cv.int_range(*GOP_RANGE)})
_register_setter(
    "set_qp",
    "set_qp({}, {})",
    {CONF_QP_MIN: cv.int_range(*QP_RANGE), CONF_QP_MAX: cv.int_range(*QP_RANGE)},
)

for _name in ("is_streaming", "has_clients"):
    automation.register_apply_condition(f"{DOMAIN}.{_name}", _ID_SCHEMA, f"{_name}()")

_CLIENT = [(cg.std_string, "address"), (cg.std_string, "path")]
_CALLBACKS = (
    automation.CallbackAutomation(
        CONF_ON_CLIENT_CONNECTED, "add_on_client_connected_callback", _CLIENT
    ),
    automation.CallbackAutomation(
        CONF_ON_CLIENT_DISCONNECTED, "add_on_client_disconnected_callback", _CLIENT
    ),
    automation.CallbackAutomation(CONF_ON_STREAM_START, "add_on_stream_start_callback", []),
    automation.CallbackAutomation(CONF_ON_STREAM_STOP, "add_on_stream_stop_callback", []),
    automation.CallbackAutomation(
        CONF_ON_ERROR, "add_on_error_callback", [(cg.std_string, "message")]
    ),
)


async def _video_source(config: ConfigType) -> cg.MockObj:
    camera = await cg.get_variable(config[CONF_CAMERA_ID])
    if not CORE.is_esp32:
        return camera
    yaml = next((c for c in cv.ensure_list(dict)(CORE.config[board.CAMERA])
                 if c[CONF_ID] == config[CONF_CAMERA_ID]))  # fmt: skip
    source = cg.new_Pvariable(config[CONF_PIPELINE_ID])
    adapter = "direct_camera" if board.is_own_camera() else "rgb565_camera"
    cg.add(source.set_camera(getattr(rtsp_server_ns, adapter)(camera)))
    cg.add(source.set_framerate(yaml.get("framerate", 30)))
    return source


def _care_for_the_network() -> None:
    if "ota" in CORE.config:
        ota.request_ota_state_listeners()
    if not CORE.is_esp32:
        return
    board.size_the_network()
    if "wifi" in CORE.config:
        wifi.enable_runtime_power_save_control()


async def to_code(config: ConfigType) -> None:
    library.add_to_build()
    _care_for_the_network()
    var = cg.new_Pvariable(config[CONF_ID])
    await cg.register_component(var, config)
    source = await _video_source(config)
    cg.add(var.set_video_source(source))
    if image.CONF_CAMERA in config:
        await image.add(config[image.CONF_CAMERA], source)
    if CONF_MULTICAST in config:
        group, *numbers = config[CONF_MULTICAST].split(":")
        port, ttl = ([int(n) for n in numbers] + [config[CONF_RTP_PORT], 1][len(numbers) :])[:2]
        cg.add(var.set_multicast(*ipaddress.IPv4Address(group).packed, port, ttl))
    for text in config.get(CONF_ALLOWED_IPS, ()):
        words, bits = _mapped(text)
        cg.add(var.add_allowed_network(*words, bits))
    cg.add(var.set_dscp(config[CONF_DSCP]))
    cg.add(var.set_enabled(config[CONF_ENABLED]))
    cg.add(var.set_port(config[CONF_PORT]))
    if CONF_HTTP_PORT in config:
        cg.add_define("USE_RTSP_SERVER_HTTP")
        if CORE.is_esp32:
            board.hash_for_websockets()
        cg.add(var.set_http_port(config[CONF_HTTP_PORT]))
    cg.add(var.set_stream_path(config[CONF_STREAM_PATH]))
    cg.add(var.set_udp(config[CONF_TRANSPORT] != "tcp"))
    if CORE.is_esp32 and "wifi" in CORE.config:
        cg.add(var.set_udp_pace(board.WIFI_PACE, board.WIFI_BURST))
    cg.add(var.set_rtp_ports(config[CONF_RTP_PORT], config[CONF_RTCP_PORT]))
    cg.add(var.set_max_clients(config[CONF_MAX_CLIENTS]))
    cg.add(var.set_session_timeout(config[CONF_SESSION_TIMEOUT].total_seconds))
    cg.add(var.set_start(config[CONF_START]))
    cg.add(var.set_bitrate(config[CONF_BITRATE]))
    cg.add(var.set_max_bitrate(config[CONF_MAX_BITRATE]))
    if config[CONF_ADAPTIVE_BITRATE]:
        cg.add(var.set_min_bitrate(config[CONF_MIN_BITRATE]))
    cg.add(var.set_gop(config[CONF_GOP]))
    cg.add(var.set_qp(config[CONF_QP_MIN], config[CONF_QP_MAX]))
    streams.add(var, config)
    cg.add(var.set_mdns(config[CONF_MDNS]))
    if CONF_USERNAME in config:
        cg.add(var.set_credentials(config[CONF_USERNAME], config[CONF_PASSWORD]))
    if CONF_TLS in config:
        certificate.add(var, config[CONF_TLS])
    await automation.build_callback_automations(var, config, _CALLBACKS)
