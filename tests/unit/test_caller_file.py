"""A caller's file holds what every department knows, in one order, however and however often it came."""

from __future__ import annotations

import asyncio
from datetime import date

from adapters.contract import Unavailable
from app.services.caller_file import CallerFile
from app.services.disclosure import Sight
from models.outcomes import Answered, Failed
from models.people import Caller, SubjectRef
from tests.fakes.contact import FakeContact
from tests.fakes.departments import FakeAsker, FakeAudit, FakeDepartment, departments, manifest, person, record

SOMEBODY = Caller("k", "X", None, (), (), (), "single", (), (person("tax", "1", "X Y"),))


def everything() -> Sight:
    """Nobody is on the line: all may be seen."""
    return FakeContact(alone=True).disclosure.sight(SOMEBODY)


def refuse() -> None:
    raise Unavailable("refused")


def test_a_file_is_read_from_every_department_that_knows_the_caller() -> None:
    bill = record("revenue", "b1", "Bill")
    desk = departments({"revenue": FakeDepartment(files={"1": [bill]}), "down": FakeDepartment(before=refuse)})
    audit = FakeAudit()

    async def work() -> dict[str, object]:
        members = (SubjectRef("revenue", "1"), SubjectRef("down", "2"))
        return dict([each async for batch in CallerFile(desk, audit, FakeAsker()).read(members, everything) for each in batch.items()])

    outcomes = asyncio.run(work())
    desk.close()
    assert isinstance(outcomes["revenue"], Answered)
    assert outcomes["revenue"].records == (bill,)
    assert isinstance(outcomes["down"], Failed)
    assert [look.kind for look in audit.looks] == ["records"]


def test_what_needs_attention_comes_first_then_the_newest() -> None:
    late, new, old = (
        record("tax", "late", attention="late"),
        record("tax", "new", opened=date(2026, 11, 1)),
        record("parking", "old", opened=date(2026, 1, 1)),
    )
    desk = departments({"tax": FakeDepartment(files={"1": [new, late]}), "parking": FakeDepartment(files={"2": [old]})})
    file = CallerFile(desk, FakeAudit(), FakeAsker())

    async def work() -> None:
        async for _ in file.read((SubjectRef("parking", "2"), SubjectRef("tax", "1")), everything):
            pass

    asyncio.run(work())
    desk.close()
    assert file.records == (late, new, old)


def test_what_is_read_again_takes_the_place_of_what_was_there() -> None:
    loose, before, after = record("requests", "7"), record("tax", "1", "Bill", status="Open"), record("tax", "1", "Bill", status="Paid")
    fake = FakeDepartment(files={"1": [before]})
    desk = departments({"tax": fake})
    file = CallerFile(desk, FakeAudit(), FakeAsker())
    file.add(loose)

    async def work() -> None:
        async for _ in file.read((SubjectRef("tax", "1"),), everything):
            assert file.records == (loose, before)
        fake.files["1"] = [after]
        async for _ in file.read((SubjectRef("tax", "1"),), everything):
            pass

    asyncio.run(work())
    desk.close()
    assert file.records == (loose, after)


def test_what_may_be_seen_follows_the_sight_and_not_what_was_seen_before() -> None:
    made = FakeContact([manifest("tax"), manifest("parks", level="anonymous")])
    bill, tree = record("tax", "1", "Bill"), record("parks", "2", "Tree")
    desk = departments({"tax": FakeDepartment(files={"1": [bill]}), "parks": FakeDepartment(files={"1": [tree]})})
    file = CallerFile(desk, FakeAudit(), FakeAsker())

    async def work() -> None:
        members = (SubjectRef("tax", "1"), SubjectRef("parks", "1"))
        async for _ in file.read(members, lambda: made.disclosure.sight(SOMEBODY)):
            pass

    asyncio.run(work())
    shown = file.shown(made.disclosure.sight(SOMEBODY))
    assert (shown.records, dict(shown.of), shown.hidden) == ((tree,), {"parks": (tree,)}, {"tax": "verified"})
    made.session.alone = True
    opened = file.shown(made.disclosure.sight(SOMEBODY))
    assert (opened.records, opened.hidden) == ((tree, bill) if file.records[0] is tree else (bill, tree), {})
    made.session.alone = False
    asyncio.run(work())
    assert file.shown(made.disclosure.sight(SOMEBODY)).records == (tree,)
    desk.close()


def test_documents_are_read_under_the_key_of_the_department_that_they_are_of() -> None:
    letter = record("archive", "d1", "Letter")
    fakes = {"permits": FakeDepartment(), "tax": FakeDepartment(), "archive": FakeDepartment(files={"7": [letter]})}
    desk = departments(fakes, archive={"documents": {"of": "permits"}}, tax={"roles": ("nobody",)})
    audit = FakeAudit()

    async def work(only: str = "") -> dict[str, object]:
        members = (SubjectRef("permits", "7"), SubjectRef("tax", "9"))
        file = CallerFile(desk, audit, FakeAsker())
        return dict([each async for batch in file.read(members, everything, only) for each in batch.items()])

    outcomes = asyncio.run(work())
    assert isinstance(outcomes["archive"], Answered)
    assert outcomes["archive"].records == (letter,)
    assert audit.looks[0].subjects == (SubjectRef("permits", "7"), SubjectRef("tax", "9"), SubjectRef("archive", "7"))
    assert set(asyncio.run(work("archive"))) == {"archive"}
    desk.close()


def test_documents_that_a_role_may_not_see_are_not_asked_for() -> None:
    desk = departments(
        {"permits": FakeDepartment(), "archive": FakeDepartment()}, archive={"documents": {"of": "permits"}, "roles": ("judge",)}
    )
    file = CallerFile(desk, FakeAudit(), FakeAsker())
    assert file.kept_under([SubjectRef("permits", "7")]) == [SubjectRef("permits", "7")]
    desk.close()
