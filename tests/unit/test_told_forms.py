"""What a department itself says of a form: its choices and what it asks of them; why it does not, in words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from adapters.contract import CallContext, Unavailable
from app.services.forms import Unreadable
from app.services.session import Session
from app.services.told_forms import ToldForm, told_form
from models.changes import ChangeKind, FieldChoice, FormField, Offer
from tests.fakes.departments import FakeDepartment, departments

WHAT = FormField(name="service_code", label="What", type="choice")
REPORT = Offer(ChangeKind(id="report", title="Report", fields=(WHAT,)), ("requests",))
APPLY = {"capabilities": ("find", "records", "lookup", "check", "apply"), "apply": [{"change": "report", "title": "Report"}]}


class Tells(FakeDepartment):
    """Tells its form, unless it is down."""

    followed = "service_code"
    down = False

    def choices(self, change: str, ctx: CallContext) -> tuple[FieldChoice, ...]:
        if self.down:
            raise Unavailable
        return (FieldChoice("p", change),)

    def following(self, change: str, choice: str, ctx: CallContext) -> tuple[FormField, ...]:
        return (FormField(name="depth", label=f"{choice}: how deep?"),)


def asked(work: Callable[[ToldForm], Any], fake: FakeDepartment, role: str = "agent") -> Any:
    desk = departments({"requests": fake}, requests=APPLY)

    async def run() -> Any:
        form = told_form(desk, REPORT, Session("areyes", role))
        assert form is not None
        return await work(form)

    try:
        return asyncio.run(run())
    finally:
        desk.close()


def test_choices_and_what_follows_are_the_departments_own() -> None:
    assert asked(lambda form: form.choices(), Tells()) == (FieldChoice("p", "report"),)
    assert asked(lambda form: form.fields("p"), Tells()) == (FormField(name="depth", label="p: how deep?"),)


def test_why_not_is_told_in_words() -> None:
    down = Tells()
    down.down = True
    with pytest.raises(Unreadable, match=r"can't be reached"):
        asked(lambda form: form.choices(), down)
    with pytest.raises(Unreadable, match="role"):
        asked(lambda form: form.choices(), Tells(), role="auditor")


def test_a_form_that_is_all_in_the_manifest_is_asked_of_nobody() -> None:
    plain = Offer(ChangeKind(id="report", title="Report"), ("requests",))
    many = Offer(REPORT.kind, ("requests", "permits"))
    desk = departments({"requests": Tells(), "permits": FakeDepartment()})
    try:
        for offer in (plain, many, Offer(REPORT.kind, ("permits",)), Offer(REPORT.kind, ())):
            assert told_form(desk, offer, Session("areyes", "agent")) is None
    finally:
        desk.close()
