"""Backends that find candidates in large files and learn weights from them. The gate decides, whatever the backend."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Protocol

from app.services.identity.evidence import Shared
from app.services.identity.normalise import Traits
from app.services.identity.weights import Weights
from app.services.matching.columns import BadUse

Progress = Callable[[str, float], None]
"""Told what is being done, and which share of the whole is done."""

BACKENDS = {"duckdb": "app.services.matching.duckdb_backend:DuckDbBackend"}
"""By name: where one machine is outgrown, one on Spark or PostgreSQL, which splink speaks too, is a further line here."""


class Learnt(Protocol):
    """What was estimated: shares by field and level, only of fields that the data has."""

    m: dict[str, dict[str, float]]
    u: dict[str, dict[str, float]]


class Backend(Protocol):
    """Works on normalised records in one machine's memory, or wherever it likes."""

    def candidates(
        self, records: Sequence[Traits], left: int, weights: Weights, shared: Shared, least_bits: float, progress: Progress
    ) -> Iterator[tuple[int, int]]:
        """Pairs of records, by place, that may have so much evidence; of two files, the first with ``left`` records, pairs across only."""
        ...

    def learn(self, records: Sequence[Traits], left: int, shared: Shared, progress: Progress) -> Learnt:
        """m and u by expectation maximisation."""
        ...


def backend_of(name: str) -> Backend:
    """The backend of a name. Raises BadUse."""
    if name not in BACKENDS:
        raise BadUse(f"there is no backend {name!r}: choose of {', '.join(BACKENDS)}")
    module, _, attribute = BACKENDS[name].partition(":")
    backend: Backend = getattr(import_module(module), attribute)()
    return backend
