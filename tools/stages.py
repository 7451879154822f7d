#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds and tests everything, stage by stage.

usage: ./test [--quick] [--list] [STAGE...]

  --quick   the stages for daily use, in less than two minutes
  --list    what the stages are
  STAGE     only these, in the order given

Missing packages and tools are installed first. The output of a stage is in build/test/STAGE.log;
its end is shown when the stage fails. The last line counts the test cases of all stages.
"""

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import results
from results import Counts

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
JOBS = str(os.cpu_count() or 2)
HEARTBEAT = 15  # seconds
TAIL = 40  # lines of a failed stage's log
LINE_COVERAGE = 95.0
BRANCH_COVERAGE = 90.0
FUZZ_SECONDS = 12  # for each target


class StageFailed(Exception):
    """A step that the stage cannot do without has failed."""


class Run:
    """One stage that is running: its log and its way to start programs."""

    def __init__(self, name: str):
        self.name = name
        self.log = BUILD / "test" / f"{name}.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.write_bytes(b"")
        self.started = time.monotonic()

    def last_line(self) -> str:
        return self.log.read_text(errors="replace").rstrip().rsplit("\n", 1)[-1].strip()

    def program(self, *command, must=True, env=None) -> bool:
        """Runs a program into the log and says every few seconds where it is."""
        with self.log.open("ab") as log:
            log.write(f"$ {' '.join(map(str, command))}\n".encode())
            log.flush()
            environment = {**os.environ, **(env or {})}
            child = subprocess.Popen(
                [str(c) for c in command],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            while True:
                try:
                    status = child.wait(HEARTBEAT)
                    break
                except subprocess.TimeoutExpired:
                    seconds = time.monotonic() - self.started
                    say(f"   ... {self.name}, {seconds:.0f} s: {self.last_line()[:80]}")
        if must and status != 0:
            raise StageFailed(f"{Path(str(command[0])).name} ended with status {status}")
        return status == 0

    def output(self, *command) -> tuple[bool, str]:
        """Runs a short program; returns whether it ended well, and what it said."""
        done = subprocess.run(
            [str(c) for c in command],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        with self.log.open("a") as log:
            log.write(f"$ {' '.join(map(str, command))}\n{done.stdout}")
        return done.returncode == 0, done.stdout

    def python(self, requirements: str) -> str:
        self.program("tools/venv", requirements)
        return self.last_line()

    def build(self, preset: str, *options: str) -> Path:
        self.program("cmake", "--preset", preset, *options)
        self.program("cmake", "--build", "--preset", preset, "-j", JOBS)
        return BUILD / preset

    def ctest(self, preset: str, *options: str, env=None) -> Counts:
        junit = BUILD / "test" / f"{self.name}.xml"
        junit.unlink(missing_ok=True)
        size = "100000000"  # nothing of the output is cut away
        self.program(
            "ctest", "--test-dir", BUILD / preset, "-j", JOBS, "--output-on-failure",
            "--output-junit", junit, "--test-output-size-passed", size,
            "--test-output-size-failed", size, *options, must=False, env=env,
        )  # fmt: skip
        if not junit.exists():
            raise StageFailed("ctest wrote no results")
        counts = results.of_ctest(junit)
        if counts.passed + counts.failed + counts.skipped == 0:
            raise StageFailed("there is no test")
        return counts

    def pytest(self, requirements: str, folder: str, *options: str, env=None) -> Counts:
        python = self.python(requirements)
        junit = BUILD / "test" / f"{self.name}-{folder.replace('/', '-')}.xml"
        junit.unlink(missing_ok=True)
        self.program(
            python, "-B", "-m", "pytest", "-v", "-p", "no:cacheprovider", f"--junitxml={junit}",
            *options, folder, must=False, env=env,
        )  # fmt: skip
        if not junit.exists():
            raise StageFailed("pytest wrote no results")
        return results.of_pytest(junit)


def say(text: str) -> None:
    print(text, flush=True)


def sources(*folders: str) -> list[Path]:
    found = (p for folder in folders for p in (ROOT / folder).rglob("*.c"))
    return sorted(p for p in found if "tests" not in p.relative_to(ROOT).parts)


# ---- the stages ----


def check(run: Run) -> Counts:
    counts = run.pytest("tools/requirements.txt", "tests/tools")
    gates = results.of_lines(run.output("tools/check")[1])
    if gates.passed + gates.failed == 0:
        raise StageFailed("tools/check did not get to its gates")
    counts.merge(gates)
    return counts


def unit(run: Run) -> Counts:
    run.build("dev")
    return run.ctest("dev", "-LE", "sim")


def clang(run: Run) -> Counts:
    run.build("clang")
    return run.ctest("clang", "-LE", "sim")


def tsan(run: Run) -> Counts:
    run.build("tsan")
    return run.ctest("tsan", "-LE", "sim", "-E", "^sim_", env={"TSAN_OPTIONS": "halt_on_error=1"})


def each_file(run: Run, command: Callable[[Path], list], files: list[Path]) -> Counts:
    counts = Counts()
    with ThreadPoolExecutor(int(JOBS)) as pool:
        done = pool.map(lambda path: (path, run.output(*command(path))), files)
        for path, (ok, said) in done:
            counts.add(str(path.relative_to(ROOT)), ok)
            if not ok:
                say(said)
    return counts


def tidy(run: Run) -> Counts:
    run.program("cmake", "--preset", "clang")
    known = (BUILD / "clang" / "compile_commands.json").read_text()
    files = [p for p in sources("src", "ports", "apps") if f'"{p}"' in known]
    return each_file(run, lambda p: ["clang-tidy", "-p", BUILD / "clang", "--quiet", p], files)


def cppcheck(run: Run) -> Counts:
    cache = BUILD / "test" / "cppcheck"
    cache.mkdir(parents=True, exist_ok=True)
    ok = run.program(
        "cppcheck", "--std=c11", "--enable=warning,style,performance,portability",
        "--inline-suppr", "--error-exitcode=1", "--quiet", "-j", JOBS, "-Iinclude", "-Isrc",
        "--suppressions-list=tools/cppcheck.txt", f"--cppcheck-build-dir={cache}",
        *sources("src", "ports", "apps"), must=False,
    )  # fmt: skip
    counts = Counts()
    counts.add("cppcheck", ok)
    return counts


def fuzz_one(run: Run, program: Path) -> bool:
    """Replays the corpus, then looks for something new."""
    corpus = ROOT / "fuzz" / "corpus" / program.name
    found = BUILD / "fuzz" / "found" / program.name
    found.mkdir(parents=True, exist_ok=True)
    kept = [corpus] if corpus.is_dir() else []
    limits = ["-timeout=10", "-rss_limit_mb=2048", f"-artifact_prefix={found.parent}/"]
    ok = not kept or run.output(program, "-runs=0", *limits, *kept)[0]
    seconds = f"-max_total_time={FUZZ_SECONDS}"
    ok = ok and run.output(program, seconds, *limits, "-print_final_stats=1", found, *kept)[0]
    say(f"   {'ok' if ok else 'FAILED'} {program.name}")
    return ok


def fuzz(run: Run) -> Counts:
    build = run.build("fuzz") / "fuzz"
    programs = [build / p.stem for p in sorted((ROOT / "fuzz").glob("fuzz_*.c"))]
    counts = Counts()
    with ThreadPoolExecutor(int(JOBS)) as pool:
        for program, ok in zip(programs, pool.map(lambda p: fuzz_one(run, p), programs)):
            counts.add(program.name, ok)
    return counts


def coverage(run: Run) -> Counts:
    build = run.build("cov")
    for old in build.rglob("*.gcda"):
        old.unlink()
    counts = run.ctest("cov")
    report = BUILD / "test" / "coverage.txt"
    run.program(
        "gcovr", "--root", ROOT, "--filter", "src/", "--object-directory", build, "--txt", report,
        "--html-details", BUILD / "test" / "coverage.html", "--json-summary",
        BUILD / "test" / "coverage.json", "--print-summary", build,
    )  # fmt: skip
    for what, limit in (("lines", LINE_COVERAGE), ("branches", BRANCH_COVERAGE)):
        percent = float(re.findall(rf"^{what}: ([\d.]+)%", run.log.read_text(), re.M)[-1])
        say(f"   {percent} % of the {what} of src/ (at least {limit:g} %)")
        counts.add(f"{what} covered: {percent} %, at least {limit:g} % (coverage.txt)",
                   percent >= limit)  # fmt: skip
    return counts


def rv32(run: Run) -> Counts:
    run.build("rv32")
    counts = run.ctest("rv32")
    counts.add("docs/sizes.md is up to date", run.program("tools/sizes.py", "--check", must=False))
    return counts


def p4(run: Run) -> Counts:
    known = (run.build("p4") / "compile_commands.json").read_text()
    counts = Counts()
    for source in sources("ports/esp32p4", "ports/esp_video"):
        built = known.count(f'"file": "{source}"')
        counts.add(f"{source.relative_to(ROOT)} for esp_h264 1.1 and 1.3", built == 2)
    for source in sources("ports/espidf"):
        built = known.count(f'"file": "{source}"')
        counts.add(f"{source.relative_to(ROOT)} without and with IPv6", built == 2)
    return counts


def sim(run: Run) -> Counts:
    run.build("clang")
    return run.ctest("clang", "-L", "sim")


def e2e(run: Run) -> Counts:
    run.program("./run", "--build")
    oceld = run.last_line()
    run.program("tests/e2e/prepare")
    for preset in ("dev", "tsan"):  # for tests/e2e/test_sanitised.py
        run.program("cmake", "--preset", preset)
        run.program("cmake", "--build", "--preset", preset, "-j", JOBS, "-t", "oceld",
                    "oceld-ffmpeg")  # fmt: skip
    return run.pytest("tests/e2e/requirements.txt", "tests/e2e", env={"OCELD": oceld})


def esphome(run: Run) -> Counts:
    return run.pytest("tests/esphome/requirements.txt", "tests/esphome")


def install(run: Run) -> Counts:
    run.program("./run", "--build")
    return run.pytest("tools/requirements.txt", "tests/install")


def bench(run: Run) -> Counts:
    counts = Counts()
    counts.add("bench/run --smoke", run.program("bench/run", "--smoke", must=False))
    micro = run.program("cmake", "--build", BUILD / "bench", "-j", JOBS, must=False)
    counts.add("the micro benchmarks build", micro)
    return counts


@dataclass
class Stage:
    run: Callable[[Run], Counts]
    what: str
    quick: bool = False

    @property
    def name(self) -> str:
        return self.run.__name__


STAGES = [
    Stage(check, "format, sizes, layers, banned functions, headers alone", quick=True),
    Stage(unit, "unit tests, gcc with AddressSanitizer and UBSan", quick=True),
    Stage(clang, "unit tests, clang with optimisation"),
    Stage(tsan, "unit tests but the simulator, gcc with ThreadSanitizer"),
    Stage(tidy, "clang-tidy, one case for each source"),
    Stage(cppcheck, "cppcheck"),
    Stage(fuzz, f"corpus and {FUZZ_SECONDS} s of each fuzz target"),
    Stage(coverage, "lines and branches of src/ that the tests reach"),
    Stage(rv32, "the core's unit tests on bare 32-bit RISC-V; size table", quick=True),
    Stage(p4, "the ESP32-P4 port compiled for its RISC-V, against stand-in headers", quick=True),
    Stage(sim, "engine and clients in a simulated network"),
    Stage(e2e, "oceld with real players"),
    Stage(esphome, "the ESPHome component: validation, and a program for this computer"),
    Stage(install, "installed files, ESP-IDF component and library, used from outside"),
    Stage(bench, "the benchmark's programs work"),
]


def perform(stage: Stage) -> tuple[Counts, float]:
    started = time.monotonic()
    say(f"== {stage.name}: {stage.what}")
    run = Run(stage.name)
    try:
        run.program("tools/need", stage.name)
        counts = stage.run(run)
    except (StageFailed, OSError) as why:
        counts = Counts(failures=[f"{stage.name}: {why}"])
    seconds = time.monotonic() - started
    if counts.failures:
        say("".join(run.log.read_text(errors="replace").splitlines(True)[-TAIL:]))
        say(f"   whole log: {run.log.relative_to(ROOT)}")
    for name in counts.failures:
        say(f"   FAILED {name}")
    for name in counts.skips:
        say(f"   skipped {name}")
    say(f"   {stage.name}: {counts} ({seconds:.0f} s)")
    return counts, seconds


def summarise(done: list[tuple[Stage, Counts, float]]) -> int:
    total = Counts()
    say(f"\n{'stage':<10} {'passed':>7} {'failed':>7} {'skipped':>7} {'seconds':>8}")
    for stage, counts, seconds in done:
        total.merge(counts)
        row = f"{counts.passed:>7} {counts.failed:>7} {counts.skipped:>7} {seconds:>8.0f}"
        say(f"{stage.name:<10} {row}")
    say(f"{'':<34} {sum(d[2] for d in done):>8.0f}")
    for name in total.failures:
        say(f"FAILED {name}")
    say(str(total))
    return 1 if total.failures else 0


def chosen(arguments: list[str]) -> list[Stage]:
    by_name = {stage.name: stage for stage in STAGES}
    unknown = [a for a in arguments if a != "--quick" and a not in by_name]
    if unknown:
        print(f"no such stage: {' '.join(unknown)}; ./test --list names them", file=sys.stderr)
        sys.exit(2)
    if "--quick" in arguments:
        return [stage for stage in STAGES if stage.quick]
    return [by_name[a] for a in arguments] or STAGES


def main(arguments: list[str]) -> int:
    if "--help" in arguments or "-h" in arguments:
        print(__doc__.strip())
        return 0
    if "--list" in arguments:
        for stage in STAGES:
            print(f"{stage.name:<10} {stage.what}{' (quick)' if stage.quick else ''}")
        return 0
    return summarise([(stage, *perform(stage)) for stage in chosen(arguments)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
