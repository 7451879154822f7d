# SPDX-License-Identifier: Apache-2.0
"""A device with an ESP32-P4, as YAML."""

from conftest import ROOT

BOARD = f"""
esphome: {{name: testdevice}}
external_components:
  - source: {{type: local, path: {ROOT}/components}}
esp32:
  variant: esp32p4
  framework: {{type: esp-idf}}
logger:
ethernet:
  type: IP101
  mdc_pin: GPIO31
  mdio_pin: GPIO52
  power_pin: GPIO51
  phy_addr: 1
  clk: {{pin: GPIO50, mode: CLK_EXT_IN}}
"""
WIFI = """
esp32_hosted:
  {variant: esp32c6, reset_pin: GPIO15, cmd_pin: GPIO18, clk_pin: GPIO12, active_high: true,
   d0_pin: GPIO11, d1_pin: GPIO10, d2_pin: GPIO9, d3_pin: GPIO8}
wifi: {ssid: home, password: correcthorse}
"""
WIFI_BOARD = BOARD[: BOARD.index("ethernet:")] + WIFI
PSRAM = "psram: {mode: hex, speed: 200MHz}\n"
I2C = """
i2c:
  - id: bsp_bus
    sda: GPIO14
    scl: GPIO13
"""
CAMERA = """
mipi_dsi_cam:
  id: main_camera
  sensor_type: sc202cs
  resolution: 720P
  pixel_format: RGB565
  framerate: 30
"""
