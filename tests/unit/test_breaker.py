"""When a department is left to rest, for how long, and how it comes back."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from adapters.contract import BadAnswer, RateLimited, Unavailable
from app.services.breaker import FAILURES, FIRST_REST, LONGEST_REST, SPREAD, Breaker
from app.services.departments import Departments
from models.outcomes import Answered, Failed, Outcome, Skipped
from models.people import SubjectRef
from models.query import SearchQuery
from tests.fakes.departments import FakeAsker, FakeDepartment, departments, person

QUERY = SearchQuery(name="gonzalez", family="gonzalez")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(clock, lambda: 0.0)


def open_it(breaker: Breaker) -> None:
    assert [breaker.failed("timed_out") for _ in range(FAILURES)] == [False] * (FAILURES - 1) + [True]


def test_it_is_asked_until_the_fifth_failure_in_a_row(breaker: Breaker) -> None:
    for _ in range(3):
        for _ in range(FAILURES - 1):
            assert not breaker.failed("timed_out")
            assert breaker.hold(5) == 0
        breaker.answered()
    open_it(breaker)
    assert breaker.hold(5) == FIRST_REST
    assert breaker.last == "timed_out"


def test_when_the_rest_is_over_one_call_tries(breaker: Breaker, clock: Clock) -> None:
    open_it(breaker)
    clock.now += FIRST_REST
    assert [breaker.hold(5) for _ in range(3)] == [0, 5, 5]
    breaker.answered()
    assert [breaker.hold(5) for _ in range(3)] == [0, 0, 0]


def test_each_rest_is_twice_as_long_as_the_one_before_and_told_once(breaker: Breaker, clock: Clock) -> None:
    open_it(breaker)
    rests = []
    for _ in range(7):
        clock.now += breaker.hold(5)
        assert breaker.hold(5) == 0
        assert not breaker.failed("no_connection")
        rests.append(breaker.hold(5))
    assert rests == [20, 40, 80, 160, LONGEST_REST, LONGEST_REST, LONGEST_REST]


def test_calls_that_were_on_their_way_lengthen_no_rest(breaker: Breaker) -> None:
    open_it(breaker)
    for _ in range(20):
        assert not breaker.failed("timed_out")
    assert breaker.hold(5) == FIRST_REST


def test_a_trial_that_is_given_up_is_anothers(breaker: Breaker, clock: Clock) -> None:
    open_it(breaker)
    clock.now += FIRST_REST
    assert breaker.hold(5) == 0
    breaker.unused()
    assert [breaker.hold(5) for _ in range(2)] == [0, 5]


def test_a_trial_that_never_ends_does_not_hold_up_the_next(breaker: Breaker, clock: Clock) -> None:
    open_it(breaker)
    clock.now += FIRST_REST
    assert breaker.hold(5) == 0
    clock.now += 5
    assert breaker.hold(5) == 0


@pytest.mark.parametrize(("wanted", "rest"), [(7.0, 7.0), (1e9, LONGEST_REST)])
def test_a_department_that_says_how_long_is_believed_within_bounds(breaker: Breaker, clock: Clock, wanted: float, rest: float) -> None:
    assert breaker.failed("rate_limited", wanted)
    assert breaker.hold(5) == rest
    clock.now += rest
    assert breaker.hold(5) == 0


@pytest.mark.parametrize("key", ["mapping", "rejected", "sign_in_needed", "not_found"])
def test_a_fault_of_the_question_is_an_answer(breaker: Breaker, clock: Clock, key: str) -> None:
    for _ in range(3 * FAILURES):
        breaker.failed(key)
    assert breaker.hold(5) == 0
    open_it(breaker)
    breaker.failed(key)
    assert breaker.hold(5) == 0


def test_desks_come_back_at_different_moments(clock: Clock) -> None:
    breakers = [Breaker(clock) for _ in range(50)]
    for each in breakers:
        open_it(each)
    rests = {each.hold(5) for each in breakers}
    assert len(rests) > 1
    assert all(FIRST_REST <= rest <= FIRST_REST * (1 + SPREAD) for rest in rests)


# --- among departments


class Ill(FakeDepartment):
    """Fails as ``error`` says, until it is None."""

    def __init__(self) -> None:
        super().__init__([person("tax", "1", "Maria Gonzalez")])
        self.error: Exception | None = Unavailable("refused")
        self.before = self._fail

    def _fail(self) -> None:
        if self.error:
            raise self.error


def ask(desk: Departments, times: int = 1, *, anyway: bool = False) -> list[Outcome]:
    async def work() -> list[Outcome]:
        return [await desk.find("tax", QUERY, FakeAsker(), lambda: False, anyway=anyway) for _ in range(times)]

    return asyncio.run(work())


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "app.services.departments"]


def test_one_that_rests_is_not_asked_and_says_until_when(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    ill = Ill()
    desk = departments({"tax": ill})
    ask(desk, FAILURES)
    outcomes = ask(desk, 3)
    assert len(ill.asked) == FAILURES
    for outcome in outcomes:
        assert isinstance(outcome, Failed)
        fault = outcome.fault
        assert (fault.key, fault.detail, fault.retryable) == ("resting", "after no_connection", True)
        assert fault.until is not None
        assert timedelta(0) < fault.until - datetime.now(UTC) <= timedelta(seconds=11)

    async def records() -> Outcome:
        return await desk.records(SubjectRef("tax", "1"), FakeAsker(), lambda: False)

    assert isinstance(asyncio.run(records()), Failed)
    assert desk.ports["tax"].failed == FAILURES, "not asked, so it did not fail"
    # Whoever asks on purpose is not held up, and what they hear counts.
    ill.error = None
    assert isinstance(ask(desk, anyway=True)[0], Answered)
    assert isinstance(ask(desk)[0], Answered)
    desk.close()
    assert lines(caplog) == [
        "department tax fails: no_connection",
        "department tax is left to rest, and asked now and then until it answers",
        "department tax answers again",
    ]


def test_one_that_asks_to_be_left_alone_is_from_the_first_time(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    ill = Ill()
    ill.error = RateLimited("HTTP 429", retry_after=30.0)
    desk = departments({"tax": ill})
    faults = [outcome.fault.key for outcome in ask(desk, 3) if isinstance(outcome, Failed)]
    desk.close()
    assert faults == ["rate_limited", "resting", "resting"]
    assert len(ill.asked) == 1
    assert lines(caplog) == [
        "department tax fails: rate_limited",
        "department tax is left to rest, and asked now and then until it answers",
    ]


def test_a_check_reaches_one_that_rests_and_brings_it_back() -> None:
    ill = Ill()
    desk = departments({"tax": ill})
    ask(desk, FAILURES)
    ill.error = None
    asyncio.run(desk.check("tax", FakeAsker()))
    assert isinstance(ask(desk)[0], Answered)
    desk.close()


def test_one_whose_answers_are_odd_is_asked_on() -> None:
    ill = Ill()
    ill.error = BadAnswer("person.id", key="mapping")
    desk = departments({"tax": ill})
    assert {outcome.fault.key for outcome in ask(desk, 3 * FAILURES) if isinstance(outcome, Failed)} == {"mapping"}
    desk.close()


def test_a_search_that_is_given_up_takes_no_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    ill = Ill()
    desk = departments({"tax": ill})
    ask(desk, FAILURES)
    clock = Clock()
    clock.now = 1e12
    monkeypatch.setattr(desk.ports["tax"].breaker, "_clock", clock)

    async def superseded() -> Outcome:
        return await desk.find("tax", QUERY, FakeAsker(), lambda: True)

    assert isinstance(asyncio.run(superseded()), Skipped)
    ill.error = None
    assert isinstance(ask(desk)[0], Answered)
    desk.close()
