"""``civicdesk audit`` as it is started: the log of a demo city is proven, tampered with, and asked who saw whom."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from resources.demo.city import DemoCity
from tests.end2end.test_commands import civicdesk


@pytest.fixture
def members(city: DemoCity) -> list[str]:
    """The person records of the caller whom the first sample search finds; its file was read too."""
    done = civicdesk("search", city.sample_searches[0], "--site", str(city.site), "--json")
    return [f"{each['department']}/{each['id']}" for each in json.loads(done.stdout)["callers"][0]["members"]]


@pytest.fixture
def log(city: DemoCity, members: list[str], tmp_path: Path) -> Iterator[Path]:
    """The log's file, to be tampered with; afterwards it is as it was."""
    file = city.site / "store" / "civicdesk.db"
    shutil.copy(file, tmp_path)
    yield file
    shutil.copy(tmp_path / file.name, file)


def tamper(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DROP TRIGGER audit_no_update")
        connection.execute("DROP TRIGGER audit_no_delete")
        connection.execute(statement)


def test_a_whole_log_is_proven_to_its_end(city: DemoCity, members: list[str]) -> None:
    done = civicdesk("audit", "verify", "--site", str(city.site), "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["whole"], told["chains"], told["broken"]) == (True, 1, [])
    assert list(told["anchored"].values()) == [told["rows"]]
    assert "Every row is as it was written." in civicdesk("audit", "verify", "--site", str(city.site)).stdout


@pytest.mark.parametrize(
    ("statement", "wrong"),
    [
        ("UPDATE audit SET purpose = 'Complaint' WHERE sequence = 3", "edited"),
        ("DELETE FROM audit WHERE sequence = 2", "missing"),
        ("DELETE FROM audit WHERE sequence = (SELECT max(sequence) FROM audit)", "cut"),
    ],
)
def test_the_first_broken_row_is_named(city: DemoCity, log: Path, statement: str, wrong: str) -> None:
    tamper(log, statement)
    done = civicdesk("audit", "verify", "--site", str(city.site), "--json")
    assert done.returncode == 1
    (broken,) = json.loads(done.stdout)["broken"]
    with closing(sqlite3.connect(log)) as connection:
        last, actor = connection.execute("SELECT max(sequence), max(actor) FROM audit").fetchone()
    assert (broken["wrong"], broken["actor"], broken["sequence"]) == (wrong, actor, last if wrong == "cut" else 3)
    said = civicdesk("audit", "verify", "--site", str(city.site)).stdout
    assert said.startswith(f"BROKEN: row {broken['sequence']} of {actor} ({broken['at']}")


def test_who_saw_tells_the_list_and_the_file(city: DemoCity, members: list[str]) -> None:
    named = [part for member in members for part in ("--subject", member)]
    done = civicdesk("audit", "who-saw", *named, "--site", str(city.site), "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [f"{each['department']}/{each['id']}" for each in told["subjects"]] == members
    newest = told["looks"][:2]
    assert {look["look"] for look in newest} == {"search", "records"}
    assert {look["purpose"] for look in newest} == {"Inquiry"}
    assert all(set(look["departments"]) == {member.partition("/")[0] for member in members} for look in newest)
    again = json.loads(civicdesk("audit", "who-saw", *named, "--site", str(city.site), "--json").stdout)
    assert again["looks"][0]["look"] == "who_saw", "asking was a look too"
    assert again["looks"][1:] == told["looks"]


def test_a_person_is_found_by_words_and_gaps_are_said(city: DemoCity, members: list[str]) -> None:
    done = civicdesk("audit", "who-saw", "--subject", city.sample_searches[0], "--purpose", "Request 7", "--site", str(city.site), "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 3
    assert told["gaps"] == ["Benefits may not be asked in the role agent"]
    assert {f"{each['department']}/{each['id']}" for each in told["subjects"]} == set(members)
    assert told["looks"][0]["purpose"] == "Request 7", "the search is a look itself, with the purpose given"


@pytest.mark.parametrize(
    ("subject", "words"), [("Qqqq Xxxxxx 1911-01-01", "Nobody was found"), ("smith", "persons fit"), ("//", "nothing to search by")]
)
def test_words_that_name_nobody_or_several_are_told(city: DemoCity, subject: str, words: str) -> None:
    done = civicdesk("audit", "who-saw", "--subject", subject, "--site", str(city.site))
    assert done.returncode == 1
    assert words in done.stderr
    assert done.stdout == ""


def test_nobody_has_looked_at_a_record(city: DemoCity) -> None:
    done = civicdesk("audit", "who-saw", "--subject", "revenue/none-such", "--site", str(city.site))
    assert done.returncode == 0, done.stderr
    assert "Nobody has looked at them." in done.stdout


def test_only_an_auditor_may_look_into_the_log(tmp_path: Path) -> None:
    (tmp_path / "departments").mkdir()
    (tmp_path / "site.toml").write_text('name = "Springvale"\n', encoding="utf-8")
    (tmp_path / "departments" / "x.toml").write_text("", encoding="utf-8")
    done = civicdesk("audit", "verify", "--site", str(tmp_path))
    assert done.returncode == 2
    assert "Only the role auditor" in done.stderr


def test_a_site_without_a_store_is_told(tmp_path: Path, city: DemoCity) -> None:
    copied = tmp_path / "site"
    shutil.copytree(city.site, copied, ignore=shutil.ignore_patterns("store", "data"))
    done = civicdesk("audit", "verify", "--site", str(copied))
    assert done.returncode == 1
    assert "There is no store" in done.stderr
