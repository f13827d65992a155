"""``civicdesk outbox``: what is listed, what is told of one change and to whom, and what is sent again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app import delivering
from app.config import Site, SiteSettings
from app.services.changes import ChangeRefused
from tests.fakes.registers import NEW, OLD, FakeRegister, Town, play

PERSONAL = (NEW, OLD, "Maria", "Gonzalez")


class Services:
    """What the commands use of a site's services, of a town."""

    def __init__(self, town: Town) -> None:
        self.site = Site(Path(), SiteSettings(name="Town"), tuple(port.manifest for port in town.departments.ports.values()))
        self.changes, self.store, self.worker, self.audit = town.changes, town.store, town.worker, town.audit
        self.departments, self.session = town.departments, town.asker


def of(town: Town) -> Any:
    return Services(town)


@pytest.fixture
def registers() -> dict[str, FakeRegister]:
    return {"permits": FakeRegister(down=True), "revenue": FakeRegister()}


def listed(town: Town) -> delivering.Listed:
    return delivering.Listed(of(town).site, town.rows.unfinished(9))


def test_a_list_tells_nothing_personal(tmp_path: Path, registers: dict[str, FakeRegister]) -> None:
    async def work(town: Town) -> None:
        assert delivering.list_as_text(listed(town)) == "Nothing waits."
        await town.submitted()
        await town.drained()
        found = listed(town)
        text, told = delivering.list_as_text(found), json.loads(delivering.list_as_json(found))
        assert not [each for each in PERSONAL if each in text or each in delivering.list_as_json(found)]
        assert "Permits" in text
        assert "kept, not sent yet: The department's system can't be reached" in text
        assert text.endswith("1 to be sent; times are UTC.")
        (only,) = told["deliveries"]
        assert (only["department"], only["state"], only["why"], only["attempts"]) == ("permits", "waiting", "no_connection", 1)
        assert delivering.exit_code(found.changes) == 0
        assert delivering.exit_code(found.changes, departments_too=True) == 3

    play(tmp_path, work, registers)


def test_what_waits_is_sent_now(tmp_path: Path, registers: dict[str, FakeRegister]) -> None:
    async def work(town: Town) -> None:
        await town.submitted()
        await town.drained()
        still = await delivering.retried(of(town), ())
        assert [part.state for part in still.changes[0].deliveries] == ["waiting"]
        registers["permits"].down = False
        found = await delivering.retried(of(town), ())
        assert [(part.department, part.state) for part in found.changes[0].deliveries] == [("permits", "done")]
        assert delivering.exit_code(found.changes, departments_too=True) == 0
        assert delivering.list_as_text(found).endswith("1 done; times are UTC.")
        assert (await delivering.retried(of(town), ())).changes == ()

    play(tmp_path, work, registers)


def test_one_that_was_left_to_a_person_is_sent_by_its_number(tmp_path: Path) -> None:
    register = FakeRegister(script=["lost before"], can_tell=False)

    async def work(town: Town) -> None:
        await town.submitted()
        await town.drained()
        await town.drained(400)
        assert delivering.exit_code(listed(town).changes) == 3
        assert (await delivering.retried(of(town), ())).changes == (), "a person decides of it"
        (change,) = (await delivering.retried(of(town), (1,))).changes
        assert [part.state for part in change.deliveries] == ["done"]
        with pytest.raises(ChangeRefused, match="become another"):
            await delivering.retried(of(town), (1,))

    play(tmp_path, work, {"revenue": register})


def test_one_change_is_told_with_its_history_and_logged(tmp_path: Path, registers: dict[str, FakeRegister]) -> None:
    async def work(town: Town) -> None:
        await town.submitted()
        await town.drained()
        looks = len(town.audit.looks)
        assert await delivering.shown(of(town), 9) is None
        assert len(town.audit.looks) == looks
        found = await delivering.shown(of(town), 2)
        assert found is not None
        look = town.audit.looks[-1]
        assert (look.kind, look.departments, len(look.subjects)) == ("lookup", ("permits", "revenue"), 2)
        text = delivering.shown_as_text(found, of(town).site)
        assert "Change of address, change 1: made 2026-11-24 10:00:00 by areyes (agent, Inquiry)." in text
        assert f"address: {NEW}" in text
        assert f"had: address {OLD}" in text
        assert "number there: R2" in text
        assert "10:00:00  kept, not sent yet (no_connection)" in text
        told = json.loads(delivering.shown_as_json(found))
        assert told["values"] == {"address": NEW}
        assert [[event["state"] for event in part["history"]] for part in told["deliveries"]] == [["waiting"] * 2, ["waiting", "done"]]

    play(tmp_path, work, registers)


def test_who_may_not_ask_a_department_is_told_no_values(tmp_path: Path, registers: dict[str, FakeRegister]) -> None:
    async def work(town: Town) -> None:
        await town.submitted()
        await town.drained()
        town.asker.actor, town.asker.role = "otto", "administrator"
        found = await delivering.shown(of(town), 1)
        assert found is not None
        text, told = delivering.shown_as_text(found, of(town).site), delivering.shown_as_json(found)
        assert not [each for each in PERSONAL if each in text or each in told]
        assert "hidden for your role" in text
        assert town.audit.looks[-1].subjects == ()

    play(tmp_path, work, registers)
