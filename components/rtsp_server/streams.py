# SPDX-License-Identifier: Apache-2.0
"""Several streams of one camera: what each can say, what it inherits, and which sizes there are."""

import esphome.codegen as cg
import esphome.config_validation as cv
import esphome.final_validate as fv
from esphome.const import CONF_ID, CONF_PATH, CONF_RESOLUTION
from esphome.core import CORE
from esphome.types import ConfigType

from . import board

CONF_STREAM = "stream"
CONF_STREAMS = "streams"
INHERITED = ("bitrate", "gop", "qp_min", "qp_max", "start")
STREAMS_MAX = 4
SIDE_LEAST = 64


def resolution(value: object) -> tuple[int, int]:
    """`VGA`, `720P`, `1080P` or `640x360`."""
    size = board.size_of({"resolution": value})
    if size is None:
        raise cv.Invalid("must be WIDTHxHEIGHT, VGA, 720P or 1080P, for example 640x360")
    return size


def _fill_in(config: ConfigType) -> None:
    """Each stream gets what it does not say from the server's options."""
    for stream in config[CONF_STREAMS]:
        for option in INHERITED:
            stream.setdefault(option, config[option])


def validate(config: ConfigType) -> ConfigType:
    streams = config.get(CONF_STREAMS)
    if not streams:
        return config
    _fill_in(config)
    first = streams[0]
    first.setdefault(CONF_PATH, config["stream_path"])
    paths: set[str] = set()
    for number, stream in enumerate(streams):
        at = [CONF_STREAMS, number]
        for option in (CONF_PATH, CONF_RESOLUTION) if number else ():
            if option not in stream:
                raise cv.Invalid(
                    f"{option} is missing: all streams but the first need one, for example "
                    f"{ {CONF_PATH: '/sub', CONF_RESOLUTION: '320x180'}[option] }",
                    path=at,
                )
        if stream[CONF_PATH] in paths:
            raise cv.Invalid(f"two streams have the path {stream[CONF_PATH]}", path=at)
        paths.add(stream[CONF_PATH])
        low, high = stream["qp_min"], stream["qp_max"]
        if low >= high:
            raise cv.Invalid(f"qp_min ({low}) must be below qp_max ({high})", path=at)
    # The first is what the server's own options describe.
    config["stream_path"] = first[CONF_PATH]
    config.update({option: first[option] for option in INHERITED})
    return config


def _possible(size: tuple[int, int]) -> str:
    sizes = [(size[0] * n // 8 // 2 * 2, size[1] * n // 8 // 2 * 2) for n in (6, 4, 2)]
    return ", ".join(f"{w}x{h}" for w, h in sizes if min(w, h) >= SIDE_LEAST)


def _camera_size(config: ConfigType) -> tuple[int, int] | None:
    full = fv.full_config.get()
    return board.size_of(full.get_config_for_path(full.get_path_for_id(config["camera_id"])[:-1]))


def final_validate(config: ConfigType) -> None:
    streams = config.get(CONF_STREAMS) or ()
    if CORE.is_esp32 and len(streams) > 1:
        raise cv.Invalid(
            "the ESP32-P4 serves one stream so far: keep the first", path=[CONF_STREAMS]
        )
    camera = _camera_size(config) if streams else None
    for number, stream in enumerate(streams):
        wanted = stream.get(CONF_RESOLUTION)
        if camera is None or wanted is None:
            continue
        path = [CONF_STREAMS, number, CONF_RESOLUTION]
        if number == 0 and wanted != camera:
            raise cv.Invalid(
                f"the first stream is the camera's picture, {camera[0]}x{camera[1]}: leave its "
                "resolution out, or change the camera's",
                path=path,
            )
        fits = all(SIDE_LEAST <= side <= most and side % 2 == 0
                   for side, most in zip(wanted, camera))  # fmt: skip
        if not fits:
            raise cv.Invalid(
                f"{wanted[0]}x{wanted[1]} cannot be made of the camera's {camera[0]}x{camera[1]}: "
                f"both sides must be even, at least {SIDE_LEAST}, and no larger than the "
                f"camera's, for example {_possible(camera)}",
                path=path,
            )


def add(var: cg.MockObj, config: ConfigType) -> None:
    """The streams beside the first."""
    for stream in (config.get(CONF_STREAMS) or ())[1:]:
        made = cg.new_Pvariable(stream[CONF_ID], stream[CONF_PATH], *stream[CONF_RESOLUTION])
        settings = [stream[option] for option in INHERITED[:4]]
        cg.add(made.set_settings(*settings))
        cg.add(made.set_start(stream["start"]))
        cg.add(var.add_further_stream(made))


def server_of(config: ConfigType) -> ConfigType:
    """The YAML of the server that an entity belongs to; once all has been validated."""
    servers = cv.ensure_list(dict)(CORE.config["rtsp_server"])
    return next(s for s in servers if s[CONF_ID] == config["rtsp_server_id"])


def final_validate_entity(config: ConfigType) -> None:
    """An entity's `stream` is one that there is."""
    if CONF_STREAM not in config:
        return
    full = fv.full_config.get()
    path = full.get_path_for_id(config["rtsp_server_id"])[:-1]
    number_of(full.get_config_for_path(path), config[CONF_STREAM])


def number_of(server: ConfigType, path: str) -> int:
    """Which stream has that path."""
    streams = server.get(CONF_STREAMS) or [{CONF_PATH: server["stream_path"]}]
    paths = [stream[CONF_PATH] for stream in streams]
    if path not in paths:
        raise cv.Invalid(
            f"there is no stream {path}: give one of {', '.join(paths)}", path=[CONF_STREAM]
        )
    return paths.index(path)
