"""A change from its proposals to the moment when it is kept: what hinders, who may, what is written in one transaction."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from app.services.changes import ChangeRefused, new_token
from models.changes import Proposal
from models.people import SubjectRef
from models.records import RecordRef
from models.store.errors import StoreUnavailable
from tests.fakes.registers import NEW, OLD, FakeRegister, Town, play


def hinders(proposals: tuple[Proposal, ...]) -> dict[str, str]:
    return {each.department: each.hinder for each in proposals}


def test_departments_tell_what_they_have_as_they_come(tmp_path: Path) -> None:
    registers = {"revenue": FakeRegister(), "permits": FakeRegister(down=True), "library": FakeRegister(tells_current=False)}

    async def work(town: Town) -> None:
        members = tuple(SubjectRef(name, "1") for name in registers)
        steps = [each async for each in town.changes.propose("address", members)]
        assert all(each.reading for each in steps[0])
        assert not any(each.reading for each in steps[-1])
        library, permits, revenue = steps[-1]
        assert (permits.hinder, permits.current, permits.chosen) == ("no answer", None, True), "kept, and sent later"
        assert revenue.current is not None
        assert (revenue.current.values, revenue.current.version, revenue.hinder) == ({"address": OLD}, "1", "")
        assert (library.current, library.hinder, library.chosen) == (None, "", True)
        (look,) = town.audit.looks
        assert (look.kind, look.departments) == ("proposal", ("library", "permits", "revenue"))
        assert set(look.subjects) == set(members)

    play(tmp_path, work, registers)


def test_a_department_that_rests_is_not_waited_for_and_what_is_due_is_sent_all_the_same(tmp_path: Path) -> None:
    register = FakeRegister(down=True)

    async def work(town: Town) -> None:
        for _ in range(5):
            await town.proposed()
        asked = len(register.asked_for)
        (proposal,) = await town.proposed()
        assert (proposal.hinder, proposal.chosen, len(register.asked_for)) == ("no answer", True, asked)
        register.down = False
        change = await town.changes.submit("address", {"address": NEW}, (proposal,), caller_name="", call="c1")
        await town.changes.outbox.drain()
        assert town.rows.get((change.id,))[0].deliveries[0].state == "done"

    play(tmp_path, work, {"revenue": register})


def test_nobody_is_asked_where_the_look_can_not_be_logged(tmp_path: Path) -> None:
    async def work(town: Town) -> None:
        town.audit.broken = True
        with pytest.raises(StoreUnavailable):
            await town.proposed()
        assert town.registers["revenue"].asked_for == []

    play(tmp_path, work)


def test_what_hinders_is_told_before_anybody_is_asked(tmp_path: Path) -> None:
    registers = {name: FakeRegister() for name in ("benefits", "courts", "permits", "revenue", "strict")}
    apply: dict[str, Any] = {
        "benefits": {"roles": ["caseworker"]},
        "courts": {"proof": "a court order"},
        "permits": {},
        "strict": {"level": "strong"},
    }

    async def work(town: Town) -> None:
        members = (SubjectRef("courts", "1"), SubjectRef("revenue", "1"), SubjectRef("revenue", "2"), SubjectRef("strict", "1"))
        proposals = [each async for each in town.changes.propose("address", members, level="verified")][-1]
        assert [(each.department, each.subject and each.subject.id, each.hinder, each.chosen) for each in proposals] == [
            ("benefits", None, "not permitted", True),
            ("courts", "1", "proof", True),
            ("permits", None, "not found", False),
            ("revenue", "1", "", True),
            ("revenue", "2", "", True),
            ("strict", "1", "level", False),
        ]
        assert [each.detail for each in proposals if each.detail] == ["a court order", "strong"]
        assert [name for name, register in registers.items() if register.asked_for] == ["revenue"]

    play(tmp_path, work, registers, **apply)


def test_a_store_of_documents_takes_changes_under_the_key_of_the_department_that_it_keeps_them_for(tmp_path: Path) -> None:
    registers = {"archive": FakeRegister(), "permits": FakeRegister()}

    async def work(town: Town) -> None:
        members = (SubjectRef("permits", "7"),)
        proposals = [each async for each in town.changes.propose("address", members)][-1]
        assert [(each.department, each.subject) for each in proposals] == [
            ("archive", SubjectRef("archive", "7")),
            ("permits", SubjectRef("permits", "7")),
        ]
        assert town.changes.kept_under(members) == (SubjectRef("permits", "7"), SubjectRef("archive", "7"))

    play(tmp_path, work, registers, archive={"of": "permits"})


def test_a_proof_and_a_forbidden_department_become_tasks(tmp_path: Path) -> None:
    registers = {name: FakeRegister() for name in ("benefits", "courts", "revenue")}
    apply: dict[str, Any] = {"benefits": {"may": ["caseworker"], "queue": "Benefits"}, "courts": {"proof": "a court order"}}

    async def work(town: Town) -> None:
        change = await town.submitted()
        assert [(each.department, each.state, each.fault) for each in change.deliveries] == [
            ("benefits", "person", "not permitted"),
            ("courts", "person", "proof"),
            ("revenue", "waiting", ""),
        ]
        (benefits,), (courts,) = town.store.work.items("Benefits", 9), town.store.work.items("Caseworkers", 9)
        assert [each.task for each in change.deliveries] == [benefits.id, courts.id, None]
        assert "a court order" in courts.detail
        await town.drained(999)
        assert [name for name, register in registers.items() if register.taken] == ["revenue"]
        with pytest.raises(ChangeRefused, match="role does not allow"):
            await town.changes.resend(change.deliveries[0].id)

    play(tmp_path, work, registers, **apply)


def test_what_is_there_already_is_not_sent(tmp_path: Path) -> None:
    async def work(town: Town) -> None:
        change = await town.submitted(f" {OLD} ")
        assert [(each.state, each.fault) for each in change.deliveries] == [("done", "same")]
        await town.drained(999)

    register = FakeRegister()
    play(tmp_path, work, {"revenue": register})
    assert register.taken == []


def test_audit_change_and_deliveries_are_one_transaction(tmp_path: Path) -> None:
    async def work(town: Town) -> None:
        proposals = await town.proposed()
        database, broken = town.store._database, StoreUnavailable("full", "The disk is full.")

        class Failing:
            """Fails when the transaction is to be committed."""

            def __enter__(self) -> Any:
                self.writing = database.writing()
                return self.writing.__enter__()

            def __exit__(self, *_: object) -> None:
                self.writing.__exit__(type(broken), broken, None)
                raise broken

        class Database:
            reading, writing = database.reading, Failing

        town.rows._database = Database()  # type: ignore[assignment]
        with pytest.raises(StoreUnavailable):
            await town.changes.submit("address", {"address": NEW}, proposals, caller_name="Maria", call="c1")
        town.rows._database = database
        assert town.rows.of_call("c1") == ()
        assert town.store.audit.looks("areyes", None, 9) == ()
        change = await town.submitted()
        assert town.rows.of_call("c1") == (change,)
        (look,) = town.store.audit.looks("areyes", None, 9)
        assert (look.kind, look.outcome, look.departments, len(look.subjects)) == ("change", "address: 1 kept", ("revenue",), 1)
        assert town.store.audit.prove().breaks == ()

    play(tmp_path, work)


def test_a_double_click_is_one_change(tmp_path: Path) -> None:
    async def work(town: Town) -> None:
        token = new_token()
        first, second = await asyncio.gather(town.submitted(token=token), town.submitted(token=token))
        assert first.id == second.id
        await town.drained()
        assert len(town.rows.of_call("c1")) == 1

    register = FakeRegister()
    play(tmp_path, work, {"revenue": register})
    assert len(register.taken) == 1


@pytest.mark.parametrize(
    ("values", "level", "words"),
    [
        ({"address": " "}, "verified", "Fill in: New address"),
        ({"address": "x" * 4001}, "verified", "Too long: New address"),
        ({"address": NEW}, "identified", "verified further first"),
    ],
)
def test_a_form_that_can_not_be_kept_is_refused_in_words(tmp_path: Path, values: dict[str, str], level: Any, words: str) -> None:
    async def work(town: Town) -> None:
        proposals = await town.proposed()
        with pytest.raises(ChangeRefused, match=words):
            await town.changes.submit("address", values, proposals, caller_name="", call="", level=level)
        with pytest.raises(ChangeRefused, match="No department is chosen"):
            await town.changes.submit("address", {"address": NEW}, (), caller_name="", call="")
        with pytest.raises(ChangeRefused, match="no such change"):
            await town.changes.submit("name", {}, proposals, caller_name="", call="")
        with pytest.raises(ChangeRefused, match="There is no delivery 7"):
            await town.changes.undo(7)

    play(tmp_path, work)


def test_offers_are_what_this_role_may_do_for_this_purpose(tmp_path: Path) -> None:
    registers = {"benefits": FakeRegister(), "revenue": FakeRegister()}

    async def work(town: Town) -> None:
        (address,) = town.changes.offers()
        assert (address.kind.id, address.departments) == ("address", ("benefits", "revenue"))
        town.asker.forbidden = ("revenue",)
        assert town.changes.offers() == (), "benefits takes nothing from an agent"

    play(tmp_path, work, registers, benefits={"roles": ["caseworker"]})


def test_an_action_is_offered_on_its_records_and_goes_to_its_department(tmp_path: Path) -> None:
    registers = {"permits": FakeRegister(), "revenue": FakeRegister()}
    plan = {"change": "plan", "title": "Payment plan", "on": ["bill"], "states": ["late"], "fields": [{"name": "address", "label": "To"}]}

    async def work(town: Town) -> None:
        plans = [offer for offer in town.changes.offers() if offer.kind.id == "plan"]
        assert [(offer.departments, offer.records, offer.states) for offer in plans] == [(("revenue",), ("bill",), ("late",))]
        assert plans[0].kind.title == "Payment plan"
        bill = RecordRef("revenue", "TB1")
        (proposal,) = [each async for each in town.changes.propose("plan", (), bill)][-1]
        assert (proposal.department, proposal.record, proposal.chosen) == ("revenue", bill, True)
        change = await town.changes.submit("plan", {"address": NEW}, (proposal,), caller_name="", call="c9")
        assert (change.title, change.deliveries[0].record) == ("Payment plan", bill)
        await town.changes.outbox.drain()
        assert town.now().deliveries[0].state == "done"

    play(tmp_path, work, registers, revenue=plan)


def test_two_departments_may_call_an_action_the_same(tmp_path: Path) -> None:
    registers = {"permits": FakeRegister(), "revenue": FakeRegister()}
    renew = {"change": "renew", "title": "Renew permit", "on": ["permit"]}
    again = {"change": "renew", "title": "Renew plan", "on": ["bill"], "fields": [{"name": "years", "label": "For"}]}

    async def work(town: Town) -> None:
        offered = [(each.kind.title, each.departments, len(each.kind.fields)) for each in town.changes.offers() if each.kind.id == "renew"]
        assert offered == [("Renew permit", ("permits",), 0), ("Renew plan", ("revenue",), 1)]
        for record, values, title in (
            (RecordRef("permits", "P1"), {}, "Renew permit"),
            (RecordRef("revenue", "B1"), {"years": "2"}, "Renew plan"),
        ):
            (proposal,) = [each async for each in town.changes.propose("renew", (), record)][-1]
            change = await town.changes.submit("renew", values, (proposal,), caller_name="", call="c9")
            assert change.title == title

    play(tmp_path, work, registers, permits=renew, revenue=again)


def test_what_was_changed_of_somebody_is_found_again(tmp_path: Path) -> None:
    async def work(town: Town) -> None:
        first, second = await town.submitted(), await town.submitted("9 Elm St")
        here = (SubjectRef("revenue", "1"),)
        assert await town.changes.about(here, town.clock()) == (second, first)
        assert await town.changes.about((SubjectRef("revenue", "2"),), town.clock()) == ()
        town.clock.move(60)
        assert await town.changes.about(here, town.clock()) == ()
        assert await town.changes.of_call("c1") == (first, second)
        assert await town.changes.of_call("c2") == ()
        assert await town.changes.of_call("") == (), "of no call"

    play(tmp_path, work)
