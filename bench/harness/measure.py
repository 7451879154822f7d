# SPDX-License-Identifier: Apache-2.0
"""Measures RTSP servers side by side, in interleaved rounds. Started by bench/run."""

from __future__ import annotations

import argparse
import datetime
import fcntl
import json
import os
import pathlib
import platform
import random
import socket
import statistics
import struct
import subprocess
import sys
import time
from collections.abc import Callable

from others import Others
from report import Results, cpu_per_gigabit, micro_table, tables, target_table
from servers import SERVERS, Place, Running, Server, free_ports

MODES = {
    "full": {"rounds": 5, "window": 4.0, "clients": [1, 5, 50, 200]},
    "quick": {"rounds": 2, "window": 2.0, "clients": [1, 50]},
    "smoke": {"rounds": 1, "window": 1.0, "clients": [20]},
}
SETTLE_MS = 1000
REST_S = 3.5
ATTEMPTS = 5


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--quick", action="store_const", const="quick", dest="mode", default="full",
                      help="two short rounds with 1 and 50 clients")  # fmt: skip
    mode.add_argument("--smoke", action="store_const", const="smoke", dest="mode",
                      help="oceld and the bare sender only; fails on any loss")  # fmt: skip
    parser.add_argument("--rounds", type=int, help="rounds; the figures are medians of them")
    parser.add_argument("--window", type=float, help="seconds counted in each measurement")
    parser.add_argument("--clients", type=lambda s: [int(n) for n in s.split(",")], help="as 1,50")
    parser.add_argument("--servers", type=lambda s: s.split(","), help="only these, as bare,oceld")
    parser.add_argument("--transports", type=lambda s: s.split(","), default=["tcp", "udp"])
    parser.add_argument("--calm", type=float, metavar="CPUS",
                        help="measure again, up to 5 times, if others used more")  # fmt: skip
    parser.add_argument("--realtime", action="store_true",
                        help="run what is measured before others (SCHED_FIFO; root)")  # fmt: skip
    parser.add_argument("--json", type=pathlib.Path, help="result file; build/bench/result.json")
    args = parser.parse_args()
    for name, value in MODES[args.mode].items():
        if getattr(args, name) is None:
            setattr(args, name, value)
    if args.mode == "smoke":
        args.servers = ["bare", "oceld"]
    return args


def raise_loopback() -> None:
    """A fresh network namespace has its loopback down."""
    name = struct.pack("16sh14x", b"lo", 0)
    up = 0x1
    get_flags, set_flags = 0x8913, 0x8914
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        flags = struct.unpack("16xh14x", fcntl.ioctl(s, get_flags, name))[0]
        fcntl.ioctl(s, set_flags, struct.pack("16sh14x", b"lo", flags | up))


def congestion_control() -> str:
    """In a namespace of our own: one that sends when there is something to send, unpaced."""
    path = pathlib.Path("/proc/sys/net/ipv4/tcp_congestion_control")
    if os.environ.get("BENCH_NAMESPACE"):
        for name in ("cubic", "reno"):
            try:
                path.write_text(name, encoding="ascii")
                break
            except OSError:
                continue
    return path.read_text(encoding="ascii").strip()


def machine() -> dict[str, object]:
    cpu = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    models = [
        line.split(":", 1)[1].strip() for line in cpu.splitlines() if line.startswith("model name")
    ]
    return {
        "cpu": models[0] if models else platform.machine(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "tcp_congestion_control": congestion_control(),
        "date": datetime.date.today().isoformat(),
    }


def measure(server: Server, place: Place, transport: str, clients: int, window: float) -> dict:
    with Running(server, place) as running:
        time.sleep(0.5 + random.random())  # any phase of a group of pictures
        others = Others([process.pid for process in running.processes])
        command = [
            str(place.program("load_client")), "--url", running.url, "--transport", transport,
            "--clients", str(clients), "--pid", str(running.pid),
            "--settle", str(SETTLE_MS), "--window", str(int(window * 1000)),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        cpus = others.cpus()
        if not done.stdout.startswith("{"):
            raise RuntimeError(f"load_client against {server.name}: {done.stderr.strip()}")
    row = json.loads(done.stdout)
    return row | {"server": server.name, "others": cpus, "complaints": done.stderr}


def measure_calmly(
    server: Server, make_place: Callable[[], Place], transport: str, clients: int, args
) -> dict:
    """The quietest of several attempts, of which the first that is quiet enough is the last."""
    attempts = []
    while True:
        row = measure(server, make_place(), transport, clients, args.window)
        attempts.append(row)
        if args.calm is None or row["others"] <= args.calm or len(attempts) == ATTEMPTS:
            return min(attempts, key=lambda r: r["others"])


def measure_rest(server: Server, place: Place) -> dict:
    """Memory without a client, once the source has run for a few groups of pictures."""
    with Running(server, place) as running:
        time.sleep(REST_S)
        return {"server": server.name, "memory_kib": running.memory_kib()}


def report_row(row: dict) -> None:
    first = row["first_picture_us"]
    print(
        f"  {row['round']:>2} {row['transport']} {row['clients']:>3} {row['server']:<16}"
        f"{cpu_per_gigabit(row):8.1f} ms/Gbit  lost {row['lost']}  ready {row['ready']}"
        f"  first {first['p50'] / 1000:.1f} ms  others {row['others']:.2f}",
        file=sys.stderr,
        flush=True,
    )


def run_rounds(args: argparse.Namespace, servers: list[Server], make_place) -> list[dict]:
    rows = []
    for number in range(1, args.rounds + 1):
        for transport in args.transports:
            for clients in args.clients:
                able = [s for s in servers if transport in s.transports]
                turn = number % len(able)
                for server in able[turn:] + able[:turn]:
                    row = measure_calmly(server, make_place, transport, clients, args)
                    row["round"] = number
                    report_row(row)
                    rows.append(row)
    return rows


def smoke_failures(rows: list[dict]) -> list[str]:
    """What a server that works does not show on an unloaded loopback."""
    bad = []
    for r in rows:
        where = f"{r['server']}, {r['clients']} over {r['transport']}"
        if r["ready"] < r["clients"]:
            bad.append(f"{where}: only {r['ready']} got a picture: {r['complaints'].strip()}")
        if r["lost"]:
            bad.append(f"{where}: {r['lost']} packets lost")
        if r["units"] == 0:
            bad.append(f"{where}: no picture in the window")
    return bad


def run_micro(build: pathlib.Path) -> list[dict]:
    """What the library costs without any socket, in nanoseconds."""
    clip = str(build / "bench" / "clip.h264")
    lines = []
    for name, *arguments in (
        ("bench_pack", clip),
        ("bench_parse",),
        ("bench_fanout", clip, "1"),
        ("bench_fanout", clip, "50"),
        ("bench_fanout", clip, "200"),
    ):
        done = subprocess.run(
            [str(build / "bench" / name), *arguments], capture_output=True, text=True, check=True
        )
        lines += done.stdout.splitlines()
    return [json.loads(line) for line in lines]


def choose_servers(args: argparse.Namespace, place: Place) -> list[Server]:
    wanted = [s for s in SERVERS if not args.servers or s.name in args.servers]
    here = [s for s in wanted if s.available(place)]
    absent = [s.name for s in wanted if s not in here]
    if absent:
        print(f"not here, left out: {', '.join(absent)}", file=sys.stderr)
    return here


def show(result: dict) -> None:
    results = Results(result["rows"], result["rest"])
    print(", ".join(f"{k} {v}" for k, v in result["about"].items()), end="\n\n")
    print(tables(results))
    if result["micro"]:
        print(micro_table(result["micro"]))
    print(target_table(results))


def measure_all(args: argparse.Namespace, servers: list[Server], make_place) -> dict:
    full = args.mode != "smoke"
    about = machine() | {k: getattr(args, k) for k in ("mode", "rounds", "window", "realtime")}
    rest = [measure_rest(s, make_place()) for s in servers if full]
    rows = run_rounds(args, servers, make_place)
    about["cpus_used_by_others"] = round(statistics.median(r["others"] for r in rows), 2)
    micro = run_micro(make_place().build) if full else []
    return {"about": about, "rest": rest, "rows": rows, "micro": micro}


def main() -> int:
    args = parse_arguments()
    build = pathlib.Path(os.environ["BENCH_BUILD"])
    oceld = os.environ.get("OCELD") or None

    def make_place() -> Place:
        return Place(build, oceld, build / "bench" / "clip.h264", *free_ports())

    if os.environ.get("BENCH_NAMESPACE"):
        raise_loopback()
    if args.realtime:  # inherited by all that is started
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    servers = choose_servers(args, make_place())
    if len(servers) < (2 if args.mode == "smoke" else 1):
        print("nothing to measure", file=sys.stderr)
        return 1
    result = measure_all(args, servers, make_place)
    target = args.json or build / "bench" / "result.json"
    target.write_text(json.dumps(result, indent=1) + "\n", encoding="ascii")
    show(result)
    print(f"all figures: {target}")
    failures = smoke_failures(result["rows"]) if args.mode == "smoke" else []
    for failure in failures:
        print(f"FAILED {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
