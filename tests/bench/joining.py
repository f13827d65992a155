"""Joining: false merges and true pairs found in federated cities that were not developed on, and the time of hits that stream in."""

from __future__ import annotations

import statistics
import sys
import time
from collections import defaultdict
from functools import cache

from app.services.identity import Joiner, evidence, names, normalise
from app.services.search import MOST_CALLERS
from models.people import Person
from models.query import SearchQuery
from tests.federation.measuring import STAGES, Found, measured
from tests.federation.registers import known_people

PEOPLE = 10_000
HELD_OUT = range(101, 111)
"""Seeds that nothing was developed on; seeds 1 to 8 were."""
RUNS = 20


@cache
def _cities() -> list[Found]:
    return [measured(PEOPLE, seed) for seed in HELD_OUT]


def merges() -> dict[str, float]:
    """Clusters with more than one person, per 10,000 people; each seed and what each safeguard is worth are told besides."""
    for seed, found in zip(HELD_OUT, _cities(), strict=True):
        sys.stderr.write(
            f"  seed {seed}: {found.records} records, {found.pairs} true pairs; wrong clusters {found.wrong}, "
            f"precision {found.precision:.5f}, recall certain {found.certain:.3f}, certain or maybe {found.shown:.3f}\n"
        )
    for stage in STAGES:
        several = [measured(PEOPLE, seed, stage) for seed in list(HELD_OUT)[:3]]
        wrong, precision, certain, shown = (
            statistics.mean(getattr(each, name) for each in several) for name in ("wrong", "precision", "certain", "shown")
        )
        sys.stderr.write(
            f"  {stage:<14} wrong {wrong:7.1f}  precision {precision:.5f}  certain {certain:.3f}  certain or maybe {shown:.3f}\n"
        )
    worst = max(found.wrong for found in _cities())
    return {"value": statistics.mean(found.wrong for found in _cities()), "worst_seed": worst, "precision": _mean("precision")}


def certain() -> dict[str, float]:
    """Share of the true pairs that are joined."""
    return {"value": _mean("certain"), "least": min(found.certain for found in _cities())}


def shown() -> dict[str, float]:
    """Share of the true pairs that are joined or listed as maybe."""
    return {"value": _mean("shown"), "least": min(found.shown for found in _cities())}


def _mean(name: str) -> float:
    return statistics.mean(getattr(found, name) for found in _cities())


def hits_200() -> dict[str, float]:
    return _stream(200)


def hits_1000() -> dict[str, float]:
    return _stream(1000)


def hits_5000() -> dict[str, float]:
    return _stream(5000)


def _smiths(count: int) -> list[Person]:
    """Hits of one common family name, which is what a search has to cope with at worst."""
    found: list[Person] = []
    for _, person in known_people(1_000_000, 99):
        if person.family_name.lower().startswith("smith"):
            found.append(person)
            if len(found) == count:
                break
    return found


def _stream(count: int) -> dict[str, float]:
    """Milliseconds of joining one department's answer to what is there, p95 over all answers of all runs, each from cold caches."""
    by_department: defaultdict[str, list[Person]] = defaultdict(list)
    for person in _smiths(count):
        by_department[person.ref.department].append(person)
    steps, totals = [], []
    for _ in range(RUNS):
        for remembered in (normalise.fold, normalise.place, names.word_level, evidence.alike):
            remembered.cache_clear()
        joiner, there = Joiner(SearchQuery(name="smith", family="smith")), []
        spent = 0.0
        for people in by_department.values():
            there += people
            started = time.perf_counter()
            joiner.join(there, (), MOST_CALLERS)
            steps.append(time.perf_counter() - started)
            spent += steps[-1]
        totals.append(spent)
    cuts = statistics.quantiles(steps, n=20)
    return {"value": 1000 * cuts[18], "p50": 1000 * statistics.median(steps), "all_answers_ms": 1000 * statistics.median(totals)}
