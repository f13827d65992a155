"""The kind ``files`` beyond the contract: newer drops, their age, lines that can't be read, and manifests that are wrong."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from adapters.contract import BadAnswer, CallContext, Department, SignInNeeded, TimedOut, Unavailable
from adapters.drop_tables import _quoted_in
from adapters.drops import Folder, Found, age, newest
from adapters.manifest import ManifestError, load_manifest
from adapters.registry import make_department
from adapters.transport import Transport
from app.services.departments import Departments, Port
from models.outcomes import Answered, Outcome
from models.people import Person, SubjectRef
from models.query import SearchQuery
from models.records import RecordRef
from tests.contract.case import NOW, department_at
from tests.contract.case_files import drop, manifest_toml, sftp_lines
from tests.fakes.departments import FakeAsker, FakeSecrets
from tests.fakes.sftp_server import sshd

MANIFEST = """
kind = "files"
title = "Library"
colour = "#336699"
address = "{site}/drops"
capabilities = ["find", "records", "lookup", "check"]
roles = ["agent"]
references = ['L-\\d+']
files = { stale_hours = 36, look_every = 0, tables = { readers = { file = "readers*.csv" }, loans = { file = "loans*.csv" } } }

[[find]]
needs = ["family"]
sql = "SELECT * FROM readers WHERE fold(name) LIKE :begin"
params = { begin = "{family|ascii|lower}%" }

[[records]]
sql = "SELECT loans.*, readers.name FROM loans JOIN readers ON readers.id = loans.reader WHERE reader = :who"
params = { who = "{subject}" }

[[lookup]]
sql = "SELECT * FROM loans WHERE number = :number"
params = { number = "{reference|upper}" }

[person]
id = "id"
full_name = "name"

[record.loan]
id = "number"
title = "title"
subject = "reader"
"""
READERS = "id,name\n1,González\n2,Nowak\n"
LOANS = "number,reader,title\nL-1,1,Salt and Smoke\nL-2,1,The Night Bus\n"
GONZALEZ = SearchQuery(name="Gonzalez", family="Gonzalez")


class Library:
    """A folder with drops, and the department that reads it."""

    def __init__(self, site: Path) -> None:
        self.folder = site / "drops"
        self.folder.mkdir()
        self.put("readers.csv", READERS)
        self.put("loans.csv", LOANS)
        file = site / "library.toml"
        file.write_text(MANIFEST, encoding="utf-8")
        self.manifest = load_manifest(file, site)
        self.transport = Transport()
        self.department: Department = make_department(self.manifest, self.transport)

    def put(self, name: str, text: str | bytes, hours: float = 1.0) -> None:
        """A file of so many hours ago."""
        path = self.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        at = (NOW - timedelta(hours=hours)).timestamp()
        os.utime(path, (at, at))

    def ctx(self, seconds: float = 10.0) -> CallContext:
        return CallContext(time.monotonic() + seconds, now=NOW)

    def names(self, family: str = "Gonzalez") -> list[str]:
        query = SearchQuery(name=family, family=family)
        return [each.full_name for each in self.department.find(query, self.ctx()) if isinstance(each, Person)]

    def close(self) -> None:
        self.department.close()
        self.transport.close()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = Library(tmp_path)
    yield made
    made.close()


def test_what_is_read_is_as_old_as_its_drop(library: Library) -> None:
    library.put("loans.csv", LOANS, hours=5)
    library.put("readers.csv", READERS, hours=3)
    [person] = library.department.find(GONZALEZ, library.ctx())
    assert person.read_at == NOW - timedelta(hours=3)
    loans = list(library.department.records(SubjectRef("library", "1"), library.ctx()))
    # They come from both files: the older one counts.
    assert [(each.title, each.read_at) for each in loans] == [
        (title, NOW - timedelta(hours=5)) for title in ("Salt and Smoke", "The Night Bus")
    ]
    assert library.department.lookup(RecordRef("library", "L-2"), library.ctx()).read_at == NOW - timedelta(hours=5)
    assert library.department.check(library.ctx()).detail == "readers.csv, 3 h old, 2 rows; loans.csv, 5 h old, 2 rows"


def test_accents_and_case_are_folded(library: Library) -> None:
    assert library.names("GONZALEZ") == ["González"]
    assert library.names("gonzález") == ["González"]


def test_the_newest_drop_counts(library: Library) -> None:
    assert library.names("Novak") == []
    library.put("readers-2.csv", "id,name\n7,Novak\n", hours=0.5)
    library.department.check(library.ctx())
    assert library.names("Novak") == ["Novak"]
    assert library.names("Gonzalez") == []


def test_a_drop_that_is_as_it_was_is_not_read_again(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[str] = []
    fetch = Folder.fetch

    def counted(self: Folder, file: Found, most: int, ctx: CallContext) -> bytes:
        fetched.append(file.name)
        return fetch(self, file, most, ctx)

    monkeypatch.setattr(Folder, "fetch", counted)
    for _ in range(3):
        library.names()
    assert fetched == ["readers.csv", "loans.csv"]


def test_what_was_read_is_shown_while_the_place_is_gone_and_the_check_says_so(library: Library) -> None:
    assert library.names() == ["González"]
    shutil.rmtree(library.folder)
    assert library.names() == ["González"]
    with pytest.raises(Unavailable, match="not there"):
        library.department.check(library.ctx())


def outcome(library: Library, family: str) -> Outcome:
    import asyncio

    departments = Departments([Port(library.manifest, library.department)], FakeSecrets())
    query = SearchQuery(name=family, family=family)

    async def ask() -> Outcome:
        return await departments.find("library", query, FakeAsker(), lambda: False)

    return asyncio.run(ask())


@pytest.mark.parametrize(("family", "count"), [("Gonzalez", 1), ("Zzyzx", 0)])
def test_an_old_drop_is_answered_from_and_says_that_it_is_old(library: Library, family: str, count: int) -> None:
    old = (datetime.now(UTC) - timedelta(hours=40)).timestamp()
    for each in library.folder.iterdir():
        os.utime(each, (old, old))
    found = outcome(library, family)
    assert isinstance(found, Answered)
    assert len(found.people) == count
    assert found.partial is not None
    assert (found.partial.key, found.partial.detail) == ("stale", "the drop is 40 h old")
    with pytest.raises(BadAnswer, match="40 h old, 2 rows") as caught:
        library.department.check(msgspec.structs.replace(library.ctx(), now=datetime.now(UTC)))
    assert caught.value.fault_key == "stale"


def test_lines_that_can_not_be_read_are_counted_and_the_others_shown(library: Library) -> None:
    library.put("readers.csv", "id,name\n1,González\n2,No,wak,x\n3\n\n4,Novak\n")
    found = outcome(library, "Gonzalez")
    assert isinstance(found, Answered)
    assert [each.full_name for each in found.people] == ["González"]
    assert found.partial is not None
    assert found.partial.key == "left_out"
    assert found.partial.detail == "readers.csv: 2 lines can't be read; line 3 has 4 fields where 2 belong"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (b"", "incomplete"),
        (b"id,name\n1,Gonz\xe1lez\n", "charset"),
        (b'id,name\n1,"Gonz', "incomplete"),
        (b"id,ID\n1,2\n", "mapping"),
        (b"id,\n1,2\n", "mapping"),
        (b"no,name\n1,Gonzalez\n", "mapping"),
        (b"id,nom\n1,Gonzalez\n", "mapping"),
        (b"id,name\n" + b"1,x\n" * 3_000_000, "too_large"),
        (b"id,name\n1," + b"x" * 200_000 + b"\n", "incomplete"),
    ],
    ids=["empty", "charset", "quote", "twice", "unnamed", "no key", "no column", "large", "long field"],
)
def test_a_drop_that_is_wrong_says_how(library: Library, text: bytes, key: str) -> None:
    library.put("readers.csv", text)
    with pytest.raises(BadAnswer) as caught:
        library.names()
    assert caught.value.fault_key == key
    assert "Gonz" not in caught.value.detail


def test_a_drop_that_is_not_there_is_told_by_its_form(library: Library) -> None:
    (library.folder / "loans.csv").unlink()
    with pytest.raises(BadAnswer, match=r"no file loans\*\.csv"):
        library.names()


def test_a_question_can_not_write_or_reach_other_files(library: Library, tmp_path: Path) -> None:
    library.names()
    tables = library.department._tables  # type: ignore[attr-defined]
    for sql in (
        "DELETE FROM readers",
        f"ATTACH '{tmp_path / 'x.db'}' AS x",
        "PRAGMA query_only = 0",
        "SELECT load_extension('x')",
        "DROP TABLE loans",
    ):
        with pytest.raises(BadAnswer):
            tables.select(sql, {}, "library.toml:1", library.ctx())
    assert library.names() == ["González"]


def test_a_question_that_takes_for_ever_ends_at_the_deadline(library: Library) -> None:
    library.names()
    tables = library.department._tables  # type: ignore[attr-defined]
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(TimedOut):
        tables.select(endless, {}, "x", library.ctx(0.2))


def test_reading_that_takes_longer_than_a_call_goes_on_beside_it(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()
    fetch = Folder.fetch

    def slow(self: Folder, file: Found, most: int, ctx: CallContext) -> bytes:
        go.wait(20)
        return fetch(self, file, most, ctx)

    monkeypatch.setattr(Folder, "fetch", slow)
    with pytest.raises(TimedOut):
        list(library.department.find(GONZALEZ, library.ctx(0.1)))
    go.set()
    assert library.names() == ["González"]


def test_a_file_that_may_still_be_written_is_left_for_later() -> None:
    files = [Found(1000.0, "people-1.csv", 5), Found(2000.0, "People-2.CSV", 5), Found(3000.0, "other.csv", 5)]
    assert newest(files, "people-*.csv", now=2001.0) == files[0]
    assert newest(files, "people-*.csv", now=2002.0) == files[1]
    assert newest(files[1:], "people-*.csv", now=2001.0) == files[1]
    assert newest(files, "loans-*.csv", now=5000.0) is None


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "0 min"), (119, "119 min"), (120, "2 h"), (2879, "47 h"), (2880, "2 days"), (-5, "0 min")]
)
def test_ages_in_words(minutes: int, words: str) -> None:
    assert age(NOW - timedelta(minutes=minutes), NOW) == words


CHANGES = {
    "address": ('address = "{site}/drops"', 'address = "drops"'),
    "credential": ('title = "Library"', 'title = "Library"\ncredential = "x"'),
    "sql": ("SELECT * FROM loans WHERE number = :number", "DELETE FROM loans WHERE number = :number"),
    "params": ("WHERE number = :number", "WHERE number = :nummer"),
    "tables": (MANIFEST[MANIFEST.index("files = ") : MANIFEST.index("\n\n[[find]]")], ""),
    "sftp": ('address = "{site}/drops"', 'address = "sftp://drops.example/out"'),
    "user": ('address = "{site}/drops"', 'address = "sftp://desk@drops.example/out"'),
    "path": ("[[lookup]]", '[[lookup]]\npath = "/x"'),
    "encoding": ('{ file = "loans*.csv" }', '{ file = "loans*.csv", encoding = "utf-99" }'),
    "width": ('{ file = "loans*.csv" }', '{ file = "loans*.csv", columns = [{ name = "a", width = 3 }] }'),
    "host_key": ("look_every = 0", 'look_every = 0, host_key = "MD5:00"'),
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("address", "no whole path of a folder"),
        ("credential", "takes no credential"),
        ("sql", "begins with DELETE"),
        ("params", "params lacks nummer"),
        ("tables", "a table is needed"),
        ("sftp", "the key of the server is needed"),
        ("user", "the user as auth.user"),
        ("path", "has no path: write sql and params"),
        ("encoding", "is unknown: write utf-8"),
        ("width", "a start and a width for every column"),
        ("host_key", "ssh-keygen -lf"),
    ],
)
def test_a_manifest_that_can_not_be_used_says_why(tmp_path: Path, change: str, words: str) -> None:
    old, new = CHANGES[change]
    assert old in MANIFEST
    file = tmp_path / "library.toml"
    file.write_text(MANIFEST.replace(old, new), encoding="utf-8")
    with pytest.raises(ManifestError) as caught:
        make_department(load_manifest(file, tmp_path), Transport())
    assert words in str(caught.value)


@pytest.mark.parametrize(("wrong", "key"), [("host key", "not_trusted"), ("phrase", "sign_in_needed"), ("user", "sign_in_needed")])
def test_a_server_or_a_key_that_is_another_is_refused(tmp_path: Path, wrong: str, key: str) -> None:
    server = sshd()
    drop(server.folder, "fixed")
    shutil.copy(server.key, tmp_path)
    print_of_it = f"SHA256:{'x' * 43}" if wrong == "host key" else server.host_key
    more = sftp_lines("somebody" if wrong == "user" else server.user, print_of_it)
    with department_at(manifest_toml(server.url, "fixed", more), tmp_path, "no" if wrong == "phrase" else server.phrase) as (
        department,
        ctx,
    ):
        with pytest.raises((SignInNeeded, Unavailable)) as caught:
            department.check(ctx)
        assert caught.value.fault_key == key


def test_a_folder_that_is_not_there_on_the_server_is_told(tmp_path: Path) -> None:
    server = sshd()
    shutil.copy(server.key, tmp_path)
    more = sftp_lines(server.user, server.host_key)
    text = manifest_toml(f"{server.url}/nowhere", "fixed", more)
    with department_at(text, tmp_path, server.phrase) as (department, ctx), pytest.raises(Unavailable, match="is not there"):
        department.check(ctx)


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ('SELECT "FAMILY NAME" AS "x y", "x y" FROM people', {"family name"}),
        ('SELECT \'it\'\'s "no" name\', "A ""b" FROM "People"', {'a "b', "people"}),
        ("SELECT a FROM b", set()),
    ],
)
def test_names_in_quotes_are_known_from_texts(sql: str, names: set[str]) -> None:
    """SQLite takes a name in double quotes that it does not know for a text, and would find nobody."""
    assert _quoted_in(sql) == names
