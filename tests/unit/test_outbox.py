"""What becomes of a delivery: done, waiting, unknown and looked up, in conflict, refused, left to a person, taken back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.contract import Conflict, DepartmentError, Forbidden, NotFound, RateLimited, Rejected, SignInNeeded, Unavailable
from app.services.changes import ChangeRefused
from app.services.sending import backoff
from models.changes import Change, DeliveryState
from models.outbox import LONGEST_WAIT
from tests.fakes.registers import NEW, OLD, FakeRegister, Town, play

LATER = 400.0
"""Seconds after which everything that waits is due."""


def states(change: Change) -> list[DeliveryState]:
    return [delivery.state for delivery in change.deliveries]


def test_a_change_reaches_every_department_once(tmp_path: Path) -> None:
    registers = {"revenue": FakeRegister(), "permits": FakeRegister()}

    async def work(town: Town) -> None:
        heard: list[Change] = []
        town.changes.changed = heard.append
        made = await town.submitted()
        assert states(made) == ["waiting", "waiting"]
        assert [delivery.department for delivery in made.deliveries] == ["permits", "revenue"], "in the order of their titles"
        change = await town.drained()
        assert states(change) == ["done", "done"]
        assert [delivery.receipt and delivery.receipt.reference for delivery in change.deliveries] == ["R2", "R2"]
        assert states(heard[-1]) == ["done", "done"]
        await town.drained(LATER)

    play(tmp_path, work, registers)
    assert [(register.address, register.version) for register in registers.values()] == [(NEW, 2)] * 2


def test_a_department_that_is_down_waits_and_the_others_do_not(tmp_path: Path) -> None:
    registers = {"revenue": FakeRegister(), "permits": FakeRegister(down=True)}

    async def work(town: Town) -> None:
        await town.submitted()
        change = await town.drained()
        assert states(change) == ["waiting", "done"]
        waiting = change.deliveries[0]
        assert (waiting.fault, waiting.attempts) == ("no_connection", 1)
        registers["permits"].down = False
        assert states(await town.drained()) == ["waiting", "done"], "not before its time"
        assert states(await town.drained(LATER)) == ["done", "done"]

    play(tmp_path, work, registers)


def test_what_waits_is_sent_as_soon_as_the_department_answers_again(tmp_path: Path) -> None:
    async def work(town: Town) -> None:
        register = town.registers["revenue"]
        await town.submitted()
        register.down = True
        assert states(await town.drained()) == ["waiting"]
        register.down = False
        running = asyncio.ensure_future(town.changes.outbox.run())
        await town.proposed()  # somebody else asks, and is answered
        for _ in range(500):
            if states(town.now()) == ["done"]:
                break
            await asyncio.sleep(0.005)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert states(town.now()) == ["done"]

    play(tmp_path, work)


@pytest.mark.parametrize("lost", ["lost before", "lost after", "500 after"])
@pytest.mark.parametrize("keeps_keys", [True, False])
def test_an_unknown_outcome_is_looked_up_before_it_is_sent_again(tmp_path: Path, lost: str, keeps_keys: bool) -> None:
    register = FakeRegister(script=[lost], keeps_keys=keeps_keys)

    async def work(town: Town) -> None:
        await town.submitted()
        change = await town.drained()
        assert states(change) == ["unknown"]
        assert states(await town.drained(LATER)) == ["done"]

    play(tmp_path, work, {"revenue": register})
    assert len(register.taken) == 1
    assert register.asked_for[-2:] == (["settled", "apply"] if lost == "lost before" else ["apply", "settled"])


def test_who_can_never_tell_is_left_to_a_person(tmp_path: Path) -> None:
    async def work(town: Town) -> None:
        await town.submitted()
        await town.drained()
        (delivery,) = (await town.drained(LATER)).deliveries
        assert (delivery.state, delivery.fault) == ("person", "unsettled")
        (item,) = town.store.work.items("Caseworkers", 9)
        assert item.id == delivery.task
        assert item.title == "Revenue: Change of address"
        assert "Maria Gonzalez, person 1" in item.detail
        assert f"New address: {NEW}" in item.detail
        assert "A person must look there" in item.detail
        assert states(await town.drained(LATER)) == ["person"]

    play(tmp_path, work, {"revenue": FakeRegister(script=["lost after"], can_tell=False)})


def test_an_unknown_outcome_that_somebody_wrote_over_is_a_conflict(tmp_path: Path) -> None:
    register = FakeRegister(script=["lost before"])

    async def work(town: Town) -> None:
        await town.submitted()
        await town.drained()
        register.address, register.version = "9 Elm St", 2
        (delivery,) = (await town.drained(LATER)).deliveries
        assert delivery.state == "conflict"
        assert delivery.theirs is not None
        assert delivery.theirs.values == {"address": "9 Elm St"}

    play(tmp_path, work, {"revenue": register})
    assert register.taken == []


def test_what_has_no_second_effect_is_sent_again_with_its_key(tmp_path: Path) -> None:
    register = FakeRegister(script=["lost after"], can_tell=False)

    async def work(town: Town) -> None:
        await town.submitted()
        await town.drained()
        assert states(await town.drained(LATER)) == ["done"]

    play(tmp_path, work, {"revenue": register}, revenue={"repeatable": True})
    assert len(register.taken) == 1


def test_our_own_change_is_no_conflict(tmp_path: Path) -> None:
    """Sent again without keys, the department has another version than the one we knew: ours."""
    register = FakeRegister(script=["lost after"], can_tell=False, keeps_keys=False)

    async def work(town: Town) -> None:
        await town.submitted()
        await town.drained()
        (delivery,) = (await town.drained(LATER)).deliveries
        assert (delivery.state, delivery.fault) == ("done", "same")

    play(tmp_path, work, {"revenue": register}, revenue={"repeatable": True})
    assert register.version == 2


@pytest.mark.parametrize("take", ["ours", "theirs"])
def test_a_conflict_shows_theirs_and_overwrites_nothing_unasked(tmp_path: Path, take: str) -> None:
    register = FakeRegister()

    async def work(town: Town) -> None:
        await town.submitted()
        register.address, register.version = "9 Elm St", 5
        (delivery,) = (await town.drained()).deliveries
        assert delivery.state == "conflict"
        assert delivery.theirs is not None
        assert (delivery.theirs.values, delivery.theirs.version) == ({"address": "9 Elm St"}, "5")
        assert register.address == "9 Elm St"
        assert states(await town.drained(LATER)) == ["conflict"]
        await town.changes.decide(delivery.id, take)  # type: ignore[arg-type]
        (delivery,) = (await town.drained()).deliveries
        assert (delivery.state, delivery.theirs) == ("done" if take == "ours" else "refused", None)

    play(tmp_path, work, {"revenue": register})
    assert register.address == (NEW if take == "ours" else "9 Elm St")


def test_a_conflict_that_changes_once_more_is_one_again(tmp_path: Path) -> None:
    register = FakeRegister()

    async def work(town: Town) -> None:
        await town.submitted()
        register.address, register.version = "9 Elm St", 5
        (delivery,) = (await town.drained()).deliveries
        await town.changes.decide(delivery.id, "ours")
        register.address, register.version = "10 Elm St", 6
        assert states(await town.drained()) == ["conflict"]

    play(tmp_path, work, {"revenue": register})
    assert register.address == "10 Elm St"


@pytest.mark.parametrize(
    ("error", "fault"), [(Rejected("422"), "rejected"), (Forbidden("403"), "forbidden"), (NotFound("404"), "not_found")]
)
def test_a_refusal_is_told_and_handed_to_a_person(tmp_path: Path, error: DepartmentError, fault: str) -> None:
    async def work(town: Town) -> None:
        await town.submitted()
        (delivery,) = (await town.drained()).deliveries
        assert (delivery.state, delivery.fault) == ("refused", fault)
        assert [item.id for item in town.store.work.items("Roofs", 9)] == [delivery.task]
        await town.changes.resend(delivery.id)
        (item,) = town.store.work.items("Roofs", 9)
        assert (item.done_by, item.note) == ("areyes", "sent again"), "nobody is to do it by hand as well"
        assert states(await town.drained()) == ["done"]

    register = FakeRegister(script=[error])
    play(tmp_path, work, {"revenue": register}, revenue={"queue": "Roofs"})
    assert len(register.taken) == 1


def test_what_somebody_did_by_hand_is_not_sent_again(tmp_path: Path) -> None:
    register = FakeRegister(script=[Rejected("422")])

    async def work(town: Town) -> None:
        await town.submitted()
        (delivery,) = (await town.drained()).deliveries
        assert delivery.task is not None
        assert town.store.work.finish(delivery.task, "cleo", "done by letter", town.clock())
        with pytest.raises(ChangeRefused, match="become another"):
            await town.changes.resend(delivery.id)
        assert states(await town.drained(LATER)) == ["refused"]

    play(tmp_path, work, {"revenue": register})
    assert register.taken == []


@pytest.mark.parametrize(
    "error",
    [RateLimited("429", retry_after=120), SignInNeeded("401"), Conflict(key="locked"), Unavailable(sent=False)],
    ids=lambda e: e.fault_key,
)
def test_what_was_certainly_not_made_waits(tmp_path: Path, error: DepartmentError) -> None:
    register = FakeRegister(script=[error])

    async def work(town: Town) -> None:
        await town.submitted()
        (delivery,) = (await town.drained()).deliveries
        assert (delivery.state, delivery.fault) == ("waiting", error.fault_key)
        assert delivery.next_try is not None
        put_off = (delivery.next_try - town.clock()).total_seconds()
        assert put_off >= (120 if error.retry_after else 1)
        assert states(await town.drained(LATER)) == ["done"]

    play(tmp_path, work, {"revenue": register})
    assert "settled" not in register.asked_for


def test_waits_grow_to_a_cap_and_differ() -> None:
    assert all(1.0 <= backoff(1) <= 2.0 for _ in range(50))
    assert all(150 <= backoff(n) <= LONGEST_WAIT for n in (9, 10, 100, 10_000) for _ in range(50))
    assert backoff(1, least=10_000) == LONGEST_WAIT
    assert len({backoff(5) for _ in range(20)}) > 10


def test_what_was_down_at_the_form_is_read_before_it_is_written(tmp_path: Path) -> None:
    register = FakeRegister(down=True, version=7)

    async def work(town: Town) -> None:
        made = await town.submitted()
        assert made.deliveries[0].before is None
        register.down = False
        (delivery,) = (await town.drained()).deliveries
        assert delivery.state == "done"
        assert delivery.before is not None
        assert (delivery.before.values, delivery.before.version) == ({"address": OLD}, "7")

    play(tmp_path, work, {"revenue": register})


def test_a_number_that_comes_later_is_asked_for(tmp_path: Path) -> None:
    register = FakeRegister(token="T1")

    async def work(town: Town) -> None:
        await town.submitted()
        change = await town.drained()
        assert states(change) == ["done"]
        assert change.deliveries[0].receipt is not None
        assert change.deliveries[0].receipt.pending == "T1"
        await town.drained(LATER)
        register.number = "101"
        (delivery,) = (await town.drained(LATER)).deliveries
        assert (delivery.state, delivery.receipt and delivery.receipt.reference) == ("done", "101")
        assert delivery.next_try is None

    play(tmp_path, work, {"revenue": register})
    assert len(register.taken) == 1


def test_what_was_done_is_taken_back(tmp_path: Path) -> None:
    register = FakeRegister()

    async def work(town: Town) -> None:
        await town.submitted()
        (delivery,) = (await town.drained()).deliveries
        assert delivery.can_undo
        await town.changes.undo(delivery.id)
        assert town.now().deliveries[0].undoing
        (delivery,) = (await town.drained()).deliveries
        assert (delivery.state, delivery.can_undo, delivery.undoing) == ("undone", False, False)
        with pytest.raises(ChangeRefused, match="does not take this back"):
            await town.changes.undo(delivery.id)

    play(tmp_path, work, {"revenue": register}, revenue={"undo": [{"path": "/"}]})
    assert register.address == OLD
    assert len(set(register.taken)) == 2


def test_what_somebody_changed_since_is_not_taken_back_unasked(tmp_path: Path) -> None:
    register = FakeRegister()

    async def work(town: Town) -> None:
        await town.submitted()
        (delivery,) = (await town.drained()).deliveries
        register.address, register.version = "9 Elm St", 9
        await town.changes.undo(delivery.id)
        (delivery,) = (await town.drained()).deliveries
        assert (delivery.state, delivery.undoing) == ("conflict", True)
        await town.changes.decide(delivery.id, "theirs")
        assert states(await town.drained()) == ["done"]

    play(tmp_path, work, {"revenue": register}, revenue={"undo": [{"path": "/"}]})
    assert register.address == "9 Elm St"


@pytest.mark.expect_log("cut short by LookupError")
def test_a_mistake_of_ours_leaves_it_unknown_and_is_logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(town: Town) -> None:
        await town.submitted()
        with monkeypatch.context() as patched:
            patched.setattr("app.services.sending._Try.made", lambda self: (_ for _ in ()).throw(LookupError()))
            assert states(await town.drained()) == ["unknown"]
        assert states(await town.drained(LATER)) == ["done"]

    play(tmp_path, work)


def test_the_history_tells_what_became_of_it(tmp_path: Path) -> None:
    async def work(town: Town) -> None:
        await town.submitted()
        town.registers["revenue"].down = True
        for _ in range(3):
            await town.drained(LATER)
        town.registers["revenue"].down = False
        await town.drained(LATER)
        told = [(event.state, event.fault, event.times) for event in town.rows.history(1)]
        assert told == [("waiting", "", 1), ("waiting", "no_connection", 3), ("done", "", 1)]

    play(tmp_path, work)


def test_a_picture_goes_along_and_is_not_kept_once_every_department_has_it(tmp_path: Path) -> None:
    registers = {"revenue": FakeRegister(), "permits": FakeRegister(down=True)}

    async def work(town: Town) -> None:
        proposals = await town.proposed()
        await town.changes.submit("address", {"address": NEW}, proposals, caller_name="", call="c1", media=b"picture")

        def kept() -> bytes:
            with town.store._database.reading() as connection:
                return bytes(connection.scalar(text("SELECT media FROM changes")))

        await town.drained()
        assert kept() == b"picture"
        registers["permits"].down = False
        assert states(await town.drained(LATER)) == ["done", "done"]
        assert kept() == b""

    play(tmp_path, work, registers)
    assert [register.media for register in registers.values()] == [b"picture"] * 2
