"""Finds every kind's cases (``case_<kind>.py`` with ``CASES``) and opens each once a module: back-ends cost time to start."""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import msgspec
import pytest

from adapters.contract import CallContext, Department
from tests.contract.case import Case

CASES: list[Case] = [
    case for file in sorted(Path(__file__).parent.glob("case_*.py")) for case in import_module(f"tests.contract.{file.stem}").CASES
]


@pytest.fixture(scope="module", params=CASES, ids=str)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture(scope="module")
def opened(case: Case, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Department, CallContext]]:
    with case.opened(tmp_path_factory.mktemp("contract")) as pair:
        yield pair


@pytest.fixture
def department(opened: tuple[Department, CallContext]) -> Department:
    return opened[0]


@pytest.fixture
def ctx(opened: tuple[Department, CallContext]) -> CallContext:
    """The case's context with a fresh deadline."""
    return msgspec.structs.replace(opened[1], deadline=time.monotonic() + 10)
