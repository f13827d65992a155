"""Fills the six departments' databases from one truth, person by person, so that a million needs no memory."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path

from resources.demo.benefits import Benefits
from resources.demo.cases import Cases
from resources.demo.dirt import Known, known
from resources.demo.ledger import Ledger
from resources.demo.parking import Parking
from resources.demo.people import Resident, residents
from resources.demo.permits import Permits
from resources.demo.revenue import Revenue
from resources.demo.service_requests import Requests
from resources.demo.story import OLD_ADDRESS_IN

LEDGERS: tuple[type[Ledger], ...] = (Revenue, Permits, Requests, Benefits, Parking, Cases)
LARGE = 50_000
"""From so many people on, progress is told."""
ADULT = 18


def generate(folder: Path, people: int, seed: int, today: date, stop: Callable[[], bool] = lambda: False) -> None:
    """Write ``<department>.db`` for each department into ``folder``. ``stop`` is asked now and then; then nothing is finished."""
    with ExitStack() as stack:
        ledgers = []
        for position, kind in enumerate(LEDGERS):
            ledger = kind(folder, today, random.Random(seed * 1_000 + position))
            stack.callback(ledger.abandon)
            ledgers.append(ledger)
        for person in residents(people, seed):
            for ledger in ledgers:
                if _is_known(person, ledger):
                    view = _as_known(person, ledger)
                    ledger.add(view)
            if person.number % 1_000 == 0:
                if stop():
                    return
                if people >= LARGE and person.number % 10_000 == 0:
                    _progress(person.number, people)
        for ledger in ledgers:
            ledger.close()


def _is_known(person: Resident, ledger: Ledger) -> bool:
    if person.departments is not None:
        return ledger.name in person.departments
    return ledger.rng.random() < (ledger.share if person.age() >= ADULT else ledger.children)


def _as_known(person: Resident, ledger: Ledger) -> Known:
    view = known(person, ledger.name, ledger.habits, ledger.rng)
    if (person.number, ledger.name) in OLD_ADDRESS_IN and person.former_home is not None:
        view = replace(view, home=person.former_home)
    return view


def _progress(done: int, people: int) -> None:
    if sys.stderr is not None:  # a windowed bundle has none
        end = "\n" if done + 10_000 > people else ""
        sys.stderr.write(f"\rSpringvale: {done:,} of {people:,} people{end}")
        sys.stderr.flush()
