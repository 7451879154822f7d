# SPDX-License-Identifier: Apache-2.0
"""A camera that is none: a moving picture, encoded by x264, to try rtsp_server on a computer."""

import esphome.codegen as cg
import esphome.config_validation as cv
from esphome.const import CONF_ID, CONF_RESOLUTION
from esphome.types import ConfigType

CODEOWNERS = ["@ocel"]
AUTO_LOAD = ["rtsp_server"]
MULTI_CONF = True

CONF_FRAMERATE = "framerate"

rtsp_test_camera_ns = cg.esphome_ns.namespace("rtsp_test_camera")
VideoSource = cg.esphome_ns.namespace("rtsp_server").class_("VideoSource")
JpegSource = cg.esphome_ns.namespace("rtsp_server").class_("JpegSource")
TestCamera = rtsp_test_camera_ns.class_("TestCamera", cg.Component, VideoSource, JpegSource)


def _even(value: object) -> str:
    size = cv.dimensions(value)
    for side in size:
        if side % 2 or not 64 <= side <= 1920:
            raise cv.Invalid("width and height must be even and 64 to 1920, for example 640x360")
    return size


CONFIG_SCHEMA = cv.All(
    cv.Schema(
        {
            cv.GenerateID(): cv.declare_id(TestCamera),
            cv.Optional(CONF_RESOLUTION, default="640x360"): _even,
            cv.Optional(CONF_FRAMERATE, default=25): cv.int_range(min=1, max=60),
        }
    ).extend(cv.COMPONENT_SCHEMA),
    cv.only_on(["host"]),
)


async def to_code(config: ConfigType) -> None:
    var = cg.new_Pvariable(config[CONF_ID])
    await cg.register_component(var, config)
    width, height = config[CONF_RESOLUTION]
    cg.add(var.set_size(width, height))
    cg.add(var.set_framerate(config[CONF_FRAMERATE]))
    cg.add_build_flag("-lx264")
    cg.add_build_flag("-lturbojpeg")
