"""``civicdesk outbox`` as it is started: exit codes, JSON, and one clear line on bad use."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest

from app.bootstrap import open_services
from models.audit import AuditEntry
from models.changes import Change
from models.outbox import NewChange, NewDelivery
from models.people import SubjectRef
from models.store.store import FILE_NAME, Store
from resources.demo.city import DemoCity
from tests.end2end.test_city_changes import MARIA
from tests.end2end.test_commands import civicdesk

SECRET = "77 Hidden Lane"


@pytest.fixture
def kept(city: DemoCity) -> Iterator[int]:
    """A delivery to a department that the site does not have any more, as an old store may hold; afterwards there is none."""
    folder = city.site / "store"
    new = NewChange(
        token="t",
        kind="address",
        title="Change of address",
        values={"address": SECRET},
        made_by="somebody",
        role="agent",
        purpose="Inquiry",
        deliveries=(NewDelivery(department="closed", key="k", subject=SubjectRef("closed", "1")),),
    )
    entry = AuditEntry(datetime.now(UTC), "somebody", "agent", "Inquiry", "change", ("closed",), "0" * 64)
    with Store.open(folder) as store:
        (change,) = store.changes.get((store.changes.add(new, [entry]),))
    yield change.deliveries[0].id
    empty(city)


def empty(city: DemoCity) -> None:
    with closing(sqlite3.connect(city.site / "store" / FILE_NAME)) as connection, connection:
        connection.execute("DELETE FROM deliveries")
        connection.execute("DELETE FROM changes")


def test_nothing_waits_in_a_new_city(city: DemoCity) -> None:
    done = civicdesk("outbox", "list", "--site", str(city.site))
    assert (done.returncode, done.stdout, done.stderr) == (0, "Nothing waits.\n", "")


def test_what_waits_is_listed_and_shown(city: DemoCity, kept: int) -> None:
    done = civicdesk("outbox", "list", "--site", str(city.site), "--json")
    assert done.returncode == 0, done.stderr
    (only,) = json.loads(done.stdout)["deliveries"]
    assert (only["delivery"], only["department"], only["state"]) == (kept, "closed", "waiting")
    shown = civicdesk("outbox", "show", str(kept), "--site", str(city.site))
    assert "What was filled in is hidden for your role." in shown.stdout
    again = civicdesk("outbox", "retry", "--site", str(city.site))
    assert again.returncode == 3, "nobody takes it any more"
    assert SECRET not in done.stdout + shown.stdout + again.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("show", "999"), 1, "There is no delivery 999: see 'civicdesk outbox list'."),
        (("retry", "999"), 1, "There is no delivery 999."),
        (("show", "first"), 2, "Invalid value"),
    ],
)
def test_bad_use_is_told_in_one_line(city: DemoCity, arguments: tuple[str, ...], code: int, words: str) -> None:
    done = civicdesk("outbox", *arguments, "--site", str(city.site))
    assert (done.returncode, done.stderr.count("\n")) == (code, 1)
    assert words in done.stderr


def test_what_a_department_missed_is_sent_by_hand_once_it_is_back(city: DemoCity) -> None:
    """Maria's new e-mail reaches four departments; the fifth is off, and gets it by the command."""
    members = tuple(SubjectRef(name, key) for name, key in MARIA.items())
    services = open_services(city.site, alone=True)

    async def tell_all() -> Change:
        await services.switch("permits", False)
        proposals = [each async for each in services.changes.propose("email", members)][-1]
        chosen = tuple(each for each in proposals if each.hinder != "not permitted")
        values = {"email": "maria.other@mail.example"}
        await services.changes.submit("email", values, chosen, caller_name="Maria Gonzalez", call="e2e")
        await services.changes.outbox.drain()
        return (await services.changes.of_call("e2e"))[0]

    async def take_back() -> set[str]:
        for part in (await services.changes.of_call("e2e"))[0].deliveries:
            await services.changes.undo(part.id)
        await services.changes.outbox.drain()
        return {part.state for part in (await services.changes.of_call("e2e"))[0].deliveries}

    try:
        change = asyncio.run(tell_all())
        ends = {part.department: part.state for part in change.deliveries}
        assert ends == {name: "waiting" if name == "permits" else "done" for name in MARIA}
        still = civicdesk("outbox", "retry", "--site", str(city.site))
        assert (still.returncode, "The department's system can't be reached" in still.stdout) == (3, True)
        asyncio.run(services.switch("permits", True))
        done = civicdesk("outbox", "retry", "--site", str(city.site), "--json")
        assert done.returncode == 0, done.stdout
        assert [(each["department"], each["state"]) for each in json.loads(done.stdout)["deliveries"]] == [("permits", "done")]
        shown = json.loads(civicdesk("outbox", "show", str(change.deliveries[0].id), "--site", str(city.site), "--json").stdout)
        assert {each["department"]: each["state"] for each in shown["deliveries"]} == dict.fromkeys(MARIA, "done")
        assert asyncio.run(take_back()) == {"undone"}
    finally:
        asyncio.run(services.switch("permits", True))
        services.close()
        empty(city)
