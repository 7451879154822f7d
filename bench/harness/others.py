# SPDX-License-Identifier: Apache-2.0
"""How much of the machine other programs used while something was measured."""

from __future__ import annotations

import os
import pathlib
import resource
import time

TICK = os.sysconf("SC_CLK_TCK")
IDLE_COLUMNS = (3, 4)  # of /proc/stat: idle, iowait
GUEST_COLUMNS = 8  # what follows is counted in user and nice, too


def busy_seconds() -> float:
    """CPU time of all programs and of the kernel since the machine started."""
    line = pathlib.Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0]
    columns = [int(n) for n in line.split()[1:]][:GUEST_COLUMNS]
    return sum(n for i, n in enumerate(columns) if i not in IDLE_COLUMNS) / TICK


def process_seconds(pid: int) -> float:
    """CPU time of one process, its threads included."""
    text = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    columns = text.rsplit(")", 1)[1].split()
    return (int(columns[11]) + int(columns[12])) / TICK


def own_seconds(pids: list[int]) -> float:
    """CPU time of this program, of those it has waited for, and of `pids`."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    usages = [resource.getrusage(kind) for kind in kinds]
    return sum(u.ru_utime + u.ru_stime for u in usages) + sum(process_seconds(p) for p in pids)


class Others:
    """CPUs that programs other than ours use, from now on."""

    def __init__(self, pids: list[int]) -> None:
        self.pids = pids
        self.started = time.monotonic()
        self.before = busy_seconds() - own_seconds(pids)

    def cpus(self) -> float:
        used = busy_seconds() - own_seconds(self.pids) - self.before
        return max(0.0, used / (time.monotonic() - self.started))
