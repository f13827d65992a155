"""What every kind of back-end that takes changes must do alike: each test runs against each case, with a back-end of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

import msgspec
import pytest

from adapters.contract import (
    Applies,
    CallContext,
    Cancelled,
    Conflict,
    Department,
    DepartmentError,
    NotFound,
    Rejected,
    SignInNeeded,
    TimedOut,
    Unavailable,
)
from models.changes import Receipt, Writing
from models.people import SubjectRef
from tests.contract.writing import HAS, KEPT, REFUSED, WANTED, WORDS, Backend, WritingCase, moving

CASES: list[WritingCase] = [
    case for file in sorted(Path(__file__).parent.glob("writing_*.py")) for case in import_module(f"tests.contract.{file.stem}").CASES
]


@pytest.fixture(params=CASES, ids=str)
def case(request: pytest.FixtureRequest) -> WritingCase:
    found: WritingCase = request.param
    return found


@pytest.fixture
def opened(case: WritingCase, tmp_path: Path) -> Iterator[tuple[Department, CallContext, Backend]]:
    with case.opened(tmp_path) as everything:
        yield everything


@pytest.fixture
def department(opened: tuple[Department, CallContext, Backend]) -> Department:
    return opened[0]


@pytest.fixture
def ctx(opened: tuple[Department, CallContext, Backend]) -> CallContext:
    return opened[1]


@pytest.fixture
def backend(opened: tuple[Department, CallContext, Backend]) -> Backend:
    return opened[2]


def lacks(case: WritingCase, what: str) -> None:
    if what in case.missing:
        pytest.skip(f"{case.name} has no {what}")


def version(case: WritingCase, department: Department, ctx: CallContext) -> str:
    if "version" in case.missing:
        return ""
    now = department.current(moving("read"), ctx)
    assert now is not None
    assert now.version
    return now.version


def kept(values: dict[str, str]) -> dict[str, str]:
    return {name: values[name] for name in KEPT}


def test_it_can_do_what_it_claims(department: Department) -> None:
    assert isinstance(department, Applies)


def test_tells_what_it_has(case: WritingCase, department: Department, ctx: CallContext) -> None:
    lacks(case, "current")
    now = department.current(moving("read"), ctx)
    assert now is not None
    assert kept(now.values) == kept(HAS)


def test_somebody_unknown_is_not_found(case: WritingCase, department: Department, ctx: CallContext, backend: Backend) -> None:
    lacks(case, "current")
    stranger = msgspec.structs.replace(moving("K-1"), subject=SubjectRef("office", "9999"))
    with pytest.raises(NotFound):
        department.current(stranger, ctx)
    with pytest.raises(NotFound):
        department.apply(stranger, ctx)
    assert backend.effects() == 0


def test_takes_a_change_and_gives_a_receipt(case: WritingCase, department: Department, ctx: CallContext, backend: Backend) -> None:
    receipt = department.apply(moving("K-1", version=version(case, department, ctx)), ctx)
    assert receipt.reference or receipt.pending
    assert backend.has() == kept(WANTED)
    assert backend.effects() == 1


def test_what_is_no_more_is_written_as_nothing(case: WritingCase, department: Department, ctx: CallContext, backend: Backend) -> None:
    department.apply(moving("K-1", {**HAS, "unit": ""}, version=version(case, department, ctx)), ctx)
    assert backend.has()["unit"] == ""


@pytest.mark.parametrize(
    "street", ["O'Brien\"; DROP TABLE persons; --", "Größe 👩‍👧 St", "a,b\\c {x} %s ?", "1 = 1 OR '", "x\r\nIf-Match: 0"], ids=range(5)
)
def test_odd_texts_are_written_as_they_are(
    case: WritingCase, department: Department, ctx: CallContext, backend: Backend, street: str
) -> None:
    department.apply(moving("K-1", {**WANTED, "street": street}, version=version(case, department, ctx)), ctx)
    assert backend.has()["street"] == street


def test_another_version_is_a_conflict_and_never_overwritten(
    case: WritingCase, department: Department, ctx: CallContext, backend: Backend
) -> None:
    lacks(case, "version")
    seen = version(case, department, ctx)
    backend.meddle()
    with pytest.raises(Conflict):
        department.apply(moving("K-1", version=seen), ctx)
    assert backend.has()["street"] == "Meddled Street"
    assert backend.effects() == 0


def test_decided_unseen_it_is_made_on_what_is_there(department: Department, ctx: CallContext, backend: Backend) -> None:
    backend.meddle()
    department.apply(moving("K-1", before={}), ctx)
    assert backend.has() == kept(WANTED)


def test_the_same_key_twice_has_one_effect(case: WritingCase, department: Department, ctx: CallContext, backend: Backend) -> None:
    lacks(case, "same key")
    change = moving("K-1", version=version(case, department, ctx))
    first = department.apply(change, ctx)
    assert department.apply(change, ctx) == first
    assert department.apply(msgspec.structs.replace(change, version=""), ctx) == first
    assert backend.effects() == 1


def test_the_same_key_at_the_same_time_has_one_effect(
    case: WritingCase, department: Department, ctx: CallContext, backend: Backend
) -> None:
    lacks(case, "same key")
    change = moving("K-1", version=version(case, department, ctx))
    with ThreadPoolExecutor(4) as pool:
        receipts = {receipt.reference for receipt in pool.map(lambda _: department.apply(change, ctx), range(4))}
    assert len(receipts) == 1
    assert backend.effects() == 1


def test_tells_whether_a_change_was_made(case: WritingCase, department: Department, ctx: CallContext) -> None:
    lacks(case, "settled")
    change = moving("K-1", version=version(case, department, ctx))
    assert department.settled(change, ctx) is None
    made = department.apply(change, ctx)
    assert department.settled(change, ctx) == made
    assert department.settled(moving("K-2", {**WANTED, "number": "9"}, version="0"), ctx) is None


def test_takes_a_change_back(case: WritingCase, department: Department, ctx: CallContext, backend: Backend) -> None:
    lacks(case, "undo")
    change = moving("K-1", version=version(case, department, ctx))
    receipt = department.apply(change, ctx)
    back = msgspec.structs.replace(change, key="K-2")
    first = department.undo(back, receipt, ctx)
    assert backend.has() == kept(HAS)
    assert department.undo(back, receipt, ctx) == first
    assert backend.has() == kept(HAS)
    assert backend.effects() == 2


def test_what_was_changed_since_is_not_taken_back(case: WritingCase, department: Department, ctx: CallContext, backend: Backend) -> None:
    lacks(case, "undo")
    change = moving("K-1", version=version(case, department, ctx))
    receipt = department.apply(change, ctx)
    backend.meddle()
    with pytest.raises(Conflict):
        department.undo(msgspec.structs.replace(change, key="K-2"), receipt, ctx)
    assert backend.has()["street"] == "Meddled Street"


def test_a_refusal_comes_with_the_departments_words(case: WritingCase, department: Department, ctx: CallContext, backend: Backend) -> None:
    with pytest.raises(Rejected) as caught:
        department.apply(moving("K-1", {**WANTED, "post_code": REFUSED}, version=version(case, department, ctx)), ctx)
    assert WORDS in caught.value.detail
    assert backend.has() == kept(HAS)
    assert backend.effects() == 0


def attempts(case: WritingCase, department: Department, change: Writing, ctx: CallContext) -> Iterator[DepartmentError | Cancelled]:
    """What each way of writing raises; one that raises nothing fails the test."""
    calls = [lambda: department.apply(change, ctx)]
    if "undo" not in case.missing:
        calls.append(lambda: department.undo(change, Receipt("1"), ctx))
    for call in calls:
        with pytest.raises((DepartmentError, Cancelled)) as caught:
            call()
        yield caught.value


def test_nothing_is_sent_after_the_deadline(case: WritingCase, department: Department, ctx: CallContext, backend: Backend) -> None:
    late = msgspec.structs.replace(ctx, deadline=time.monotonic() - 1)
    found = list(attempts(case, department, moving("K-1", version="1"), late))
    assert {(type(error), getattr(error, "sent", False)) for error in found} == {(TimedOut, False)}
    assert backend.effects() == 0


def test_without_its_credential_nothing_is_sent(case: WritingCase, department: Department, ctx: CallContext, backend: Backend) -> None:
    if not case.needs_credential:
        pytest.skip(f"{case.name} needs none")
    found = list(attempts(case, department, moving("K-1", version="1"), msgspec.structs.replace(ctx, credential=None)))
    assert {(type(error), getattr(error, "sent", True)) for error in found} == {(SignInNeeded, False)}
    assert backend.effects() == 0


def test_a_department_that_is_down_was_sent_nothing(case: WritingCase, tmp_path: Path) -> None:
    with case.down(tmp_path) as (department, ctx):
        found = list(attempts(case, department, moving("K-1", version="1"), ctx))
        assert {(type(error), getattr(error, "sent", True)) for error in found} == {(Unavailable, False)}
        if "current" not in case.missing:
            with pytest.raises(Unavailable):
                department.current(moving("read"), ctx)
