# SPDX-License-Identifier: Apache-2.0
"""Medians of the rounds, ratios to the bare sender, and the tables that show them."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable

from servers import FPS, SERVERS

Row = dict
Key = tuple[str, str, int]  # server, transport, clients

AGES = {s.name: s.ages for s in SERVERS}
RATIO_TARGETS = {
    "tcp": {1: 1.5, 5: 1.5, 50: 1.25, 200: 1.25},
    "udp": {1: 1.5, 5: 1.5, 50: 1.3, 200: 1.3},
}
FIRST_PICTURE_MS = 10
CLIENT_KIB = 4
REST_MB = 7
AGE_P99_MS = 1


def cpu_per_gigabit(row: Row) -> float:
    """Milliseconds of CPU time for a gigabit (10^9 bits) of RTP packets."""
    return row["server_cpu_ns"] / 1e6 / (row["bytes"] * 8 / 1e9) if row["bytes"] else float("nan")


class Results:
    """All rows of a run, by server, transport and number of clients."""

    def __init__(self, rows: Iterable[Row], rest: Iterable[Row]) -> None:
        self.rest = {r["server"]: r["memory_kib"]["Rss"] for r in rest}
        self.rows: dict[Key, list[Row]] = {}
        for row in rows:
            self.rows.setdefault((row["server"], row["transport"], row["clients"]), []).append(row)

    def servers(self) -> list[str]:
        return [s.name for s in SERVERS if any(k[0] == s.name for k in self.rows)]

    def transports(self) -> list[str]:
        return [t for t in ("tcp", "udp") if any(k[1] == t for k in self.rows)]

    def clients(self) -> list[int]:
        return sorted({k[2] for k in self.rows})

    def median(
        self, key: Key, value: Callable[[Row], float], needs: str | None = None
    ) -> float | None:
        """Of the rounds, or of those in which the spread `needs` has any point."""
        rows = [r for r in self.rows.get(key, []) if needs is None or r[needs]["n"]]
        return statistics.median(value(r) for r in rows) if rows else None

    def ratio(self, key: Key) -> float | None:
        """Median over the rounds of this server's cost over the bare sender's of that round."""
        bare = {r["round"]: cpu_per_gigabit(r) for r in self.rows.get(("bare", *key[1:]), [])}
        pairs = [(cpu_per_gigabit(r), bare.get(r["round"])) for r in self.rows.get(key, [])]
        ratios = [cost / floor for cost, floor in pairs if floor]
        return statistics.median(ratios) if ratios else None

    def total(self, key: Key, name: str) -> int | None:
        rows = self.rows.get(key)
        return sum(r[name] for r in rows) if rows else None

    def delivered(self, key: Key) -> float | None:
        """Share of the pictures due in the window that came, in percent."""
        return self.median(
            key, lambda r: 100 * r["units"] / (r["clients"] * FPS * r["window_ns"] / 1e9)
        )

    def client_kib(self, server: str, transport: str) -> float | None:
        """Private memory of each further client, between the fewest and the most."""
        low, high = self.clients()[0], self.clients()[-1]
        few = self.median((server, transport, low), lambda r: r["memory_kib"]["Private_Dirty"])
        many = self.median((server, transport, high), lambda r: r["memory_kib"]["Private_Dirty"])
        if few is None or many is None or high == low:
            return None
        return (many - few) / (high - low)


def number(value: float | None, digits: int = 0) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def table(title: str, head: list[str], body: list[list[str]]) -> str:
    """A Markdown table that is also legible as it is."""
    rows = [head, *body]
    width = [max(len(r[i]) for r in rows) for i in range(len(head))]

    def line(row: list[str]) -> str:
        return "| " + " | ".join(c.rjust(w) for c, w in zip(row, width, strict=True)) + " |"

    rows = [[r[0].ljust(width[0]), *r[1:]] for r in rows]
    rule = [("-" * (w + 1)) + ("-" if i == 0 else ":") for i, w in enumerate(width)]
    return "\n".join(
        [f"### {title}", "", line(rows[0]), f"|{'|'.join(rule)}|", *map(line, rows[1:]), ""]
    )


def by_clients(results: Results, title: str, cell: Callable[[Key], str]) -> str:
    """One line a server, one column for each transport and number of clients."""
    columns = [(t, n) for t in results.transports() for n in results.clients()]
    head = ["server", *(f"{t.upper()} {n}" for t, n in columns)]
    body = [[s, *(cell((s, t, n)) for t, n in columns)] for s in results.servers()]
    return table(title, head, body)


def cost_cell(results: Results, key: Key) -> str:
    cost = results.median(key, cpu_per_gigabit)
    return "-" if cost is None else f"{cost:.0f} ({number(results.ratio(key), 2)})"


def spread(results: Results, key: Key, name: str, high: str, digits: int) -> str:
    """The median and a higher point of one spread, in milliseconds."""
    middle = results.median(key, lambda r: r[name]["p50"] / 1000, name)
    top = results.median(key, lambda r: r[name][high] / 1000, name)
    return "-" if middle is None else f"{middle:.{digits}f} / {top:.{digits}f}"


def first_cell(results: Results, key: Key) -> str:
    return spread(results, key, "first_picture_us", "max", 1)


def age_cell(results: Results, key: Key) -> str:
    return spread(results, key, "age_us", "p99", 2) if AGES[key[0]] else "-"


def loss_cell(results: Results, key: Key) -> str:
    lost, due = results.total(key, "lost"), results.delivered(key)
    return "-" if lost is None else f"{lost} / {number(due, 1)}"


def memory_table(results: Results) -> str:
    body = [
        [
            s,
            number(results.rest.get(s)),
            *(number(results.client_kib(s, t), 1) for t in results.transports()),
        ]
        for s in results.servers()
    ]
    head = [
        "server",
        "at rest",
        *(f"per further client, {t.upper()}" for t in results.transports()),
    ]
    return table("Memory of the process, KiB", head, body)


def tables(results: Results) -> str:
    cells: list[tuple[str, Callable[[Results, Key], str]]] = [
        ("CPU time per delivered gigabit, ms (ratio to the bare sender)", cost_cell),
        ("From connect to the first decodable picture, ms, median / slowest client", first_cell),
        ("Age of a picture when its last packet arrives, ms, median / 99th percentile", age_cell),
        ("Packets lost, all rounds / pictures delivered, percent", loss_cell),
    ]
    parts = [
        by_clients(results, title, lambda key, c=cell: c(results, key)) for title, cell in cells
    ]
    return "\n".join([*parts, memory_table(results)])


def micro_table(micro: list[Row]) -> str:
    body = [[m["name"], f"{m['ns']:.0f}", m["per"]] for m in micro]
    return table("The library alone, without sockets", ["what", "ns", "for each"], body)


Target = tuple[str, str, str, bool]  # what, aim, measured, reached


def ratio_targets(results: Results) -> Iterable[Target]:
    for transport in results.transports():
        for clients in results.clients():
            aim = RATIO_TARGETS[transport].get(clients)
            got = results.ratio(("oceld", transport, clients))
            if aim is not None and got is not None:
                what = f"CPU time over the bare sender's, {clients} over {transport.upper()}"
                yield what, f"<= {aim}", f"{got:.2f}", got <= aim


def target(what: str, limit: float, got: float | None, unit: str, digits: int) -> Iterable[Target]:
    """At most one line: nothing if it was not measured."""
    if got is not None:
        yield what, f"<= {limit} {unit}", f"{got:.{digits}f} {unit}", got <= limit


def other_targets(results: Results) -> Iterable[Target]:
    few, many = results.clients()[0], results.clients()[-1]
    for t in results.transports():
        name = t.upper()
        key = ("oceld", t, few)
        first = results.median(
            key, lambda r: r["first_picture_us"]["p50"] / 1000, "first_picture_us"
        )
        age = results.median(key, lambda r: r["age_us"]["p99"] / 1000, "age_us")
        client = results.client_kib("oceld", t)
        lost = results.total(("oceld", t, many), "lost")
        yield from target(f"first decodable picture, {name}", FIRST_PICTURE_MS, first, "ms", 1)
        yield from target(f"delay added, 99th percentile, {name}", AGE_P99_MS, age, "ms", 2)
        yield from target(f"memory per further client, {name}", CLIENT_KIB, client, "KiB", 1)
        yield from target(f"loss with {many} clients, {name}", 0, lost, "packets", 0)
    rest = results.rest.get("oceld")
    yield from target(
        "resident memory at rest", REST_MB, None if rest is None else rest * 1024 / 1e6, "MB", 1
    )


def target_table(results: Results) -> str:
    targets = [*ratio_targets(results), *other_targets(results)]
    if not targets:
        return ""
    body = [[what, aim, got, "yes" if ok else "NO"] for what, aim, got, ok in targets]
    return table("oceld against its targets", ["what", "target", "measured", "reached"], body)
