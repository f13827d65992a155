"""Measures speed and memory beside peers in one run: ``python -m tests.bench [NAME ...]`` prints a table and writes bench.json.

Each measure runs in a process of its own, so that none warms or burdens another. Goals are told, never asserted.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

MEASURES: dict[str, tuple[str, str, float, str, str]] = {
    # name: (module:function, what, goal, unit, what the peer is)
    "spread": ("fanout:spread", "all answers, N=5 (5 to 200 ms, one hung) / slowest that answers", 1.05, "", "requests in threads"),
    "fifty": ("fanout:fifty", "all answers, N=50 at 20 ms / the same with aiohttp", 1.1, "", "requests in threads"),
    "stall": ("gui:stall", "worst GUI stall, 20 departments x 500 rows, shown", 16.0, "ms", "json in threads, plain table"),
    "bombs": ("bombs:bombs", "memory with 10 GB, gzip and structure bombs, worst", 32.0, "MB", "requests, 300 MB"),
    "parsing": ("answers:stall", "worst GUI stall, one answer of 500 rows (200 kB), worst kind", 16.0, "ms", ""),
    "beyond": ("answers:beyond", "time in a department / its bare library, same answer, worst kind", 1.3, "", ""),
    "superseding": ("gui:superseding", "requests of superseded searches on the wire, 50 ms after the last key", 0.0, "", ""),
    "paint": ("start:first_paint", "desk start to first paint / an empty QMainWindow", 1.5, "", ""),
    "memory": ("start:memory", "memory with one caller open / an empty QMainWindow", 2.0, "", ""),
    "febrl4": (
        "febrl:febrl4",
        "FEBRL4 across: recall at the fixed threshold",
        0.998,
        "",
        "",
    ),
    "febrl3": ("febrl:febrl3", "FEBRL3 within: the same", 0.99, "", ""),
    "merges": ("joining:merges", "federated city, held-out seeds: wrong clusters per 10,000 people", 1.0, "", ""),
    "certain": ("joining:certain", "same: true pairs found certain", 0.5, "", ""),
    "shown": ("joining:shown", "same: true pairs found certain or maybe", 0.85, "", ""),
    "hits200": ("joining:hits_200", "joining 200 hits as they stream in, an answer, p95", 10.0, "ms", ""),
    "hits1000": ("joining:hits_1000", "same, 1,000 hits", 30.0, "ms", ""),
    "hits5000": ("joining:hits_5000", "same, 5,000 hits", 80.0, "ms", ""),
    "million": ("million:million", "a million records as whole files", 180.0, "s", ""),
    "outbox": (
        "outbox:outbox",
        "deliveries a second through the outbox / raw durable inserts",
        0.5,
        "",
        "",
    ),
    "kill": ("killing:kill", "500 changes killed at each step: lost, made twice, or left in between", 0.0, "", ""),
    "ring": ("ring:first_row", "demo city: from the ring to the first person on the screen", 300.0, "ms", ""),
    "ring_all": ("ring:all_departments", "same, to the last department's answer / beyond the slowest's own time", 50.0, "ms", ""),
    "table": ("table:large_table", "100,000 records: slowest of first paint, filter, sort", 100.0, "ms", "proxy model, filter"),
}
ON_DEMAND = {"million", "kill"}
"""Measures that take minutes: only those who name them wait for them."""
AT_LEAST = {"febrl4", "febrl3", "certain", "shown", "outbox"}
"""Measures whose goal is a floor, not a ceiling."""


def _measure(place: str) -> dict[str, float] | None:
    module, _, name = place.partition(":")
    code = f"import json; from tests.bench.{module} import {name}; print(json.dumps({name}()))"
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, timeout=600, check=False)
    return dict(json.loads(done.stdout.splitlines()[-1])) if done.returncode == 0 else None


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        sys.stderr.write(f"There is no measure {', '.join(unknown)}: choose of {', '.join(MEASURES)}.\n")
        return 2
    results: dict[str, Any] = {}
    sys.stdout.write(f"{'what':<76} {'goal':>8} {'measured':>10} {'peer':>8}\n")
    names = names or [name for name in MEASURES if name not in ON_DEMAND]
    for name in names:
        place, what, goal, unit, peer = MEASURES[name]
        found = _measure(place)
        if found is None:
            sys.stdout.write(f"{what:<76} could not be measured\n")
            continue
        results[name] = {"what": what, "goal": goal, "at_least": name in AT_LEAST, "unit": unit, "peer_is": peer, **found}
        sign = ">=" if name in AT_LEAST else "<="
        digits = 4 if goal > 0.9 and name in AT_LEAST else 2
        measured = f"{found['value']:.{digits}f}{unit and ' ' + unit}"
        sys.stdout.write(f"{what:<76} {f'{sign} {goal:g}':>8} {measured:>10} {_short(found.get('peer')):>8}  {_rest(found)}\n")
        sys.stdout.flush()
    told = {"python": platform.python_version(), "machine": platform.platform(), "cores": os.cpu_count(), "measures": results}
    Path("bench.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    return 0 if len(results) == len(names) else 1


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _rest(found: dict[str, float]) -> str:
    return ", ".join(f"{key} {value:.1f}" for key, value in found.items() if key not in ("value", "peer"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
