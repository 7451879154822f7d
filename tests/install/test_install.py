# SPDX-License-Identifier: Apache-2.0
"""What is installed, and the repository as somebody else's library, used from outside."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
RELEASE = ROOT / "build" / "release"


def run(*command, **how) -> str:
    done = subprocess.run(
        [str(c) for c in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=300, **how,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}\n{done.stdout}"
    return done.stdout


@pytest.fixture(scope="module")
def prefix(tmp_path_factory) -> Path:
    """The installed tree, moved after the installation."""
    folder = tmp_path_factory.mktemp("install")
    run("cmake", "--install", RELEASE, "--prefix", folder / "first")
    (folder / "first").rename(folder / "moved")
    return folder / "moved"


def pkg_config(prefix: Path, *arguments: str) -> list[str]:
    places = ":".join(str(p.parent) for p in prefix.rglob("*.pc"))
    environment = {**os.environ, "PKG_CONFIG_PATH": places}
    return run("pkg-config", *arguments, env=environment).split()


@pytest.mark.parametrize("compiler", [("gcc", "-std=c11"), ("g++", "-x", "c++", "-std=c++20")])
def test_a_consumer_builds_through_pkg_config_and_runs(prefix, tmp_path, compiler):
    program = tmp_path / "consumer"
    flags = pkg_config(prefix, "--cflags", "ocel-posix")
    objects = tmp_path / "consumer.o"
    run(*compiler, "-Wall", "-Wextra", "-Werror", "-c", HERE / "consumer.c", "-o", objects, *flags)
    run("gcc", objects, "-o", program, *pkg_config(prefix, "--libs", "ocel-posix"))
    run(program)


def test_every_public_header_is_installed(prefix):
    for header in (ROOT / "include/ocel").glob("*.h"):
        assert (prefix / "include/ocel" / header.name).read_text() == header.read_text()


def test_the_version_is_the_same_everywhere(prefix):
    version = re.search(r"VERSION (\S+) LANGUAGES", (ROOT / "CMakeLists.txt").read_text()).group(1)
    assert pkg_config(prefix, "--modversion", "ocel", "ocel-posix", "ocel-mbedtls") == [version] * 3
    assert json.loads((ROOT / "library.json").read_text())["version"] == version
    assert f'version: "{version}"\n' in (ROOT / "idf_component.yml").read_text()
    assert run(prefix / "bin/oceld", "--version") == f"oceld {version}\n"


def test_no_symbol_is_in_two_libraries_or_outside_the_prefix(prefix):
    seen = {}
    for library in prefix.rglob("*.a"):
        for line in run("nm", "-g", "--defined-only", library).splitlines():
            if len(words := line.split()) == 3:
                assert words[2].startswith(("ocel_", "OCEL_")), f"{words[2]} in {library.name}"
                assert words[2] not in seen, f"{words[2]} in {library.name} and {seen[words[2]]}"
                seen[words[2]] = library.name
    assert "ocel_server_init" in seen and "ocel_loop_run" in seen


def test_the_manual_page_is_clean(prefix):
    page = prefix / "share/man/man1/oceld.1"
    assert run("mandoc", "-T", "lint", "-W", "warning", page) == ""


def test_every_option_is_in_the_manual_page(prefix):
    page = (prefix / "share/man/man1/oceld.1").read_text().replace("\\-", "-")
    options = set(re.findall(r"^  --([a-z-]+)", run(prefix / "bin/oceld", "--help"), re.M))
    assert options and sorted(o for o in options if o not in page) == []


def test_the_systemd_unit_is_clean(prefix, tmp_path):
    # The checker looks for the program where the unit says: where it is in this tree.
    unit = (prefix / "lib/systemd/system/oceld.service").read_text()
    assert "ExecStart=/usr/local/bin/oceld " in unit
    copy = tmp_path / "oceld.service"
    copy.write_text(unit.replace("/usr/local/bin", str(prefix / "bin")))
    assert run("systemd-analyze", "verify", "--man=no", copy) == ""


def test_each_component_folder_has_the_manifest_of_what_it_stands_for():
    folders = sorted((ROOT / "ports/esphome").iterdir())
    for folder in folders:
        include = re.search(r"include\(\$\{CMAKE_CURRENT_LIST_DIR\}/(.*)/CMakeLists.txt\)",
                            (folder / "CMakeLists.txt").read_text())  # fmt: skip
        manifest = (folder / include.group(1) / "idf_component.yml").read_text()
        assert (folder / "idf_component.yml").read_text() == manifest, folder.name
    assert folders


RV32 = "riscv64-unknown-elf-gcc -march=rv32imafc -mabi=ilp32f --specs=picolibc.specs".split()


def test_the_esp_idf_component_compiles_warning_free(tmp_path):
    """ESP-IDF's compiler options, on the instruction set of the ESP32-P4."""
    said = run("cmake", f"-DROOT={ROOT}", "-P", HERE / "espidf.cmake")
    sources = re.findall(r"^source (.*)$", said, re.M)
    includes = [f"-I{path}" for path in re.findall(r"^include (.*)$", said, re.M)]
    wanted = [*(ROOT / "src").rglob("*.c"), *(ROOT / "ports/espidf").glob("*.c"),
              *(ROOT / "ports/mbedtls").glob("*.c")]  # fmt: skip
    assert sorted(sources) == sorted(map(str, wanted)) and includes
    includes.append(f"-I{ROOT / 'tests/standins/idf'}")
    flags = "-std=gnu2x -Os -Wall -Wextra -Werror -DESP_PLATFORM -c".split()
    run(*RV32, *flags, *includes, *sources, cwd=tmp_path)


def filtered(build: dict) -> list[Path]:
    """The sources that library.json's srcFilter leaves, as PlatformIO reads it."""
    kept = set()
    for rule in build["srcFilter"]:
        sign, pattern = rule[0], rule[1:].strip("<>")
        pattern = "**/*" if pattern == "*" else f"{pattern}**/*" if pattern[-1] == "/" else pattern
        found = {p for p in (ROOT / build["srcDir"]).glob(pattern) if p.suffix == ".c"}
        kept = kept | found if sign == "+" else kept - found
    return sorted(kept)


def test_the_library_for_platformio_holds_core_and_ports(tmp_path):
    build = json.loads((ROOT / "library.json").read_text())["build"]
    sources = filtered(build)
    ports = [p for name in ("posix", "mbedtls", "mbedtls/tls") for p in (ROOT / "ports" / name).glob("*.c")]
    wanted = [*(ROOT / "src").rglob("*.c"), *ports]
    assert sources == sorted(wanted)
    flags = ["-std=gnu17", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / build['includeDir']}"]
    run("gcc", *flags, *(f.replace("-I", f"-I{ROOT}/") for f in build["flags"]), "-c", *sources,
        cwd=tmp_path)  # fmt: skip
