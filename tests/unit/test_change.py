"""A change in many departments: proposed as they answer, made once, followed until it is settled, and nothing hidden shown."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from app.services.addresses import read_address
from app.services.forms import FormReader, Unreadable
from app.services.reading import ReadingRules
from app.tasks import Tasks
from app.viewmodels.change import ChangeViewModel
from app.viewmodels.states import DepartmentState
from models.change_kinds import USUAL_CHANGES
from models.changes import Current, FieldChoice, FormField, Offer, Receipt
from models.people import Caller
from tests.fakes.changes import DONE, FakeChanges, FakeRefused
from tests.fakes.contact import TODAY, FakeContact
from tests.fakes.departments import manifest, person
from views import change_words

RULES = ReadingRules()
ADDRESS = USUAL_CHANGES[0]
NAMES = ("revenue", "permits", "courts")
OFFER = Offer(ADDRESS, NAMES)
NEW = "1804 W Belmont Ave, 60657"
HAS: dict[str, Current | None] = {
    "revenue": Current({"street": "N Clark St", "number": "2210", "unit": "Apt 3"}, "7"),
    "permits": Current({"street": "W Belmont Ave", "number": "1804"}),
}
MEMBERS = tuple(person(name, f"{name}-1", "Maria Gonzalez", address="2210 N Clark St") for name in NAMES)
MARIA = Caller("revenue:1", "Maria Gonzalez", None, (), (), (), "certain", (), MEMBERS)


class Made:
    """A change view model over fakes, with a caller who is verified or not."""

    def __init__(self, changes: FakeChanges, *, alone: bool = True, files: dict[str, bytes] | None = None) -> None:
        self.changes = changes
        self.contact = FakeContact((manifest(name) for name in NAMES), alone=alone)
        self.tasks = Tasks()
        self.files = files or {}
        self.made: list[Any] = []
        self.failed: list[str] = []
        self.opened: list[str] = []
        departments = tuple(DepartmentState(name, name.title(), "#336699") for name in NAMES)
        reader = FormReader(RULES, lambda text: read_address(text, RULES), lambda: TODAY)
        self.model = ChangeViewModel(
            *(changes, self.contact.disclosure, reader, self._read, departments, lambda: "call-1", FakeRefused, self.tasks),
            open_link=self.opened.append,
            hosts=("pay.springvale.example",),
        )
        self.model.made = self.made.append
        self.model.failed = self.failed.append
        changes.changed = self.model.learnt

    async def _read(self, path: str) -> bytes:
        if path not in self.files:
            raise Unreadable("The file can't be read: no such file.")
        return self.files[path]

    @property
    def state(self) -> Any:
        return self.model.state

    async def until(self, come: Callable[[], bool]) -> None:
        for _ in range(500):
            if come():
                return
            await asyncio.sleep(0.002)
        raise AssertionError(f"it did not come about: {self.state}")

    async def proposed(self) -> None:
        self.model.open(OFFER, None, MARIA)
        await self.until(lambda: bool(self.state.rows) and not any(row.reading for row in self.state.rows))

    async def sent(self) -> None:
        self.model.set_text("address", NEW)
        self.model.submit()
        await self.until(lambda: self.state.phase == "made")

    def row(self, name: str) -> Any:
        return next(row for row in self.state.rows if row.department == name)


def play(made: Callable[[], Made], work: Callable[[Made], Awaitable[None]]) -> Made:
    async def run() -> Made:
        desk = made()
        try:
            await work(desk)
        finally:
            await desk.tasks.close()
        return desk

    return asyncio.run(run())


def usual() -> Made:
    return Made(FakeChanges((OFFER,), dict(HAS)))


def test_each_department_shows_what_it_has_and_will_have() -> None:
    async def work(desk: Made) -> None:
        await desk.proposed()
        desk.model.set_text("address", NEW)
        assert [row.title for row in desk.state.rows] == ["Revenue", "Permits", "Courts"]
        assert desk.row("revenue").now == "2210 N Clark St, Apt 3"
        assert desk.row("revenue").will == NEW
        assert (desk.row("permits").hinder, desk.row("permits").chosen) == ("same", False)
        assert (desk.row("courts").hinder, desk.row("courts").chosen, desk.row("courts").now_known) == ("no answer", True, False)
        assert desk.state.fields[1].value == TODAY.isoformat()

    play(usual, work)


def test_a_department_that_did_not_answer_the_search_is_not_said_to_know_nobody() -> None:
    async def work(desk: Made) -> None:
        desk.changes.hinders = {"courts": "not found", "permits": "not found"}
        desk.model.silent = lambda: {"courts"}
        await desk.proposed()
        assert (desk.row("courts").detail, desk.row("permits").detail) == ("no answer", "")
        assert change_words.state(desk.row("courts"))[0] == "Did not answer the search"
        assert change_words.now(desk.row("courts")) == "not known, no answer"
        assert change_words.state(desk.row("permits"))[0] == "Nothing known of this person there"

    play(usual, work)


def test_what_is_missing_is_told_and_nothing_sent() -> None:
    async def work(desk: Made) -> None:
        await desk.proposed()
        assert not desk.state.fields[0].problem
        desk.model.submit()
        assert desk.state.problem == "New address: This is needed."
        desk.model.set_text("address", "nowhere")
        desk.model.submit()
        assert "Type number and street" in desk.state.problem
        desk.model.set_text("address", NEW)
        for row in desk.state.rows:
            desk.model.choose(row.key, False)
        desk.model.submit()
        await desk.until(lambda: desk.state.phase == "form" and bool(desk.state.problem))
        assert "choose at least one department" in desk.state.problem
        assert not desk.changes.made

    play(usual, work)


def test_it_is_made_once_however_often_it_is_sent() -> None:
    async def work(desk: Made) -> None:
        desk.changes.pause = 0.02
        desk.model.open(OFFER, None, MARIA)
        desk.model.set_text("address", NEW)
        desk.model.submit()  # before the departments have answered: it waits for them, as their versions belong to it
        desk.model.submit()
        await desk.until(lambda: desk.state.phase == "made")
        desk.model.submit()
        assert len(desk.changes.made) == 1
        _, kind, values, departments, level = desk.changes.asked[-1]
        assert (kind, departments, level) == ("address", ("revenue", "courts"), "strong")
        assert values["street"] == "W Belmont Ave"
        assert values["from_date"] == "2026-11-24"
        assert [each.id for each in desk.made] == [1]

    play(usual, work)


def test_what_becomes_of_it_is_shown_live() -> None:
    async def work(desk: Made) -> None:
        await desk.proposed()
        await desk.sent()
        assert desk.row("revenue").state == "waiting"
        change = desk.changes.settle(desk.changes.made[0], revenue=DONE)
        assert (desk.row("revenue").state, desk.row("revenue").receipt) == ("done", "RV-1")
        theirs = Current({"street": "S Lake Rd", "number": "77"}, "8")
        desk.changes.settle(change, revenue={"state": "conflict", "theirs": theirs})
        (difference,) = desk.row("revenue").differences
        assert (difference.label, difference.ours, difference.theirs) == ("New address", NEW, "77 S Lake Rd")
        desk.model.decide(desk.row("revenue").delivery, "ours")
        await desk.until(lambda: ("decide", 10, "ours") in desk.changes.asked)
        desk.model.decide(desk.row("revenue").delivery, "theirs")
        await desk.until(lambda: desk.state.problem == "It has become another meanwhile: look again.")

    play(usual, work)


def test_only_https_links_are_shown_and_only_allowed_hosts_opened() -> None:
    async def work(desk: Made) -> None:
        await desk.proposed()
        await desk.sent()
        change = desk.changes.made[0]
        for link, shown, opens in (
            ("https://pay.springvale.example/1", True, True),
            ("https://elsewhere.example/1", True, False),
            ("https://pay.springvale.example@evil.example/", False, False),
            ("http://pay.springvale.example/1", False, False),
            ("javascript:alert(1)", False, False),
            ("file:///etc/passwd", False, False),
        ):
            change = desk.changes.settle(change, revenue={"state": "done", "receipt": Receipt("1", link=link)})
            assert (bool(desk.row("revenue").link), desk.row("revenue").opens) == (shown, opens), link
            desk.model.open_link(desk.row("revenue").delivery)
        assert desk.opened == ["https://pay.springvale.example/1"]

    play(usual, work)


def test_a_store_that_can_not_be_written_keeps_what_was_typed() -> None:
    async def work(desk: Made) -> None:
        await desk.proposed()
        desk.model.set_text("address", NEW)
        desk.changes.broken = True
        desk.model.submit()
        await desk.until(lambda: "The disk is full" in desk.state.problem)
        assert desk.state.phase == "form"
        assert desk.state.fields[0].text == NEW
        token_kept = desk.model._form.token
        desk.model.leave()
        assert desk.state.phase == "closed"
        assert not desk.state.rows
        desk.changes.broken = False
        await desk.proposed()
        assert desk.state.fields[0].text == NEW
        assert desk.model._form.token == token_kept

    play(usual, work)


def test_left_while_it_is_being_sent_it_is_made_all_the_same_and_a_failure_told() -> None:
    async def work(desk: Made) -> None:
        desk.changes.pause = 0.02
        desk.model.open(OFFER, None, MARIA)
        desk.model.set_text("address", NEW)
        desk.model.submit()
        desk.model.leave()
        await desk.until(lambda: bool(desk.made))
        assert desk.state.phase == "closed"
        desk.model.open(OFFER, None, MARIA)
        desk.model.set_text("address", NEW)
        await asyncio.sleep(0.05)
        desk.changes.broken = True
        desk.model.submit()
        desk.model.leave()
        await desk.until(lambda: bool(desk.failed))
        assert desk.failed[0].startswith("Change of address: Nothing was sent: The disk is full")

    play(usual, work)


def test_who_is_not_verified_changes_nothing_and_sees_nothing() -> None:
    def unverified() -> Made:
        return Made(FakeChanges((OFFER,), dict(HAS)), alone=False)

    async def work(desk: Made) -> None:
        await desk.proposed()
        assert desk.changes.asked[0][4] == "anonymous"
        desk.model.set_text("address", NEW)
        assert desk.state.needs == "verified"
        assert "Clark" not in repr(desk.state)
        assert desk.row("revenue").now_shut == "verified"
        desk.model.submit()
        assert "must be verified" in desk.state.problem
        assert not desk.changes.made

    play(unverified, work)


def test_a_secret_address_and_what_a_field_hides_are_not_shown() -> None:
    protected = msgspec.structs.replace(MARIA, members=tuple(msgspec.structs.replace(each, protected=True) for each in MEMBERS))
    bank = FormField(name="iban", label="Account", sensitivity="bank")
    action = Offer(msgspec.structs.replace(ADDRESS, id="refund", fields=(ADDRESS.fields[0], bank)), ("revenue",))
    has: dict[str, Current | None] = {"revenue": Current({"street": "N Clark St", "number": "2210", "iban": "DE02 1203"})}

    def secret() -> Made:
        return Made(FakeChanges((action,), has))

    async def work(desk: Made) -> None:
        desk.model.open(action, None, protected)
        await desk.until(lambda: bool(desk.state.rows) and not desk.state.rows[0].reading)
        assert "Clark" not in repr(desk.state)
        assert "DE02" not in repr(desk.state)
        assert desk.row("revenue").now_shut

    play(secret, work)


def test_a_change_of_somebody_who_is_not_open_tells_nothing_of_them() -> None:
    async def work(desk: Made) -> None:
        await desk.proposed()
        await desk.sent()
        assert desk.row("revenue").now
        desk.model.leave()
        desk.model.show(desk.changes.made[0], None, OFFER)
        assert "Clark" not in repr(desk.state.rows)
        assert desk.row("revenue").now_shut == "verified"

    play(usual, work)


def test_fields_follow_from_a_choice_and_a_file_is_sent_along() -> None:
    kind = FormField(name="service", label="What", type="choice")
    photo = FormField(name="media", label="Photo", type="file", required=False)
    report = Offer(msgspec.structs.replace(ADDRESS, id="report", level="anonymous", fields=(kind, photo)), ("permits",), anonymous=True)

    class Attributes:
        name = "service"

        async def choices(self) -> tuple[FieldChoice, ...]:
            return (FieldChoice("pothole", "Pothole"), FieldChoice("tree", "Tree"))

        async def fields(self, value: str) -> tuple[FormField, ...]:
            if value == "tree":
                raise Unreadable("The department's questions did not come.")
            return (FormField(name="depth", label="How deep?", type="number"),)

    def reporting() -> Made:
        return Made(FakeChanges((report,), {"permits": Current({})}), alone=False, files={__file__: b"picture"})

    async def work(desk: Made) -> None:
        desk.model.open(report, None, None, more=Attributes())
        await desk.until(lambda: len(desk.state.fields[0].field.choices) == 2)
        desk.model.set_text("service", "tree")
        await desk.until(lambda: desk.state.problem == "The department's questions did not come.")
        desk.model.set_text("service", "pothole")
        await desk.until(lambda: [each.field.name for each in desk.state.fields] == ["service", "depth", "media"])
        desk.model.set_text("depth", "4 in")
        desk.model.set_text("media", __file__)
        desk.model.submit()
        await desk.until(lambda: desk.state.phase == "made")
        assert desk.changes.media == b"picture"
        assert desk.changes.made[0].values == {"service": "pothole", "depth": "4", "media": __file__}

    play(reporting, work)


def test_after_a_lock_what_was_typed_comes_back() -> None:
    async def work(desk: Made) -> None:
        await desk.proposed()
        desk.model.set_text("address", NEW)
        kept = await desk.model.suspend()
        assert desk.state.phase == "closed"
        desk.model.resume(kept)
        await desk.proposed()
        assert desk.state.fields[0].text == NEW
        desk.model.forget()
        await desk.proposed()
        assert not desk.state.fields[0].text

    play(usual, work)
