# SPDX-License-Identifier: Apache-2.0
"""mipi_dsi_cam takes the YAML that people have, or says what to write instead."""

import importlib.util
import sys

import pytest

from conftest import ROOT
from p4 import BOARD, CAMERA, I2C, PSRAM


def load_sensors():
    spec = importlib.util.spec_from_file_location(
        "sensors", ROOT / "components/mipi_dsi_cam/sensors.py"
    )
    module = sys.modules["sensors"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GOOD = {
    "as in the README": CAMERA,
    "nothing but the defaults": "\nmipi_dsi_cam:\n",
    "the options of the third-party component": """
mipi_dsi_cam:
  id: cam
  sensor_type: SC202CS
  i2c_id: bsp_bus
  lane: 1
  xclk_pin: GPIO36
  xclk_freq: 24000000
  sensor_addr: 0x36
  resolution: 1280x720
  pixel_format: RGB565
  framerate: 15
  jpeg_quality: 10
  mirror_x: true
  mirror_y: false
  rotation: 180
  crop_offset_x: 0
""",
    "their other names": """
mipi_dsi_cam:
  sensor: ov5647
  external_clock_pin: GPIO20
  frequency: 24MHz
  resolution: 1080P
""",
    "no clock from the chip": "\nmipi_dsi_cam:\n  xclk_pin: -1\n",
    "each size of the ov5647": "\nmipi_dsi_cam: {sensor_type: ov5647, resolution: 800x640, framerate: 25}\n",
    "VGA of the sc202cs": "\nmipi_dsi_cam: {resolution: VGA, framerate: 25}\n",
    "VGA of the ov5647": "\nmipi_dsi_cam: {sensor_type: ov5647, resolution: 480P}\n",
    "720P of the ov5647": "\nmipi_dsi_cam: {sensor_type: ov5647, resolution: 720P}\n",
    "a display's size": "\nmipi_dsi_cam: {resolution: 1024x600}\n",
    "gains of the ov5647": "\nmipi_dsi_cam: {sensor_type: ov5647, resolution: VGA, rgb_gains: {red: 1.2}}\n",
    "a quarter turn": "\nmipi_dsi_cam: {resolution: VGA, rotation: 90}\n",
    "the first bus by its number": "\nmipi_dsi_cam: {i2c_id: 0}\n",
    "the block of the third-party component": """
esp_video:
  i2c_id: bsp_bus
  xclk_pin: GPIO36
  xclk_freq: 24000000
  enable_xclk_init: true
  enable_h264: true
  enable_jpeg: true
  enable_isp: true
  use_heap_allocator: true
mipi_dsi_cam:
  id: cam
  i2c_id: bsp_bus
""",
    "the encoder's own format": "\nmipi_dsi_cam: {pixel_format: YUV420}\n",
}

BAD = {
    "sensor_type: ov02c10": "(esp_cam_sensor 2.4.0, August 2026) has no driver for the ov02c10; it is "
    "proposed there as pull requests 46 and 90: use a camera with sc202cs or ov5647",
    "sensor_type: imx219": "write sc202cs or ov5647",
    "{sensor_type: sc202cs, sensor: ov5647}": "is another name of sensor_type",
    "resolution: 1080P": "is more than the sc202cs gives: write one of 1280x720, 1600x900, 1600x1200",
    "{sensor_type: ov5647, resolution: 1920x1200}": "write one of 800x640, 800x800, 800x1280",
    "resolution: 1281x720": "must be even, for example 1280x720",
    "resolution: HD": "write QVGA, VGA, 480P, 720P, 1080P or WIDTHxHEIGHT",
    "pixel_format: JPEG": "cannot feed the H.264 encoder: write RGB565",
    "pixel_format: RAW8": "cannot feed the H.264 encoder: write RGB565",
    "framerate: 31": "the sc202cs gives 30 pictures a second at this resolution: write 30 or less",
    "framerate: 61": "value must be at most 60",
    "lane: 2": "the sc202cs uses 1: write lane: 1",
    "sensor_addr: 0x30": "looked for at 0x36",
    "xclk_freq: 20MHz": "write 24MHz or leave it out",
    "rotation: 45": "write 0, 90, 180 or 270",
    "{resolution: 720P, rotation: 90}": "choose a resolution with a smaller width, for example 800x600",
    "buffers: 1": "value must be at least 2",
    "i2c_id: 1": "write the id that the bus has under i2c:",
    "crop_offset_x: 80": "choose a smaller resolution",
    "rgb_gains: {red: 1.0, green: 1.0, blue: 1.0}": "with every picture: remove rgb_gains",
    "{sensor_type: ov5647, resolution: VGA, rgb_gains: {red: 3.0, green: 0.5}}": "red is more than "
    "3.999 times green",
    "jpeg_quality: 64": "value must be at most 63",
    "reset_pin: GPIO5": "is an invalid option for [mipi_dsi_cam]",
}

ESP_VIDEO_BAD = {
    "enable_isp: false": "the pictures come from the ISP: write enable_isp: true, or remove",
    "reset_pin: GPIO5": "the sensor's reset is not driven here: tie it to 3.3 V",
    "ldo_voltage: 2.5V": "is set to 2.5 V by esp_video: remove it",
    "{enable_xclk_init: true, xclk_pin: GPIO20}": "write 'xclk_pin: GPIO20' there, and remove",
    "enable_usb: true": "is an invalid option for [esp_video]",
}

ACTIONS = [
    "mipi_dsi_cam.start_streaming: main_camera",
    "mipi_dsi_cam.stop_streaming",
    "mipi_dsi_cam.capture_snapshot: {filename: /sdcard/picture.jpg}",
    "mipi_dsi_cam.capture_snapshot: {filename: !lambda 'return \"/sdcard/a.jpg\";'}",
    "if: {condition: mipi_dsi_cam.is_streaming, then: []}",
]


def refused(esphome, yaml):
    done = esphome.run("config", esphome.write(yaml))
    assert done.returncode != 0, done.stdout
    return " ".join(done.stdout.split())


@pytest.mark.parametrize("name", GOOD)
def test_takes(esphome, name):
    done = esphome.run("config", esphome.write(BOARD + PSRAM + I2C + GOOD[name]))
    assert done.returncode == 0, done.stdout
    assert "Configuration is valid!" in done.stdout


@pytest.mark.parametrize("options", BAD)
def test_refuses(esphome, options):
    yaml = BOARD + PSRAM + I2C + f"\nmipi_dsi_cam:\n  {options}\n"
    assert BAD[options] in refused(esphome, yaml)


@pytest.mark.parametrize("options", ESP_VIDEO_BAD)
def test_refuses_in_the_block_of_the_third_party(esphome, options):
    yaml = BOARD + PSRAM + I2C + CAMERA + f"\nesp_video:\n  {options}\n"
    assert ESP_VIDEO_BAD[options] in refused(esphome, yaml)


def test_a_snapshot_needs_a_mounted_file_system(esphome):
    action = "mipi_dsi_cam.capture_snapshot: {filename: picture.jpg}"
    yaml = BOARD + PSRAM + I2C + CAMERA + f"\ninterval: [{{interval: 1h, then: [{action}]}}]\n"
    assert "for example /sdcard/picture.jpg" in refused(esphome, yaml)


def test_that_block_alone_is_of_no_use(esphome):
    yaml = BOARD + PSRAM + I2C + "\nesp_video:\n"
    assert "remove it, or add mipi_dsi_cam" in refused(esphome, yaml)


@pytest.mark.parametrize(
    ("sensor", "size", "mode", "block", "eighths"),
    [
        ("sc202cs", (1280, 720), (1280, 720), (1280, 720), 8),
        ("sc202cs", (640, 480), (1280, 720), (854, 640), 6),
        ("sc202cs", (320, 240), (1280, 720), (854, 640), 3),
        ("ov5647", (640, 480), (1280, 960), (1280, 960), 4),
        ("ov5647", (1280, 720), (1280, 960), (1280, 720), 8),
        ("ov5647", (800, 480), (800, 640), (800, 480), 8),
    ],
)
def test_sizes_are_made_of_the_sensors_own(sensor, size, mode, block, eighths):
    sensors = load_sensors()
    way = sensors.plan(sensors.SENSORS[sensor], size)
    assert (way.mode, way.block, way.eighths) == (mode, block, eighths)


def test_made_sizes_are_right_whatever_is_asked():
    sensors = load_sensors()
    made = 0
    for sensor in sensors.SENSORS.values():
        for width in range(80, 1922, 46):
            for height in range(80, 1202, 34):
                if (way := sensors.plan(sensor, (width, height))) is None:
                    continue
                made += 1
                assert way.mode in sensor.formats
                for i, wanted in enumerate((width, height)):
                    assert way.block[i] <= way.mode[i] and way.block[i] % 2 == 0
                    assert way.block[i] * way.eighths // 8 == wanted
    assert made > 1000


OV5647 = "\nmipi_dsi_cam: {id: main_camera, sensor_type: ov5647, resolution: VGA}\n"


def numbers(*names):
    rows = "".join(f"    {name}: {{name: {name}}}\n" for name in names)
    return "\nnumber:\n  - platform: mipi_dsi_cam\n" + rows


AUTO_EXPOSURE = "\nswitch: [{platform: mipi_dsi_cam, auto_exposure: {name: Auto}}]\n"
OF_ANY = ("brightness", "contrast", "saturation")
OF_SC202CS = ("exposure", "gain")
OF_OV5647 = ("exposure_target", "red_balance", "blue_balance")
ENTITIES_BAD = {
    "exposure of the ov5647": (OV5647 + numbers("exposure"), "use exposure_target"),
    "gain of the ov5647": (OV5647 + numbers("gain"), "use exposure_target"),
    "the ov5647's automatic": (OV5647 + AUTO_EXPOSURE, "cannot be switched off: remove it"),
    "a target of the sc202cs": (CAMERA + numbers("exposure_target"), "use exposure and gain"),
    "balance of the sc202cs": (CAMERA + numbers("red_balance"), "with every picture: remove it"),
    "too bright": (
        CAMERA + "\nnumber: [{platform: mipi_dsi_cam, brightness: {name: B, initial_value: 128}}]\n",
        "value must be at most 127",
    ),
}


@pytest.mark.parametrize(
    "yaml",
    [CAMERA + numbers(*OF_ANY, *OF_SC202CS) + AUTO_EXPOSURE, OV5647 + numbers(*OF_ANY, *OF_OV5647)],
    ids=["sc202cs", "ov5647"],
)
def test_takes_entities(esphome, yaml):
    done = esphome.run("config", esphome.write(BOARD + PSRAM + I2C + yaml))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ENTITIES_BAD)
def test_refuses_entities_that_the_sensor_cannot_do(esphome, name):
    yaml, message = ENTITIES_BAD[name]
    assert message in refused(esphome, BOARD + PSRAM + I2C + yaml)


def test_generates_entities(esphome):
    yaml = BOARD + PSRAM + I2C + CAMERA + numbers("gain", "contrast") + AUTO_EXPOSURE
    done = esphome.run("compile", "--only-generate", esphome.write(yaml))
    assert done.returncode == 0, done.stdout
    main = (esphome.folder / ".esphome/build/testdevice/src/main.cpp").read_text()
    for call in ("set_control(mipi_dsi_cam::Control::GAIN, 1000)", "set_initial_value(128",
                 "set_control(mipi_dsi_cam::Control::CONTRAST, 1)", "set_parent(main_camera)"):  # fmt: skip
        assert call in main, call


def script(*actions):
    return "\nscript: [{id: s, then: [" + ", ".join(f"{{{a}}}" if ": " in a else a for a in actions) + "]}]\n"


@pytest.mark.parametrize("action", ACTIONS)
def test_takes_actions(esphome, action):
    done = esphome.run("config", esphome.write(BOARD + PSRAM + I2C + CAMERA + script(action)))
    assert done.returncode == 0, done.stdout


def test_refuses_a_file_name_without_its_file_system(esphome):
    yaml = BOARD + PSRAM + I2C + CAMERA
    action = "mipi_dsi_cam.capture_snapshot: {filename: picture.jpg}"
    assert "for example /sdcard/picture.jpg" in refused(esphome, yaml + script(action))


def test_says_what_a_device_needs(esphome):
    assert "the pictures need PSRAM: add 'psram:" in refused(esphome, BOARD + I2C + CAMERA)
    assert "requires component i2c" in refused(esphome, BOARD + PSRAM + CAMERA)
    other = BOARD.replace("variant: esp32p4", "variant: esp32s3")
    other = other[: other.index("ethernet:")]
    assert "only available on ESP32P4" in refused(esphome, other + I2C + CAMERA)
    old = BOARD.replace("type: esp-idf", "type: esp-idf, version: 5.4.0")
    assert "5.4.2" in refused(esphome, old + PSRAM + I2C + CAMERA)


@pytest.fixture(scope="module")
def generated(esphome_for_session):
    esphome = esphome_for_session
    done = esphome.run("compile", "--only-generate", esphome.write(BOARD + PSRAM + I2C + CAMERA))
    assert done.returncode == 0, done.stdout
    return esphome.folder / ".esphome/build/testdevice"


def test_generates_the_camera(generated):
    main = (generated / "src/main.cpp").read_text()
    for call in ("set_resolution(1280, 720)", "set_framerate(30)", "set_xclk(36, 24000000)",
                 'set_sensor_type("sc202cs")', "set_mirror(false, false)", "set_i2c_bus(bsp_bus)"):  # fmt: skip
        assert f"main_camera->{call};" in main
    assert (generated / "src/esphome/components/mipi_dsi_cam/mipi_dsi_cam.cpp").is_file()


def test_generates_the_sensor(generated):
    options = set((generated / "sdkconfig.testdevice").read_text().splitlines())
    assert {
        "CONFIG_CAMERA_SC202CS=y",
        "CONFIG_CAMERA_SC202CS_MIPI_RAW8_1280X720_30FPS=y",
        "CONFIG_CAMERA_SC202CS_MIPI_DEFAULT_FMT_RAW8_1280X720_30FPS=y",
        "CONFIG_CAMERA_SC202CS_MIPI_RAW8_1600X1200_30FPS=n",
        "CONFIG_ESP_VIDEO_ENABLE_ISP_PIPELINE_CONTROLLER=y",
    } <= options


def test_generates_actions_and_triggers(esphome):
    camera = CAMERA + """  jpeg_quality: 20
  on_snapshot: {then: [{logger.log: {format: "%s %d", args: [filename.c_str(), success]}}]}
"""
    yaml = BOARD + PSRAM + I2C + camera + script(*ACTIONS)
    done = esphome.run("compile", "--only-generate", esphome.write(yaml))
    assert done.returncode == 0, done.stdout
    main = (esphome.folder / ".esphome/build/testdevice/src/main.cpp").read_text()
    for call in ("start_streaming()", "stop_streaming()", "capture_snapshot(", "is_streaming()",
                 "add_on_snapshot_callback(", "set_jpeg_quality(80)"):  # fmt: skip
        assert call in main, call


def test_generates_what_the_ppa_makes(esphome):
    camera = "\nmipi_dsi_cam: {id: cam, resolution: VGA, rotation: 270}\n"
    done = esphome.run("compile", "--only-generate", esphome.write(BOARD + PSRAM + I2C + camera))
    assert done.returncode == 0, done.stdout
    main = (esphome.folder / ".esphome/build/testdevice/src/main.cpp").read_text()
    for call in ("set_resolution(640, 480)", "set_block(854, 640, 6)", "set_quarter_turn(270)",
                 "set_framerate(30)", "set_buffers(2)"):  # fmt: skip
        assert f"cam->{call};" in main


def test_names_the_components_for_esp_idf(generated):
    manifest = (generated / "src/idf_component.yml").read_text()
    for name in ("espressif/esp_video", "espressif/esp_cam_sensor", "espressif/esp_h264"):
        assert name in manifest
    for name in ("ocel", "ocel_esp32p4", "ocel_esp_video"):
        assert f"ports/esphome/{name}\n" in manifest
