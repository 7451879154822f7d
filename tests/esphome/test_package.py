# SPDX-License-Identifier: Apache-2.0
"""The components where the repository is not: copied alone as tools/esphome_package.py makes them,
sent to another computer by `esphome bundle`, and cloned by ESPHome."""

import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from conftest import ROOT, Esphome
from p4 import BOARD, CAMERA, I2C, PSRAM
from test_board import SERVER, SMALLEST
from test_host import Device, ffmpeg, free_port

HOST = """
esphome: {name: packagehost}
external_components:
  - source: {type: local, path: my_components}
host:
logger:
network:
rtsp_test_camera:
  id: camera
rtsp_server:
"""
IDF_COMPONENTS = ("ocel", "ocel_esp32p4", "ocel_esp_video")


def says(*command) -> str:
    done = subprocess.run([str(c) for c in command], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout


def generate(esphome: Esphome, what) -> Path:
    done = esphome.run("compile", "--only-generate", what)
    assert done.returncode == 0, done.stdout
    return esphome.folder


def idf_sources(folder: Path) -> set[Path]:
    """What ESP-IDF would compile of a component."""
    said = says("cmake", f"-DROOT={folder}", "-P", ROOT / "tests/install/espidf.cmake")
    sources = {Path(path).resolve() for path in re.findall(r"^source (.*)$", said, re.M)}
    assert sources and all(path.is_file() for path in sources)
    return sources


def relative_idf_sources(root: Path) -> set[Path]:
    found = (idf_sources(root / "ports/esphome" / name) for name in IDF_COMPONENTS)
    return {path.relative_to(root.resolve()) for part in found for path in part}


@pytest.fixture
def packaged(esphome) -> Esphome:
    """A folder with YAML, and beside it the packaged components."""
    says(sys.executable, ROOT / "tools/esphome_package.py", esphome.folder / "my_components")
    return esphome


@pytest.fixture
def cloned(esphome) -> Esphome:
    """A folder with YAML, and in it what a clone of the repository has."""
    files = says("git", "-C", ROOT, "ls-files", "-co", "--exclude-standard").splitlines()
    for name in files:
        if (ROOT / name).is_file():
            target = esphome.folder / "ocel-clone" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)
    return esphome


def smallest_from(path: str) -> str:
    return SMALLEST.replace(f"{ROOT}/components", path)


def assert_nothing_of_the_repository(generated: Path) -> None:
    for path in generated.rglob("*"):
        if path.is_file() and path.suffix in (".cpp", ".h", ".yml", ".txt"):
            assert f"{ROOT}/" not in path.read_text(errors="replace"), path


def test_the_packaged_folders_generate_for_the_esp32p4(packaged):
    packaged.write(smallest_from("my_components"))
    generated = generate(packaged, "device.yaml") / ".esphome/build/testdevice"
    manifest = (generated / "src/idf_component.yml").read_text()
    library = packaged.folder / "my_components/rtsp_server/ocel"
    for name in IDF_COMPONENTS:
        assert f"path: {library}/ports/esphome/{name}\n" in manifest
        assert (library / "ports/esphome" / name / "idf_component.yml").is_file()
    assert_nothing_of_the_repository(generated)
    assert relative_idf_sources(library) == relative_idf_sources(ROOT)


def test_the_packaged_folders_hold_the_licence(packaged):
    for component in (packaged.folder / "my_components").iterdir():
        for name in ("LICENSE", "NOTICE"):
            assert (component / name).read_bytes() == (ROOT / name).read_bytes()


def test_rtsp_server_alone_is_enough_beside_another_camera(packaged):
    shutil.rmtree(packaged.folder / "my_components/mipi_dsi_cam")
    shutil.rmtree(packaged.folder / "my_components/rtsp_test_camera")
    third = packaged.folder / "third/mipi_dsi_cam/__init__.py"
    third.parent.mkdir(parents=True)
    third.write_text(
        "import esphome.codegen as cg\nimport esphome.config_validation as cv\n"
        "Cam = cg.esphome_ns.class_('Cam', cg.Component)\n"
        "CONFIG_SCHEMA = cv.Schema({cv.GenerateID(): cv.declare_id(Cam)})\n"
        "async def to_code(config):\n"
        "    await cg.register_component(cg.new_Pvariable(config['id']), {})\n"
    )
    board = BOARD.replace(f"{ROOT}/components", "my_components")
    board = board.replace("esp32:\n", "  - source: {type: local, path: third}\nesp32:\n")
    packaged.write(board + PSRAM + "\nmipi_dsi_cam: {id: main_camera}\n" + SERVER)
    generated = generate(packaged, "device.yaml") / ".esphome/build/testdevice"
    assert_nothing_of_the_repository(generated)


def bundle(esphome: Esphome, yaml: str) -> tuple[Esphome, Path]:
    """Another computer with the bundle; what it was made from is away."""
    done = esphome.run("bundle", "-o", "out/device.esphomebundle.tar.gz", esphome.write(yaml))
    assert done.returncode == 0, done.stdout
    assert "skipping" not in done.stdout, done.stdout
    other = Esphome(esphome.folder / "other")
    other.folder.mkdir()
    shutil.move(esphome.folder / "out/device.esphomebundle.tar.gz", other.folder)
    for path in esphome.folder.iterdir():
        if path != other.folder and path.name != ".esphome":
            path.rename(path.with_name(f"{path.name}.away"))
    return other, other.folder / "device.esphomebundle.tar.gz"


def test_a_bundle_of_the_packaged_folders_is_built_and_streams(packaged):
    port = free_port()
    ports = f"  {{port: {port}, rtp_port: {free_port()}, rtcp_port: {free_port()}, camera_id: camera}}\n"
    other, archive = bundle(packaged, HOST + ports)
    done = other.run("compile", archive)
    assert done.returncode == 0, done.stdout[-4000:]
    assert not re.findall(r".*(?:ocel|rtsp_\w+)/.*warning: .*", done.stdout)
    built = other.folder / "device/.esphome/build/packagehost"
    device = Device(built / ".pioenvs/packagehost/program", other, port, 0, 0)
    try:
        device.wait_for("Stream URL: rtsp://")
        shown = ffmpeg(device, "-frames:v", "5", "-f", "framecrc", "-")
        assert shown.returncode == 0, shown.stderr
        assert len([line for line in shown.stdout.splitlines() if line[0] != "#"]) == 5
    finally:
        assert device.stop() == 0


def test_a_bundle_of_a_clone_holds_the_library(cloned):
    other, archive = bundle(cloned, smallest_from("ocel-clone/components"))
    generate(other, archive)
    library = other.folder / "device/ocel-clone"
    assert relative_idf_sources(library) == relative_idf_sources(ROOT)
    assert (library / "library.json").read_bytes() == (ROOT / "library.json").read_bytes()
    with tarfile.open(archive) as tar:
        names = tar.getnames()
    assert not [name for name in names if "/tests/" in name or "/apps/" in name]


def test_a_git_source_is_generated_and_stays_out_of_a_bundle(cloned):
    clone = cloned.folder / "ocel-clone"
    author = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    says("git", "-C", clone, "init", "-q", "-b", "main")
    says("git", "-C", clone, "add", "-A")
    says("git", "-C", clone, *author, "commit", "-q", "-m", "tests: all of it")
    git = f"{{type: git, url: 'file://{clone}', ref: main}}"
    local = "{type: local, path: ocel-clone/components}"
    yaml = smallest_from("ocel-clone/components").replace(local, git)
    assert git in yaml
    cloned.write(yaml)
    generated = generate(cloned, "device.yaml") / ".esphome/build/testdevice"
    assert "external_components/" in (generated / "src/idf_component.yml").read_text()
    assert_nothing_of_the_repository(generated)
    _, archive = bundle(cloned, yaml)
    with tarfile.open(archive) as tar:
        assert tar.getnames() == ["manifest.json", "device.yaml"]


def test_the_folder_without_the_library_says_what_to_copy(esphome):
    for name in ("rtsp_server", "mipi_dsi_cam"):
        shutil.copytree(ROOT / "components" / name, esphome.folder / "my_components" / name)
    yaml = smallest_from("my_components")
    assert BOARD + PSRAM + I2C + CAMERA + SERVER == SMALLEST
    done = esphome.run("config", esphome.write(yaml))
    assert done.returncode != 0
    assert "copy the folder that its tools/esphome_package.py makes" in " ".join(
        done.stdout.split()), done.stdout  # fmt: skip
