"""Break-glass: for a stated reason and thirty minutes, logged from start to end, and reviewed by somebody else."""

from __future__ import annotations

import asyncio

import pytest

from app.services.break_glass import BreakGlass, Reviews
from app.services.session import Session
from models.people import Caller
from models.purposes import BreakGlassRules, Purpose
from models.store.errors import StoreUnavailable
from models.work import REVIEW
from tests.fakes.departments import FakeAudit, person
from tests.fakes.work import FakeWork

REASON = "The caller is not responding and help must be sent"
MARIA = Caller("k", "Maria", None, (), (), (), "single", (), (person("revenue", "1", "Maria Gonzalez"),))


class Emergency:
    """Break-glass at a clock that only moves when it is told to."""

    def __init__(self, role: str = "agent", rules: BreakGlassRules | None = None) -> None:
        self.now = 1000.0
        self.session = Session("areyes", role, (Purpose("Streets", departments=("requests",), fields=("open",)),))
        self.audit, self.work = FakeAudit(), FakeWork()
        self.glass = BreakGlass(self.session, rules or BreakGlassRules(), self.audit, self.work, lambda: self.now)

    def start(self, reason: str = REASON) -> None:
        asyncio.run(self.glass.start(reason, MARIA))


def test_it_opens_what_the_purpose_shuts_and_every_look_says_so() -> None:
    desk = Emergency()
    assert not desk.session.allows("revenue")
    desk.start()
    assert desk.session.allows("revenue")
    assert desk.session.sees("health")
    assert not desk.session.has_caller
    assert desk.session.purpose == "Break-glass"


def test_its_start_is_logged_and_put_before_a_supervisor_with_the_reason() -> None:
    desk = Emergency()
    desk.start(f"  {REASON}\n now ")
    (look,) = desk.audit.looks
    assert (look.kind, look.purpose, look.departments, look.subjects) == (
        "break_glass",
        "Break-glass",
        ("revenue",),
        (MARIA.members[0].ref,),
    )
    (item,) = desk.work.all
    assert (item.queue, item.title, item.detail) == (REVIEW, "areyes, agent", f"{REASON} now")
    assert desk.audit.outcomes == ["started, review 1"]
    assert REASON not in repr(desk.audit.looks)


def test_it_ends_by_itself_even_if_nobody_ends_it() -> None:
    desk = Emergency()
    desk.start()
    desk.now += 30 * 60 - 1
    assert desk.session.allows("revenue")
    assert desk.glass.left() == 1
    desk.now += 1
    assert not desk.session.allows("revenue")
    assert desk.session.purpose == "Streets"


def test_its_end_is_logged_once() -> None:
    desk = Emergency()
    desk.start()
    asyncio.run(desk.glass.end())
    asyncio.run(desk.glass.end())
    assert desk.audit.outcomes == ["started, review 1", "ended"]
    assert not desk.session.allows("revenue")


@pytest.mark.parametrize("reason", ["", "urgent", "." * 40, "please " + "!" * 40])
def test_a_reason_that_says_nothing_opens_nothing(reason: str) -> None:
    desk = Emergency()
    desk.start(reason)
    assert not desk.session.allows("revenue")
    assert (desk.audit.looks, desk.work.all) == ([], [])


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_roles_that_have_no_business_with_citizens_cannot(role: str) -> None:
    desk = Emergency(role)
    desk.start()
    assert not desk.session.allows("revenue")
    assert desk.work.all == []


@pytest.mark.parametrize("which", ["audit", "work"])
def test_what_cannot_be_written_down_opens_nothing(which: str) -> None:
    desk = Emergency()
    getattr(desk, which).broken = True
    with pytest.raises(StoreUnavailable):
        desk.start()
    assert not desk.session.allows("revenue")
    assert desk.glass.left() == 0


def test_a_supervisor_reviews_it_and_not_the_one_who_did_it() -> None:
    desk = Emergency("supervisor")
    desk.start()
    asyncio.run(desk.glass.end())
    own = Reviews(desk.session, BreakGlassRules(), desk.audit, desk.work)
    (item,) = asyncio.run(own.items())
    assert asyncio.run(own.seen(item, "fine")) is False
    desk.work.actor = "rpham"
    other = Reviews(Session("rpham", "supervisor"), BreakGlassRules(), desk.audit, desk.work)
    assert asyncio.run(other.seen(item, "right to do")) is True
    assert asyncio.run(other.seen(item, "again")) is False
    (done,) = asyncio.run(other.items())
    assert (done.done_by, done.note) == ("rpham", "right to do")
    assert desk.audit.looks[-1].kind == "review"


def test_nobody_else_sees_the_list() -> None:
    desk = Emergency()
    desk.start()
    reviews = Reviews(desk.session, BreakGlassRules(), desk.audit, desk.work)
    assert not reviews.allowed
    assert asyncio.run(reviews.items()) == ()
    assert asyncio.run(reviews.seen(desk.work.all[0], "mine")) is False
