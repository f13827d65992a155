"""The six departments' files: the same from one seed and day, full of what makes a vivid desk, searched through indexes."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import pytest

from resources import resource
from resources.demo.city import DEPARTMENTS
from resources.demo.documents import Register
from resources.demo.generate import generate
from resources.demo.matching import match, street_key
from resources.demo.request_search import RequestFile

TODAY = date(2026, 11, 24)
PEOPLE = 2_000


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("springvale")
    generate(folder, PEOPLE, 1, TODAY)
    return folder


@contextmanager
def opened(folder: Path, department: str) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(folder / f"{department}.db")) as connection:
        yield connection


def content(folder: Path) -> dict[str, str]:
    found = {}
    for department in DEPARTMENTS:
        with opened(folder, department) as connection:
            found[department] = hashlib.sha256("\n".join(connection.iterdump()).encode()).hexdigest()
    return found


def test_one_seed_and_day_give_one_content(data: Path, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    (tmp_path / "other").mkdir()
    generate(tmp_path / "again", PEOPLE, 1, TODAY)
    generate(tmp_path / "other", PEOPLE, 2, TODAY)
    assert content(tmp_path / "again") == content(data)
    assert not set(content(tmp_path / "other").values()) & set(content(data).values())


def test_a_stopped_generation_leaves_the_files_closed(tmp_path: Path) -> None:
    generate(tmp_path, PEOPLE, 1, TODAY, stop=lambda: True)
    for path in tmp_path.iterdir():
        path.unlink()


def test_a_large_city_tells_its_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("resources.demo.generate.LARGE", 10_000)
    generate(tmp_path, 10_000, 1, TODAY)
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "\rSpringvale: 10,000 of 10,000 people\n"


def test_every_department_knows_its_share(data: Path) -> None:
    tables = {"revenue": "TXPYR_MST", "parking": "resident", "permits": "person", "benefits": "person", "cases": "person"}
    for department, table in tables.items():
        with opened(data, department) as connection:
            assert PEOPLE / 10 < connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] < PEOPLE * 0.7


def test_revenue_is_as_old_as_it_looks(data: Path) -> None:
    with opened(data, "revenue") as connection:
        maria = connection.execute(
            "SELECT TP_NM, DOB, PCL_NO FROM TXPYR_MST WHERE TP_NM = 'GONZALEZ, MARIA' AND DOB = '19840309'"
        ).fetchone()
        assert maria == ("GONZALEZ, MARIA", "19840309", "14-33-105-0223")
        names = [name for (name,) in connection.execute("SELECT TP_NM FROM TXPYR_MST")]
        assert all(name.isascii() and name == name.upper() and ", " in name for name in names)
        assert connection.execute("SELECT count(*) FROM TXPYR_MST WHERE DOB = '00000000'").fetchone()[0] > 20
        overdue = connection.execute("SELECT count(*) FROM TXBIL WHERE STAT = 'D' AND DUE_DT < '20261124'").fetchone()[0]
        assert overdue > 50
        assert connection.execute("SELECT count(*) - count(DISTINCT PCL_NO) FROM TXPYR_MST").fetchone()[0] == 0


def test_every_state_of_a_matter_occurs(data: Path) -> None:
    for department, path in (("permits", "$.status"), ("benefits", "$.state"), ("cases", "$.stage.code")):
        manifest = tomllib.loads(resource("demo", "site", "departments", f"{department}.toml").read_text(encoding="utf-8"))
        codes = next(codes for name, codes in manifest["codes"].items() if name in ("status", "state", "stage"))
        with opened(data, department) as connection:
            found = {code for (code,) in connection.execute("SELECT DISTINCT json_extract(doc, ?) FROM matter", (path,))}
        assert found == set(codes)


def test_references_have_the_form_that_their_manifest_tells(data: Path) -> None:
    columns = {
        "revenue": "SELECT BIL_NO FROM TXBIL UNION SELECT PCL_NO FROM TXPYR_MST",
        "parking": "SELECT notice_no FROM fine UNION SELECT permit_no FROM resident_permit UNION SELECT card_no FROM library_card",
        "requests": "SELECT service_request_id FROM request",
        **dict.fromkeys(("permits", "benefits", "cases"), "SELECT ref FROM matter"),
    }
    seen: set[str] = set()
    for department, sql in columns.items():
        manifest = tomllib.loads(resource("demo", "site", "departments", f"{department}.toml").read_text(encoding="utf-8"))
        with opened(data, department) as connection:
            numbers = {number for (number,) in connection.execute(sql)}
        assert numbers
        for number in numbers:
            assert any(re.fullmatch(pattern, number) for pattern in manifest["references"]), number
        assert not numbers & seen
        seen |= numbers


def test_the_register_finds_in_either_order_and_ranks(data: Path) -> None:
    with closing(Register(data / "permits.db")) as register:
        for ask in (
            {"family": "Gonzalez", "given": "Maria", "zip": "60614"},
            {"family": "Maria", "given": "González", "zip": "60614"},
            {"family": "Gonzalec", "given": "Marya", "zip": "60614"},
            {"phone": "555-0142"},
            {"phone": "+13125550142"},
            {"email": "M.Gonzalez@mail.example"},
            {"born": "1984-03-09"},
            {"house": "2210", "street": "Clark Street"},
            {"ref": "pm-24-004211"},
        ):
            found = register.people(ask, 10)
            assert found, ask
            assert found[0]["id"] == 50_001, ask


def test_nothing_to_search_by_finds_nobody(data: Path) -> None:
    with closing(Register(data / "permits.db")) as register:
        for ask in ({}, {"zip": "60614"}, {"phone": "123"}, {"family": "!?%"}, {"street": "Clark"}):
            assert register.people(ask, 10) == []


def test_requests_keep_to_the_standards_filters(data: Path) -> None:
    with closing(RequestFile(data / "requests.db")) as file:
        old = file.search({"status": "closed"}, date(2026, 1, 1), date(2026, 3, 1), 500, 0)
        assert old
        assert all(each["status"] == "closed" and "2026-01-01" <= each["requested_datetime"][:10] <= "2026-03-01" for each in old)
        both = file.search({"service_request_id": "24-001042,24-000877"}, None, None, 10, 0)
        assert [each["service_request_id"] for each in both] == ["24-001042", "24-000877"]
        assert file.search({"last_name": "Gonzalez", "status": "closed"}, None, None, 10, 0)[0]["status"] == "closed"
        assert file.search({"last_name": "%"}, None, None, 10, 0) == []


def test_a_street_without_what_people_leave_out() -> None:
    assert {street_key(each) for each in ("N Clark St", "n. clark street", "Clark", "North Clark St.")} == {"clark"}
    assert street_key("") == ""


@pytest.mark.parametrize("department", ["permits", "requests"])
def test_searches_use_indexes(data: Path, department: str) -> None:
    """At a million people a table read from end to end is what makes a search slow."""
    found = match({"family": "Gonzalez", "given": "Maria", "phone": "3125550142", "email": "a@b.example", "house": "1", "street": "Elm"})
    table = "request" if department == "requests" else "person"
    with opened(data, department) as connection:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE {found.where}", found.values)]
    assert not [step for step in plan if step.startswith("SCAN")], plan


@pytest.mark.parametrize("department", ["revenue", "parking"])
def test_the_manifests_selects_use_indexes(data: Path, department: str) -> None:
    manifest = tomllib.loads(resource("demo", "site", "departments", f"{department}.toml").read_text(encoding="utf-8"))
    questions = [*manifest["find"], *manifest["records"], *manifest["lookup"]]
    assert len(questions) > 8
    with opened(data, department) as connection:
        for question in questions:
            values = dict.fromkeys(question["params"], "1")
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {question['sql']}", values)]
            assert not [step for step in plan if re.match(r"SCAN (?!\(subquery|CONSTANT)", step)], (question["sql"], plan)


def test_benefits_keeps_a_number_that_only_few_may_see(data: Path) -> None:
    with opened(data, "benefits") as connection:
        numbers = [json.loads(doc)["national_id"] for (doc,) in connection.execute("SELECT doc FROM person")]
    assert all(re.fullmatch(r"9\d\d-\d\d-\d{4}", number) for number in numbers)
    manifest = tomllib.loads(resource("demo", "site", "departments", "benefits.toml").read_text(encoding="utf-8"))
    assert manifest["roles"] == ["caseworker"]
    assert {each["sensitivity"] for each in manifest["person"]["identifiers"]} == {"sensitive"}
