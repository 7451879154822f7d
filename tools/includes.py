#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The layers and the banned functions: what a file may include and call.

usage: includes.py [ROOT]

Prints one line per finding; exit status 1 when there is one.
"""

import re
import sys
from pathlib import Path

# Arrows point downwards only; folders of one level do not see each other.
# An HTTP head is read by RTSP's grammar (RFC 2326 4), so `http` lies above `rtsp`.
LAYERS = (
    ("base",),
    ("rtp", "media"),
    ("rtsp",),
    ("http", "page"),
    ("server",),
    ("onvif",),
    ("port",),
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}

# Which layer each public header belongs to.
HEADERS = {
    "base": "access_unit addr base64 err event gather hash network span time xml",
    "rtp": "rtcp rtp",
    "media": "bitrate_control fmp4 format g711 h264_nal h264_pack h264_params jpeg jpeg_pack ring"
    " sdp sound_pack",
    "rtsp": "rtsp_auth rtsp_headers rtsp_msg rtsp_state",
    "http": "http_msg http_target websocket",
    "server": "backchannel credentials datagrams http_route http_stats live retransmission server"
    " snapshot stats",
    "onvif": "discovery onvif onvif_camera",
    "port": "loop tls",
}
LAYER_OF = {name: layer for layer, names in HEADERS.items() for name in names.split()}

SYSTEM_HEADERS = {
    f"{name}.h"
    for name in "assert inttypes limits stdatomic stdbool stddef stdint string".split()
}

UNSAFE = "strcpy strcat sprintf vsprintf sscanf strtok atoi gets alloca"
BANNED = {
    "src": UNSAFE.split()
    + """strncpy strncat strdup printf fprintf vfprintf snprintf vsnprintf puts fputs putchar
    fopen malloc calloc realloc free atol atof strtol strtoul rand srand random time clock
    setjmp longjmp getenv exit abort setlocale signal system""".split(),
    "include": UNSAFE.split(),
    "ports": UNSAFE.split(),
    "apps": UNSAFE.split(),
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
COMMENT_OR_STRING = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S
)


def code_of(text: str) -> str:
    """The text without comments and string literals; line numbers stay."""
    return COMMENT_OR_STRING.sub(lambda m: "\n" * m.group().count("\n") + " ", text)


def sources(root: Path, folder: str) -> list[Path]:
    return sorted(p for p in (root / folder).rglob("*") if p.suffix in (".c", ".h"))


def may_see(user: str, used: str) -> bool:
    return user == used or LEVEL[used] < LEVEL[user]


def quoted_layer(root: Path, path: Path, name: str) -> str | None:
    """The folder that a quoted include belongs to; None when it is nobody's."""
    if name.startswith("ocel/"):
        return LAYER_OF.get(name[len("ocel/") : -len(".h")])
    for candidate in (path.parent / name, root / "src" / name):
        if candidate.exists() and (root / "src") in candidate.resolve().parents:
            return candidate.resolve().parent.name
    return None


def include_findings(root: Path, path: Path, user: str) -> list[str]:
    found = []
    text = path.read_text(encoding="utf-8")
    for match in INCLUDE.finditer(text):
        line = text.count("\n", 0, match.start(2)) + 1
        where = f"{path.relative_to(root)}:{line}"
        quote, name = match.groups()
        if quote == "<":
            if name not in SYSTEM_HEADERS:
                found.append(f"{where}: <{name}> is not one of the core's system headers")
            continue
        used = quoted_layer(root, path, name)
        if used not in LEVEL:
            found.append(f'{where}: "{name}" belongs to no layer (see tools/includes.py)')
        elif not may_see(user, used):
            found.append(f'{where}: {user} must not include "{name}" of {used}')
    return found


def layer_findings(root: Path) -> list[str]:
    found = []
    for path in sources(root, "src"):
        folder = path.parent.name
        where = path.relative_to(root)
        if folder not in LEVEL:
            found.append(f"{where}: {folder} is no layer (see tools/includes.py)")
            continue
        if path.suffix == ".c" and LAYER_OF.get(path.stem, folder) != folder:
            found.append(f"{where}: belongs to {LAYER_OF[path.stem]} (see tools/includes.py)")
        found += include_findings(root, path, folder)
    for path in sources(root, "include"):
        if path.stem not in LAYER_OF:
            found.append(f"{path.relative_to(root)}: name its layer in tools/includes.py")
            continue
        found += include_findings(root, path, LAYER_OF[path.stem])
    return found


def banned_findings(root: Path) -> list[str]:
    found = []
    for folder, names in BANNED.items():
        call = re.compile(r"(?<![\w.>])(" + "|".join(names) + r")\s*\(")
        for path in sources(root, folder):
            code = code_of(path.read_text(encoding="utf-8"))
            for match in call.finditer(code):
                line = code.count("\n", 0, match.start()) + 1
                found.append(f"{path.relative_to(root)}:{line}: {match.group(1)}() is banned here")
    return found


def licence_findings(root: Path) -> list[str]:
    found = []
    for folder in ("include", "src", "ports", "apps", "tests", "fuzz", "bench"):
        for path in sources(root, folder):
            if not path.read_text(encoding="utf-8").startswith("// SPDX-License-Identifier: "):
                found.append(f"{path.relative_to(root)}: the first line is not the SPDX line")
    return found


def findings(root: Path) -> list[str]:
    return layer_findings(root) + banned_findings(root) + licence_findings(root)


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[1]).resolve()
    found = findings(root)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
