# SPDX-License-Identifier: Apache-2.0
import esphome.codegen as cg
from esphome.components import switch
import esphome.config_validation as cv
from esphome.const import ENTITY_CATEGORY_CONFIG
from esphome.types import ConfigType

from . import CONF_MIPI_DSI_CAM_ID, MipiDSICamComponent, mipi_dsi_cam_ns, only_with

DEPENDENCIES = ["mipi_dsi_cam"]

CONF_AUTO_EXPOSURE = "auto_exposure"

AutoExposureSwitch = mipi_dsi_cam_ns.class_("AutoExposureSwitch", switch.Switch, cg.Component)

CONFIG_SCHEMA = cv.Schema(
    {
        cv.GenerateID(CONF_MIPI_DSI_CAM_ID): cv.use_id(MipiDSICamComponent),
        cv.Required(CONF_AUTO_EXPOSURE): switch.switch_schema(
            AutoExposureSwitch,
            icon="mdi:brightness-auto",
            entity_category=ENTITY_CATEGORY_CONFIG,
            default_restore_mode="RESTORE_DEFAULT_ON",
        ).extend(cv.COMPONENT_SCHEMA),
    }
)


def _final_validate(config: ConfigType) -> None:
    only_with(
        "sc202cs",
        config,
        CONF_AUTO_EXPOSURE,
        "the ov5647's automatic exposure cannot be switched off: remove it",
    )


FINAL_VALIDATE_SCHEMA = _final_validate


async def to_code(config: ConfigType) -> None:
    var = await switch.new_switch(config[CONF_AUTO_EXPOSURE])
    await cg.register_component(var, config[CONF_AUTO_EXPOSURE])
    await cg.register_parented(var, config[CONF_MIPI_DSI_CAM_ID])
