# SPDX-License-Identifier: Apache-2.0
"""A camera whose driver does not return: for a test only. See fake_stuck_camera.h."""

import esphome.codegen as cg
import esphome.config_validation as cv
from esphome.const import CONF_ID
from esphome.types import ConfigType

AUTO_LOAD = ["rtsp_server"]

fake_ns = cg.esphome_ns.namespace("fake_stuck_camera")
VideoSource = cg.esphome_ns.namespace("rtsp_server").class_("VideoSource")
StuckCamera = fake_ns.class_("StuckCamera", cg.Component, VideoSource)

CONFIG_SCHEMA = cv.Schema({cv.GenerateID(): cv.declare_id(StuckCamera)}).extend(
    cv.COMPONENT_SCHEMA
)


async def to_code(config: ConfigType) -> None:
    await cg.register_component(cg.new_Pvariable(config[CONF_ID]), config)
