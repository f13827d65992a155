"""Before you hang up: what rules find, each once, with nothing in its reason that is shut, and the third call about the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.toml_tables import Unusable, read_table
from app.config import SiteError, SiteSettings, load_site
from app.services.bulkhead import Bulkhead
from app.services.hanging_up import HangingUp
from app.viewmodels.hanging_up import HangingUpViewModel
from app.viewmodels.states import CallerState
from app.viewmodels.wording import Wording
from models.conditions import Condition
from models.contacts import HISTORY
from models.hanging_up import USUAL_RULES, HangUpRule, Thing
from models.people import Caller
from models.records import Record, RecordRef, attention_for
from resources import resource
from tests.fakes.departments import READ_AT
from tests.fakes.desk import Desk, play

TODAY = date(2026, 11, 24)


def made(key: str, kind: str = "bill", department: str = "revenue", state: Any = "open", due: int | None = None, **more: Any) -> Record:
    day = None if due is None else TODAY + timedelta(due)
    ref = RecordRef(department, key)
    return Record(ref, kind, f"Title {key}", READ_AT, state=state, attention=attention_for(state, day, TODAY), due=day, **more)


def called(number: int, subject: str, days_ago: int) -> Record:
    return Record(RecordRef(HISTORY, str(number)), "contact", subject, READ_AT, opened=TODAY - timedelta(days_ago))


def caller(*addresses: str) -> Caller:
    return Caller("k", "Maria", None, addresses, (), (), "single", (), ())


def found(rules: tuple[HangUpRule, ...], records: list[Record], reason: str = "", who: Caller | None = None) -> tuple[Thing, ...]:
    return HangingUp(rules, Wording("en", "US"), {}, Bulkhead("rules", 1)).found(who or caller("1 Main St"), records, reason, TODAY)


def test_the_usual_rules() -> None:
    records = [
        made("late", due=-3),
        made("soon", due=14),
        made("later", due=15),
        made("closed", state="closed", due=-30),
        made("overdue", state="late"),
    ]
    things = found(USUAL_RULES, records, who=caller("1 Main St", "2 Elm St"))
    assert [(thing.name, thing.record.id if thing.record else "", thing.late) for thing in things] == [
        ("Past its day", "late", True),
        ("Past its day", "overdue", True),
        ("Ends soon", "soon", False),
        ("Addresses differ", "", False),
    ]
    assert things[0].why == "Title late was due on November 21, 2026."
    assert things[3].why == "Departments have 1 Main St / 2 Elm St. Ask which one is right."
    assert things[3].action == "address"


def test_a_record_is_listed_once_by_the_first_rule_that_holds() -> None:
    rules = (
        HangUpRule(name="Unpaid", when=Condition(kinds=("bill",), attention=("late",)), say="{{record.amount}}", action="payment_plan"),
        *USUAL_RULES,
    )
    things = found(rules, [made("a", due=-1, amount=Decimal(12), currency="USD"), made("b", kind="permit", due=-1)])
    assert [(thing.name, thing.why[:6], thing.action) for thing in things] == [
        ("Unpaid", "$12.00", "payment_plan"),
        ("Past its day", "Title ", ""),
    ]


@pytest.mark.parametrize(
    ("reason", "times", "told"),
    [
        ("Bins", (1, 14), "3 contacts about “Bins” within 14 days."),
        ("Bins", (1, 15), ""),  # one of them is too long ago
        ("Tax", (1, 2), ""),  # this call is about something else
        ("", (1, 2), ""),
        ("", (1, 2, 3), "3 contacts about “Bins” within 14 days."),
    ],
)
def test_the_third_contact_about_the_same(reason: str, times: tuple[int, ...], told: str) -> None:
    records = [called(at, "Bins" if at % 2 else "Permit · Bins", days) for at, days in enumerate(times)]
    assert "".join(thing.why for thing in found(USUAL_RULES[-1:], records, reason)) == told


def test_a_past_contact_is_nothing_to_settle() -> None:
    rule = HangUpRule(name="Any", when=Condition(states=("open",)), say="x")
    record = Record(RecordRef(HISTORY, "1"), "contact", "Bins", READ_AT, state="open")
    assert found((rule,), [record]) == ()


def test_nobody_is_open() -> None:
    rules = HangingUp(USUAL_RULES, Wording("en"), {}, Bulkhead("rules", 1))
    assert rules.found(None, [made("late", due=-3)], "", TODAY) == ()


def test_many_things_are_cut_and_the_late_stay() -> None:
    things = found(USUAL_RULES, [*(made(f"s{at}", due=3) for at in range(40)), made("late", due=-3)])
    assert len(things) == 30
    assert things[0].record == RecordRef("revenue", "late")


def test_a_rule_says_when_it_holds() -> None:
    with pytest.raises(Unusable) as caught:
        read_table(SiteSettings, {"name": "X", "before_hang_up": [{"name": "A", "say": "b"}]})
    assert "before_hang_up.0: write when it holds" in str(caught.value)
    assert read_table(SiteSettings, {"name": "X", "before_hang_up": []}).before_hang_up == ()
    assert read_table(SiteSettings, {"name": "X"}).before_hang_up == USUAL_RULES


def test_the_demo_citys_rules_can_be_read_and_an_unknown_department_is_told(tmp_path: Path) -> None:
    demo = Path(str(resource("demo", "site")))
    settings = load_site(demo).settings
    assert len(settings.before_hang_up) >= 6
    (tmp_path / "departments").mkdir()
    (tmp_path / "departments" / "permits.toml").write_text((demo / "departments" / "permits.toml").read_text("utf-8"), "utf-8")
    (tmp_path / "site.toml").write_text(
        'name = "X"\n[[before_hang_up]]\nname = "A"\nsay = "b"\nwhen = { departments = ["permit"] }\n', encoding="utf-8"
    )
    with pytest.raises(SiteError, match=r"site.toml:5: .*'permit' is no department: write one of contacts, permits"):
        load_site(tmp_path)


RULE = HangUpRule(name="Bill", when=Condition(kinds=("bill",)), say="{{record.title}} {{record.Bank}} {{record.Sum}}", action="pay")


def run(work: Callable[[Desk, HangingUpViewModel], Awaitable[Any]]) -> None:
    worker = Bulkhead("rules", 1)

    async def with_rules(desk: Desk) -> None:
        made = HangingUpViewModel(HangingUp((RULE,), Wording("en", "US"), {}, worker), desk.tasks)
        desk.caller.state_changed.connect(made.see)
        await work(desk, made)

    play(with_rules)
    worker.close()


@pytest.mark.usefixtures("qapp")
def test_nothing_is_told_before_it_may_be_seen() -> None:
    async def work(desk: Desk, model: HangingUpViewModel) -> None:
        told: list[str] = []
        model.state_changed.connect(lambda state: told.append(repr(state)))
        await desk.opened()
        desk.verification.open()
        assert told == []
        await desk.answered("3/9/1984")
        await desk.until(lambda: bool(model.state.things))
        assert model.state.things[0].thing.why == "Property tax ____ 12"
        assert not [each for each in told if "DE02" in each]

    run(work)


@pytest.mark.usefixtures("qapp")
def test_an_action_has_a_button_only_where_it_can_be_done() -> None:
    async def work(desk: Desk, model: HangingUpViewModel) -> None:
        done: list[tuple[str, RecordRef | None]] = []
        await desk.verified()
        await desk.until(lambda: bool(model.state.things))
        assert model.state.things[0].label == ""
        model.label = lambda action, record: f"Pay {record.id}…" if action == "pay" and record else ""
        model.act = lambda action, record: done.append((action, record))
        model.offers_changed()
        assert model.state.things[0].label == "Pay TB1…"
        model.do("pay", model.state.things[0].thing.record)
        assert done == [("pay", RecordRef("revenue", "TB1"))]
        model.settled = lambda: {("pay", RecordRef("revenue", "TB2"))}
        model.offers_changed()
        assert len(model.state.things) == 1
        model.settled = lambda: done
        model.offers_changed()
        assert model.state.things == ()

    run(work)


@pytest.mark.usefixtures("qapp")
def test_it_goes_with_the_caller_and_with_the_lock() -> None:
    async def work(desk: Desk, model: HangingUpViewModel) -> None:
        await desk.verified()
        await desk.until(lambda: bool(model.state.things))
        assert await model.suspend() is None
        assert model.state.things == ()
        model.resume(None)
        model.see(desk.caller.state)
        await desk.until(lambda: bool(model.state.things))
        model.hear("Something else")
        model.see(CallerState())
        assert model.state.things == ()

    run(work)
