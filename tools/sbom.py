#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what a product is made of: a software bill of materials, CycloneDX 1.6 in JSON.

usage: tools/sbom.py oceld PROGRAM [MODULE...]   from what the files are linked with, on Debian
       tools/sbom.py esphome                     from what the component declares

The libraries of oceld's files, and those that they need in turn, are looked up in the dynamic
linker's and dpkg's tables; the C library and its kin count as the platform. The component's are
those that it asks ESP-IDF's component manager for, in the ranges that it accepts: which one a
device has is in the `dependencies.lock` of its build. The same input gives the same text.
"""

import ast
import hashlib
import json
import re
import subprocess
import sys
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LICENSE = [{"license": {"id": "Apache-2.0"}}]
# What ESP-IDF brings along and the component calls.
OF_IDF = ("mbedtls", "lwip", "freertos")


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def version() -> str:
    return json.loads((ROOT / "library.json").read_text())["version"]


def own(name: str, kind: str) -> dict:
    return {"type": kind, "bom-ref": name, "name": name, "version": version(),
            "licenses": LICENSE}  # fmt: skip


def sha256(path: Path) -> dict:
    return {"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}


# ---- oceld ----


def linked(file: Path) -> list[Path]:
    """The libraries that the dynamic linker loads for it."""
    said = run("ldd", str(file))
    missing = re.findall(r"(\S+) => not found", said)
    if missing:
        raise SystemExit(f"{file}: not found: {', '.join(missing)}")
    return [Path(p) for p in re.findall(r"=> (/\S+) \(", said)]


def spellings(library: Path) -> list[str]:
    """The paths under which dpkg may know it: /lib is a link to /usr/lib."""
    real = str(library.resolve())
    return [str(library), real, real.removeprefix("/usr"), f"/usr{real}"]


def packages_of(libraries: set[Path]) -> dict[Path, tuple[str, str, str]]:
    """Name, version and source of the Debian packages that bring them."""
    asked = sorted({path for library in libraries for path in spellings(library)})
    said = subprocess.run(["dpkg-query", "-S", *asked], capture_output=True, text=True).stdout
    owners = {path: names.split(",")[0] for names, path in
              (line.split(": ", 1) for line in said.splitlines())}  # fmt: skip
    fields = run("dpkg-query", "-W", "-f=${binary:Package}\t${Package}\t${Version}\t"
                 "${source:Package}\n", *sorted(set(owners.values())))  # fmt: skip
    known = {}
    for line in fields.splitlines():
        qualified, *rest = line.split("\t")
        known[qualified] = known[rest[0]] = tuple(rest)
    found = {}
    for library in libraries:
        owner = next((owners[path] for path in spellings(library) if path in owners), None)
        if owner is None:
            raise SystemExit(f"{library} belongs to no package")
        found[library] = known[owner]
    return found


def library_of(library: Path, package: tuple[str, str, str]) -> dict:
    name, number, source = package
    purl = f"pkg:deb/debian/{name}@{number}".replace("+", "%2B").replace(":", "%3A")
    purl = purl.replace("pkg%3Adeb", "pkg:deb")
    return {"type": "library", "bom-ref": library.name, "name": source, "version": number,
            "purl": purl, "hashes": [sha256(library.resolve())],
            "properties": [{"name": "ocel:file", "value": library.name}]}  # fmt: skip


def of_oceld(files: list[Path]) -> dict:
    root = own("oceld", "application")
    parts, depends = {}, {"oceld": []}
    needs = {file: linked(file) for file in files}
    packages = packages_of({library for needed in needs.values() for library in needed})
    for file in files:
        ref = file.name if file != files[0] else "oceld"
        if ref != "oceld":  # loaded when a source needs it
            parts[ref] = {**own(ref, "library"), "hashes": [sha256(file)]}
            depends["oceld"].append(ref)
        else:
            root["hashes"] = [sha256(file)]
        libraries = [library_of(path, packages[path]) for path in needs[file]]
        parts |= {part["bom-ref"]: part for part in libraries}
        depends.setdefault(ref, []).extend(part["bom-ref"] for part in libraries)
    return document(root, list(parts.values()), depends)


# ---- the ESPHome component ----


def declared() -> dict[str, str]:
    """What the component asks the component manager for, and in which range."""
    tree = ast.parse((ROOT / "components/rtsp_server/library.py").read_text())
    found = {}
    for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
        words = {k.arg: k.value.value for k in call.keywords if isinstance(k.value, ast.Constant)}
        if "ref" in words:
            found[words["name"]] = words["ref"]
    return found


def idf_range() -> str:
    return re.search(r'idf: "(.+)"', (ROOT / "ports/esp32p4/idf_component.yml").read_text())[1]


def of_range(name: str, wanted: str, **more: str) -> dict:
    return {"type": "library", "bom-ref": name, "name": name, **more,
            "properties": [{"name": "ocel:accepted-versions", "value": wanted}]}  # fmt: skip


def of_esphome() -> dict:
    root, core = own("rtsp_server", "library"), own("ocel", "library")
    idf = of_range("esp-idf", idf_range(), purl="pkg:github/espressif/esp-idf")
    idf["type"] = "framework"
    parts = [core, idf]
    for name in OF_IDF:
        parts.append(of_range(name, f"of ESP-IDF {idf_range()}"))
    registered = declared()
    for name, wanted in sorted(registered.items()):
        parts.append(of_range(name, wanted, group="espressif"))
    depends = {"rtsp_server": ["ocel", "esp-idf", *sorted(registered)], "ocel": ["mbedtls", "lwip"],
               "esp-idf": list(OF_IDF)}  # fmt: skip
    return document(root, parts, depends)


# ---- both ----


def document(root: dict, parts: list[dict], depends: dict[str, list[str]]) -> dict:
    parts = sorted(parts, key=lambda part: part["bom-ref"])
    edges = {part["bom-ref"]: [] for part in [root, *parts]} | depends
    content = json.dumps([root, parts, edges], sort_keys=True)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}",
        "version": 1,
        "metadata": {"component": root},
        "components": parts,
        "dependencies": [{"ref": ref, "dependsOn": sorted(set(on))}
                         for ref, on in sorted(edges.items())],
    }  # fmt: skip


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["oceld"] and len(arguments) > 1:
        made = of_oceld([Path(a) for a in arguments[1:]])
    elif arguments == ["esphome"]:
        made = of_esphome()
    else:
        print(__doc__.strip(), file=sys.stderr)
        return 0 if "--help" in arguments else 2
    print(json.dumps(made, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
