"""Faults while something is written: nothing is lost, nothing is done twice, and nothing is told as saved that is not.

What departments do to a reply is tried in tests/unit/test_outbox.py, and kill -9 in tests/faults/test_kill.py.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from adapters.contract import Unavailable
from models.changes import Delivery, Writing
from models.outbox import Claim, Result, Slots
from models.people import SubjectRef
from models.store.changes import CUT_SHORT
from models.store.errors import StoreUnavailable
from tests.contract.case import department_at
from tests.fakes.departments import Gate
from tests.fakes.registers import NEW, FakeRegister, Town, play
from tests.kill.city import OLD, make_database, manifests

ONE = {"revenue": Slots(4, 20.0)}


def delivery(town: Town) -> Delivery:
    return town.now().deliveries[0]


def done(claim: Claim) -> Result:
    return Result(delivery=claim.delivery.id, fence=claim.fence, state="done")


def fill(town: Town) -> Callable[[], None]:
    """The disk is full from here on; returns what makes room."""
    with town.store._database.reading() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
        connection.execute(text(f"PRAGMA max_page_count={pages}"))

    def make_room() -> None:
        with town.store._database.reading() as connection:
            connection.execute(text("PRAGMA max_page_count=1000000"))

    return make_room


def test_nothing_is_kept_or_sent_on_a_full_disk(tmp_path: Path) -> None:
    register = FakeRegister()

    async def work(town: Town) -> None:
        proposals = await town.proposed()
        make_room = fill(town)
        long = f"{NEW} {'x' * 3900}"

        async def submit_until_full() -> None:
            for _ in range(200):  # what is free in the file takes a few
                await town.changes.submit("address", {"address": long}, proposals, caller_name="", call="lost")

        with pytest.raises(StoreUnavailable, match="disk is full") as refused:
            await submit_until_full()
        assert NEW not in f"{refused.value} {refused.value.__cause__}"
        kept = len(town.rows.of_call("lost"))
        assert len(town.store.audit.looks("areyes", None, 999)) == kept, "a change that is not kept has no audit row either"
        with town.store._database.reading() as connection:
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
        make_room()
        await town.drained()
        assert len(town.rows.of_call("lost")) == kept

    play(tmp_path, work, {"revenue": register})


@pytest.mark.expect_log("nothing can be sent to departments: the store is full")
def test_what_can_not_be_claimed_is_not_sent(tmp_path: Path) -> None:
    register = FakeRegister()

    async def work(town: Town) -> None:
        await town.submitted()

        def full(*_: Any) -> tuple[Claim, ...]:
            raise StoreUnavailable("full", "The disk is full.")

        claim, town.rows.claim = town.rows.claim, full  # type: ignore[method-assign]
        running = asyncio.ensure_future(town.changes.outbox.run())
        await asyncio.sleep(0.05)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert (register.taken, delivery(town).state) == ([], "waiting")
        town.rows.claim = claim  # type: ignore[method-assign]
        assert (await town.drained()).deliveries[0].state == "done"

    play(tmp_path, work, {"revenue": register})


@pytest.mark.expect_log("the outbox was held up by LookupError")
def test_a_mistake_of_ours_does_not_end_the_outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.outbox.LOOKS_EVERY", 0.01)

    async def work(town: Town) -> None:
        await town.submitted()
        mistakes = [LookupError()]
        claim = town.rows.claim

        def stumble(*given: Any) -> tuple[Claim, ...]:
            if mistakes:
                raise mistakes.pop()
            return claim(*given)

        town.rows.claim = stumble  # type: ignore[method-assign]
        running = asyncio.ensure_future(town.changes.outbox.run())
        while delivery(town).state != "done":
            await asyncio.sleep(0.005)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    play(tmp_path, work)


def test_a_kind_of_change_that_a_department_takes_no_more_is_left_to_a_person(tmp_path: Path) -> None:
    async def before(town: Town) -> None:
        await town.submitted()

    async def after(town: Town) -> None:
        (held,) = (await town.drained()).deliveries
        assert (held.state, held.fault) == ("person", "not permitted")
        assert held.task is not None

    play(tmp_path, before)
    play(tmp_path, after, revenue={"change": "phone"})


@pytest.mark.expect_log("nothing can be sent to departments: the store is full")
def test_a_result_that_can_not_be_written_is_told_to_nobody_and_looked_up_later(tmp_path: Path) -> None:
    register = FakeRegister()

    async def work(town: Town) -> None:
        heard: list[object] = []
        await town.submitted()
        town.changes.changed = heard.append

        def full(results: object) -> tuple[int, ...]:
            raise StoreUnavailable("full", "The disk is full.")

        record, town.rows.record = town.rows.record, full  # type: ignore[method-assign]
        with pytest.raises(StoreUnavailable):
            await asyncio.wait_for(town.changes.outbox.drain(), 20)
        assert (heard, register.taken, delivery(town).state) == ([], [delivery(town).key], "sending")
        town.rows.record = record  # type: ignore[method-assign]
        town.changes = town.desk()  # started anew
        assert (await town.drained(60)).deliveries[0].state == "done"
        assert register.asked_for[-1] == "settled"

    play(tmp_path, work, {"revenue": register})
    assert len(register.taken) == 1


def test_two_desks_never_send_one_delivery_at_the_same_time(tmp_path: Path) -> None:
    gate, sent = Gate(), 0

    def count(point: str) -> None:
        nonlocal sent
        sent += 1
        gate()

    register = FakeRegister(at=count)

    async def work(town: Town) -> None:
        await town.submitted()
        first = asyncio.ensure_future(town.changes.outbox.drain())
        other = town.desk()
        while not sent:
            await asyncio.sleep(0.005)
        await other.outbox.drain()
        assert sent == 1
        gate.open()
        await first
        assert delivery(town).state == "done"

    play(tmp_path, work, {"revenue": register})
    assert len(register.taken) == 1


def test_two_agents_who_change_one_address_both_see_it(tmp_path: Path) -> None:
    register = FakeRegister()

    async def work(town: Town) -> None:
        ann, bob = town.desk(), town.desk()
        of_ann, of_bob = await town.proposed(ann), await town.proposed(bob)
        one = await ann.submit("address", {"address": NEW}, of_ann, caller_name="Maria", call="a")
        await town.changes.outbox.drain()
        two = await bob.submit("address", {"address": "9 Elm St"}, of_bob, caller_name="Maria", call="b")
        await town.changes.outbox.drain()
        first, second = (each.deliveries[0] for each in town.rows.get((one.id, two.id)))
        assert (first.state, second.state) == ("done", "conflict")
        assert second.theirs is not None
        assert second.theirs.values == {"address": NEW}

    play(tmp_path, work, {"revenue": register})
    assert register.address == NEW


def test_a_claim_that_was_too_late_writes_nothing(tmp_path: Path) -> None:
    async def work(town: Town) -> None:
        await town.submitted()
        (first,) = town.rows.claim(ONE)
        assert town.rows.claim(ONE) == (), "one wins"
        town.clock.move(20)
        (second,) = town.rows.claim(ONE)
        assert (second.fence, second.unsure) == (first.fence + 1, True)
        assert town.rows.record([done(first)]) == ()
        assert delivery(town).state == "unknown"
        assert town.rows.history(1)[-1].detail == CUT_SHORT
        assert town.rows.record([done(second)]) == (1,)
        assert town.rows.record([done(second)]) == (), "and only once"
        assert delivery(town).state == "done"

    play(tmp_path, work)


def test_no_more_is_claimed_than_a_department_takes_at_once(tmp_path: Path) -> None:
    async def work(town: Town) -> None:
        for number in range(5):
            await town.submitted(f"{number} Elm St")
        assert [claim.change.values["address"] for claim in town.rows.claim({"revenue": Slots(2, 9.0)})] == ["0 Elm St", "1 Elm St"]
        assert len(town.rows.claim({"revenue": Slots(9, 9.0)}, held=(3,))) == 2

    play(tmp_path, work)


def test_nobody_waits_longer_because_the_clock_was_set_back(tmp_path: Path) -> None:
    register = FakeRegister(down=True)

    async def work(town: Town) -> None:
        await town.submitted()
        await town.drained()
        register.down = False
        town.clock.move(-86_400)
        assert (await town.drained()).deliveries[0].state == "done"

    play(tmp_path, work, {"revenue": register})


def test_a_clock_that_is_set_back_a_little_makes_nobody_wait_for_that_time_again(tmp_path: Path) -> None:
    register = FakeRegister(down=True)

    async def work(town: Town) -> None:
        outbox, noon = town.changes.outbox, 1_000_000.0
        outbox._steady, outbox._wall, outbox._ahead = (lambda: 0.0), (lambda: noon), noon
        await town.submitted()
        await town.drained()
        register.down = False
        outbox._wall = lambda: noon - 0.5
        assert (await town.drained()).deliveries[0].state == "waiting", "no clock keeps time to the second"
        outbox._wall = lambda: noon - 20
        assert (await town.drained(-20)).deliveries[0].state == "done"

    play(tmp_path, work, {"revenue": register})


def test_a_lease_ends_by_real_time_too(tmp_path: Path) -> None:
    """The clock was set back while a delivery was being sent, and who sent it is gone."""
    register = FakeRegister()

    async def work(town: Town) -> None:
        await town.submitted()
        town.rows.claim(ONE)
        town.clock.move(-86_400)
        steady = 1000.0
        town.changes.outbox._steady = lambda: steady
        assert (await town.drained()).deliveries[0].state == "sending"
        steady += 20
        assert (await town.drained()).deliveries[0].state == "sending"
        steady += 20
        assert (await town.drained()).deliveries[0].state == "done"
        assert register.asked_for[-2:] == ["settled", "apply"]

    play(tmp_path, work, {"revenue": register})
    assert len(register.taken) == 1


def test_what_waits_goes_on_at_the_next_start(tmp_path: Path) -> None:
    register = FakeRegister(down=True)

    async def before(town: Town) -> None:
        await town.submitted()
        await town.drained()

    async def after(town: Town) -> None:
        register.down = False
        town.clock.move(400)
        running = asyncio.ensure_future(town.changes.outbox.run())
        while delivery(town).state != "done":
            await asyncio.sleep(0.005)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    for work in (before, after):
        play(tmp_path, work, {"revenue": register})
    assert len(register.taken) == 1


def test_ending_lets_what_is_being_sent_come_to_its_end(tmp_path: Path) -> None:
    gate, begun = Gate(), asyncio.Event()
    loop: list[asyncio.AbstractEventLoop] = []

    def hold(point: str) -> None:
        loop[0].call_soon_threadsafe(begun.set)
        gate()

    register = FakeRegister(at=hold)

    async def work(town: Town) -> None:
        loop.append(asyncio.get_running_loop())
        await town.submitted()
        running = asyncio.ensure_future(town.changes.outbox.run())
        await begun.wait()
        running.cancel()
        asyncio.get_running_loop().call_later(0.05, gate.open)
        await asyncio.gather(running, return_exceptions=True)
        assert delivery(town).state == "done"

    play(tmp_path, work, {"revenue": register})


def test_a_call_that_never_began_was_not_sent(tmp_path: Path) -> None:
    """A department's workers are all busy beyond its deadline: the change is kept, and not taken for unknown."""
    gate = Gate()
    register = FakeRegister()

    async def work(town: Town) -> None:
        made = await town.submitted()
        port = town.departments.ports["revenue"]
        for _ in range(port.manifest.concurrent):
            port.bulkhead.submit(gate, lambda result, error: None)
        (held,) = (await town.drained()).deliveries
        assert (held.state, held.fault) == ("waiting", "timed_out")
        gate.open()
        assert made.deliveries[0].key == (await town.drained(400)).deliveries[0].key
        assert delivery(town).state == "done"

    play(tmp_path, work, {"revenue": register}, revenue={"deadline": 0.2})
    assert len(register.taken) == 1


BREAKS_OFF = """if True:
    import os, signal, sqlite3, sys
    connection = sqlite3.connect(sys.argv[1], isolation_level=None)
    connection.execute("PRAGMA cache_size=1")  # what is not committed is written early
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE ledger SET ADDRESS = 'half' || zeroblob(9000)")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
@pytest.mark.parametrize("takes_changes", [True, False])
def test_a_database_in_which_a_change_broke_off_can_be_read_again(tmp_path: Path, takes_changes: bool) -> None:
    """Its file holds half a change, which only a connection that may write can take back: one that only reads is refused."""
    make_database(tmp_path / "city.db", range(1, 200))
    subprocess.run([sys.executable, "-c", BREAKS_OFF, str(tmp_path / "city.db")], timeout=60)
    assert (tmp_path / "city.db-journal").stat().st_size
    text = manifests(tmp_path, "")["ledger"]
    if not takes_changes:
        text = text.partition("[[apply]]")[0].replace('"apply"', '"check"') + '[check]\nsql = "SELECT * FROM ledger"\n'
    with department_at(text, tmp_path, None) as (department, ctx):
        if takes_changes:
            now = department.current(Writing("address", "", {}, SubjectRef("office", "7")), ctx)
            assert now is not None
            assert (now.values, now.version) == ({"address": OLD}, "1")
        else:
            with pytest.raises(Unavailable, match="READONLY_ROLLBACK"):
                department.check(ctx)
