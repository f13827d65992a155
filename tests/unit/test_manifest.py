"""A manifest that is wrong: every problem at once, each with its line and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.contract import BadAnswer, Department
from adapters.manifest import Manifest, ManifestError, load_manifest
from adapters.registry import make_department
from adapters.sources import json_getter
from adapters.transport import Transport
from app.config import SiteError, load_site
from app.services.departments import make_ports

RIGHT = """\
kind = "rest"
title = "Permits"
colour = "#b45309"
address = "https://permits.example/api"
capabilities = ["find", "records"]
roles = ["agent"]
deadline = 3

[find]
needs = ["family"]
path = "/holders"
query = { family = "{family|ascii}" }

[[records]]
path = "/holders/{subject}/permits"
paging = { by = "link" }

[person]
id = "id"
full_name = { join = ["first", "last"] }
address = { full = "home" }

[record.permit]
id = "number"
title = "type"
status = { from = "state", codes = "state" }
fields = [{ label = "Zone", value = "zone" }]

[codes.state]
A = { label = "Active", state = "active" }
"""


def problems(folder: Path, text: str) -> list[tuple[int, str]]:
    path = folder / "permits.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ManifestError) as caught:
        load_manifest(path, folder)
    return [(problem.line, problem.text) for problem in caught.value.problems]


def test_short_forms_and_defaults(tmp_path: Path) -> None:
    path = tmp_path / "permits.toml"
    path.write_text(RIGHT.replace("https://permits.example/api", "sqlite:///{site}/a.db"), encoding="utf-8")
    manifest = load_manifest(path, tmp_path)
    assert (manifest.id, manifest.path, manifest.address) == ("permits", str(path), f"sqlite:///{tmp_path}/a.db")
    assert (manifest.deadline, manifest.concurrent, manifest.limits.people) == (3.0, 4, 50)
    assert [find.needs for find in manifest.find] == [("family",)]
    assert manifest.person is not None
    assert manifest.person.id.from_ == "id"
    assert [each.full.from_ for each in manifest.person.address if each.full] == ["home"]
    assert manifest.record["permit"].fields[0].sensitivity == "open"


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('title = "Permits"\n', "", 1, "title is missing: write title = ..."),
        ('title = "Permits"', f'title = "{"x" * 41}"', 2, "of at least 1 letter and of at most 40 letters"),
        ('"#b45309"', '"orange"', 3, "colour is 'orange': write a colour as \"#rrggbb\""),
        ('"#b45309"', '"#b45309\\n"', 3, 'write a colour as "#rrggbb"'),
        ("deadline = 3", "dead_line = 3", 7, "dead_line is not a key of a manifest: take it out, or check its spelling"),
        ("deadline = 3", "deadline = 0", 7, "deadline is 0: write a number above 0 and of at most 120"),
        ("deadline = 3", "deadline = nan", 7, "deadline is nan: write a number above 0"),
        ("deadline = 3", 'deadline = "3"', 7, "deadline is '3': write a number"),
        ("deadline = 3", "concurrent = true", 7, "concurrent is True: write a whole number of at least 1 and of at most 32"),
        ("deadline = 3", "auth = 5", 7, "auth is 5: write a table { ... }"),
        ("deadline = 3", 'auth = { type = "digest" }', 7, "write one of 'none', 'bearer', 'api_key', 'basic', 'oauth2'"),
        ("deadline = 3", 'auth = { type = "bearer" }', 7, 'auth.type: "bearer" needs credential'),
        ("deadline = 3", 'auth = { type = "oauth2" }', 7, "auth: oauth2 needs token_url and client_id"),
        ("deadline = 3", 'references = ["A", "P["]', 7, "references.1: 'P[' is not a regular expression"),
        ("deadline = 3", 'currency = "dollar"', 7, 'write three capitals, such as "USD"'),
        ('capabilities = ["find", "records"]', 'capabilities = ["find", "write"]', 5, "capabilities.1 is 'write': write one of 'find'"),
        ('capabilities = ["find", "records"]', "capabilities = []", 5, "capabilities is []: write a list [ ... ] of at least 1"),
        ('"records"]', '"records", "lookup"]', 5, 'capabilities: "lookup" is named, so a [[lookup]] is needed'),
        ('needs = ["family"]', 'needs = "family"', 10, "find.0.needs is 'family': write a list"),
        ('needs = ["family"]', 'needs = ["surname"]', 10, "find.0.needs.0 is 'surname': write one of 'name', 'given'"),
        ("{family|ascii}", "{surname}", 9, "find.0: {surname} is no value: write one of"),
        ('by = "link"', 'by = "page"', 16, 'records.0.paging: paging by page needs parameter = "..."'),
        ('by = "link"', 'by = "link", size = 0', 16, "records.0.paging.size is 0: write a whole number of at least 1"),
        ('id = "id"\n', "", 18, "person.id is missing"),
        ('id = "id"\n', "id = 5\n", 19, "person.id is 5: write a text or a table { ... }"),
        ('id = "id"\n', 'id = { from = "a", value = "b" }\n', 19, "person.id: give exactly one of from, join, first or value"),
        ('id = "id"\n', 'id = { from = "a", match = "(" }\n', 19, "person.id.match: '(' is not a regular expression"),
        ('codes = "state"', 'codes = "states"', 26, 'codes: "states" names no [codes.states]; there are: state'),
        ('value = "zone"', 'value = "zone", sensitivity = "high"', 27, "write one of 'open', 'sensitive'"),
        ('state = "active"', 'state = "running"', 30, "codes.state.A.state is 'running': write one of 'open'"),
        ("[[records]]", '[[records]]\nmap = "licence"', 15, 'records.0.map: "licence" names no [record.licence]; there are: permit'),
        ("[codes.state]", '[record.b]\nid = "x"\ntitle = "x"\n[codes.state]', 14, "write map = one of permit, b"),
        ('kind = "rest"', "kind = rest", 1, "not TOML"),
        ('"number"', '{ from = "number", date = "YYYY-MM-DD" }', 24, "'YYYY-MM-DD' is no form of a date: write iso, or strptime codes"),
        ('"number"', '{ from = "number", date = "iso|%d.%Q." }', 24, "'%d.%Q.' is no form of a date"),
        ("[person]", "[[person]]", 18, "write a table"),
        ("deadline = 3", 'time_zone = "Mars/Base"', 7, "'Mars/Base' is no time zone: write an IANA name"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    assert old in RIGHT
    found = problems(tmp_path, RIGHT.replace(old, new, 1))
    assert [each for each, _ in found] == [line]
    assert words in found[0][1]


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = RIGHT.replace('"#b45309"', '"orange"').replace("deadline = 3", "deadline = -1\ncolor = 3").replace('id = "number"\n', "")
    assert [line for line, _ in problems(tmp_path, text)] == [3, 7, 8, 24]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('region = "usa"', ":2: region is 'usa': write two capitals, such as \"US\""),
        ('post_code = "("', ":2: post_code: '(' is not a regular expression"),
        ('time_zone = "Mars/Base"', ":2: time_zone: 'Mars/Base' is no time zone: write an IANA name"),
        ('staff = { rpham = "king" }', ":2: staff.rpham: 'king' is no role: write one of agent, caseworker"),
        ("purpose = []", ":2: purpose is []: write a list"),
        ('[[purpose]]\nname = "Tax"\nroles = ["king"]', "purpose.0.roles.0: 'king' is no role: write one of agent"),
        ('[[purpose]]\nname = "Tax"\nfields = ["secret"]', "write one of 'open', 'sensitive', 'national_id'"),
        ('[break_glass]\nroles = ["king"]', "break_glass.roles.0: 'king' is no role"),
        ("[break_glass]\nminutes = 45", ":3: break_glass.minutes is 45: write a whole number of at least 1 and of at most 30"),
        ("[verification]\nfailures = 3", ":3: verification.failures is 3: write a whole number of at least 1 and of at most 2"),
        ("[verification]\nverified = 9", "verification: the points of identified, verified and strong must not fall"),
        ('[[verification.question]]\nname = "x"\nask = "?"\nof = "record"', "needs record = its kind and value"),
        ('[[verification.question]]\nname = "x"\nask = "?"\nof = "identifier"', "needs scheme"),
        ('[verification]\nfacts = { phone = "sometimes" }', "facts.phone is 'sometimes': write one of 'anonymous', 'identified'"),
        ("colour = 1", ":2: colour is not a key of a site.toml"),
        (
            '[demo]\ncredentials = "http://example.com"\ncontrol = "http://127.0.0.1:1"',
            ":2: demo: a demo city answers on this machine only",
        ),
    ],
)
def test_what_is_wrong_with_a_site(tmp_path: Path, more: str, words: str) -> None:
    (tmp_path / "site.toml").write_text(f'name = "Springvale"\n{more}\n', encoding="utf-8")
    with pytest.raises(SiteError) as caught:
        load_site(tmp_path)
    assert words in str(caught.value)


def test_a_folder_that_is_no_site_is_told(tmp_path: Path) -> None:
    for folder in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(SiteError, match="There is no site in"):
            load_site(folder)
    (tmp_path / "site.toml").write_text('name = "Springvale"\n', encoding="utf-8")
    with pytest.raises(SiteError, match="has no departments"):
        load_site(tmp_path)
    with pytest.raises(SiteError, match="There is no site in"):
        load_site(tmp_path / "site.toml")


def test_a_site_that_can_not_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "site.toml").mkdir()
    with pytest.raises(SiteError, match=r"site\.toml can't be read"):
        load_site(tmp_path)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (
            '[[purpose]]\nname = "Tax"\ndepartments = ["permits", "tax"]',
            ":4: purpose.0.departments: 'tax' is no department: write one of contacts, permits",
        ),
        (
            '[[verification.question]]\nname = "x"\nask = "?"\nof = "phone"\ndepartments = ["tax"]',
            ":6: verification.question.0.departments: 'tax' is no department",
        ),
    ],
)
def test_departments_that_a_site_names_must_be_there(tmp_path: Path, more: str, words: str) -> None:
    (tmp_path / "departments").mkdir()
    (tmp_path / "departments" / "permits.toml").write_text(RIGHT, encoding="utf-8")
    (tmp_path / "site.toml").write_text(f'name = "Springvale"\n{more}\n', encoding="utf-8")
    with pytest.raises(SiteError) as caught:
        load_site(tmp_path)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('"number"', '"number["', 24, 'record.permit.id: "number[" is no JMESPath'),
        ('["first", "last"]', '["first", "nobody_knows(last)"]', 20, 'person.full_name: "nobody_knows(last)" is no JMESPath'),
        ('path = "/holders"', 'path = "/holders"\nitems = "data."', 12, 'items: "data." is no JMESPath'),
        ('{ by = "link" }', '{ by = "cursor", parameter = "after", next = "@@" }', 16, 'paging.next: "@@" is no JMESPath'),
    ],
)
def test_a_place_that_can_not_be_read_is_told_before_anybody_is_asked(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    path = tmp_path / "permits.toml"
    assert old in RIGHT
    path.write_text(RIGHT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ManifestError) as caught:
        make_department(load_manifest(path, tmp_path), Transport())
    assert [(problem.line, words in problem.text) for problem in caught.value.problems] == [(line, True)]


def test_a_mark_in_front_is_no_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "departments").mkdir()
    (tmp_path / "departments" / "permits.toml").write_text(RIGHT, encoding="utf-8-sig")
    (tmp_path / "site.toml").write_text('name = "Springvale"\n', encoding="utf-8-sig")
    site = load_site(tmp_path)
    assert [manifest.title for manifest in site.manifests] == ["Permits"]
    assert site.settings.name == "Springvale"


@pytest.mark.expect_log("department permits can't be made")
def test_a_kind_that_fails_keeps_nobody_from_the_others(tmp_path: Path) -> None:
    manifests = []
    for name in ("permits", "taxes"):
        (tmp_path / f"{name}.toml").write_text(RIGHT, encoding="utf-8")
        manifests.append(load_manifest(tmp_path / f"{name}.toml", tmp_path))

    def make(manifest: Manifest) -> Department:
        if manifest.id == "permits":
            raise ZeroDivisionError
        return make_department(manifest, Transport())

    ports, errors = make_ports(manifests, make)
    assert [port.manifest.id for port in ports] == ["taxes"]
    assert [str(problem) for problem in errors["permits"].problems] == [
        f"{tmp_path}/permits.toml:1: kind rest fails on this manifest (ZeroDivisionError): the log tells where"
    ]


def test_a_path_that_does_not_fit_what_came_quotes_nothing_of_it() -> None:
    with pytest.raises(BadAnswer) as caught:
        json_getter("sum(fees)")({"fees": "SECRETIVE"})
    assert (caught.value.fault_key, caught.value.detail) == ("mapping", "sum(fees) does not fit what came (JMESPathTypeError)")
