"""A manifest proposed: which value is which fact, which question is which, and that the text is a manifest."""

from __future__ import annotations

import sqlite3
import time
import tomllib
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract import CallContext, DepartmentError
from adapters.description import Description, Given, Leaf, Operation
from adapters.manifest import Auth, load_manifest
from adapters.openapi import read_openapi
from adapters.registry import describe
from adapters.transport import Transport
from app.services.setup.choosing import choose
from app.services.setup.manifest_text import manifest_text
from app.services.setup.maps import facts_of
from app.services.setup.proposal import propose
from app.services.setup.words import PERSON, date_form, label_of, sensitivity_of, state_of
from resources import resource

PERMITS = read_openapi(resource("demo", "permits_openapi.json").read_bytes())
LEGACY = """
CREATE TABLE TXPYR_MST (TP_ID INTEGER PRIMARY KEY, TP_NM TEXT, DOB TEXT, TP_PH TEXT, SIT_NO TEXT, SIT_STR TEXT, SIT_ZIP TEXT, SSN TEXT);
CREATE TABLE TXBIL (BIL_NO TEXT PRIMARY KEY, TP_ID INTEGER REFERENCES TXPYR_MST, AMT_CTS INTEGER, ISS_DT TEXT, DUE_DT TEXT, STAT TEXT);
CREATE TABLE PARAM (K TEXT, V TEXT);
INSERT INTO TXPYR_MST VALUES (1, 'GONZALEZ, MARIA', '19840309', '312-555-0142', '2210', 'N CLARK ST', '60614', '123-45-6789');
INSERT INTO TXBIL VALUES ('B1', 1, 21450, '20260928', '20261112', 'O');
"""


def proposed(description: Description, kind: str, address: str) -> dict[str, object]:
    return propose(description, kind, "Office", address, "#336699", ("agent",)).manifest


def test_the_questions_of_a_json_interface() -> None:
    asked = choose(PERMITS)
    assert asked.people is not None
    assert asked.people.path == "/api/v1/people"
    assert [each.path for each in asked.records] == ["/api/v1/people/{id}/permits"]
    assert [each.path for each, _ in asked.lookups] == ["/api/v1/permits/{number}"]
    assert asked.check is not None
    assert asked.check.path == "/api/v1/health"


def test_the_manifest_of_a_json_interface_is_one(tmp_path: Path) -> None:
    file = tmp_path / "licences.toml"
    file.write_text(manifest_text(proposed(PERMITS, "rest", "https://permits.example") | {"credential": "x"}, "Licences"), encoding="utf-8")
    manifest = load_manifest(file, tmp_path)
    assert {need for find in manifest.find for need in find.needs} >= {"family", "phone", "email", "birth_date", "address", "reference"}
    assert manifest.records[0].path == "/api/v1/people/{subject}/permits"
    assert manifest.record["permit"].amount is not None
    assert manifest.codes["permit_status"]["under_review"].state == "waiting"


def test_the_manifest_of_a_legacy_database_is_one_and_finds_people(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "tax.db")) as database:
        database.executescript(LEGACY)
    address = f"sqlite:///{tmp_path.as_posix()}/tax.db"
    transport = Transport()
    described = describe("sql", Given(address), transport, CallContext(time.monotonic() + 5))
    transport.close()
    tables = proposed(described, "sql", address)
    assert tables["person"] == {
        "id": "TP_ID",
        "full_name": {"from": "TP_NM", "name_order": "family-first", "case": "title"},
        "birth_date": {"from": "DOB", "date": "%Y%m%d"},
        "phones": ["TP_PH"],
        "address": {"thoroughfare": "SIT_STR", "locator": "SIT_NO", "post_code": "SIT_ZIP"},
        "identifiers": [{"scheme": "ssn", "value": "SSN", "sensitivity": "national_id"}],
    }
    (tmp_path / "tax.toml").write_text(manifest_text(tables, "Tax"), encoding="utf-8")
    manifest = load_manifest(tmp_path / "tax.toml", tmp_path)
    assert manifest.record["txbil"].amount is not None
    assert manifest.record["txbil"].amount.cents
    assert manifest.capabilities == ("find", "records", "lookup", "check")


def test_what_is_not_found_is_told() -> None:
    nothing = Description("Empty", (Operation("x", "/x", (Leaf("colour"),)),))
    found = propose(nothing, "rest", "Office", "https://x.example", "#336699", ("agent",))
    assert found.manifest["capabilities"] == ["check"]
    assert len(found.gaps) == 2


def test_samples_speak_against_a_name() -> None:
    assert facts_of([Leaf("phone", samples=("see file",))], PERSON) == {}
    assert facts_of([Leaf("phone", samples=("312-555-0142",))], PERSON)["phones"].path == "phone"


@pytest.mark.parametrize(
    ("samples", "form"),
    [
        (("1984-03-09",), ""),
        (("19840309",), "%Y%m%d"),
        (("03/09/1984",), "%m/%d/%Y"),
        (("31/12/1984",), "%d/%m/%Y"),
        (("9.3.1984",), "%d.%m.%Y"),
        ((), ""),
    ],
)
def test_how_dates_are_written(samples: tuple[str, ...], form: str) -> None:
    assert date_form(samples) == form


def test_words() -> None:
    assert (state_of("UNDER_REVIEW"), state_of("Xyz")) == ("waiting", "")
    assert (sensitivity_of(Leaf("person.inpBsn")), sensitivity_of(Leaf("public_note"))) == ("national_id", "open")
    assert label_of("requester.caseNumber") == "Case number"


@pytest.mark.parametrize("kind", ["ldap", "nonsense"])
def test_a_kind_that_says_nothing_of_itself_is_told_so(kind: str) -> None:
    transport = Transport()
    with pytest.raises(DepartmentError, match="README"):
        describe(kind, Given("x", "", Auth()), transport, CallContext(time.monotonic() + 1))
    transport.close()


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.one_of(st.text(), st.booleans(), st.integers(-(2**62), 2**62)), max_size=5))
def test_every_text_comes_back_from_the_file_as_it_was(table: dict[str, object]) -> None:
    whole = {key: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value for key, value in table.items()}
    whole = {
        key.encode("utf-8", "replace").decode(): value for key, value in whole.items() if key not in ("person", "record", "codes", "check")
    }
    assert tomllib.loads(manifest_text({"a_b": 1.5, **whole, "find": [{"params": whole}]}, "Heading\nof two lines")) == {
        "a_b": 1.5,
        **whole,
        "find": [{"params": whole}],
    }
