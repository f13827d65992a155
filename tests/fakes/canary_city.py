"""A site whose one person has values found nowhere else, known to departments that answer well, wrongly, or with the question itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from resources.demo.control import Control
from tests.fakes.http_server import Asked, HttpServer, Reply
from tests.fakes.raw_server import RawServer, answer

GIVEN, FAMILY = "Zorblatt", "Quixenby"
NOTE = "Snorkwhistle wants a ramp"
SUBJECT = "SUBJ-QQ-4471"
CANARIES = (
    *(GIVEN, FAMILY, NOTE.split(maxsplit=1)[0], SUBJECT),
    *("1971-02-13", "13.02.1971", "3125550199", "555-0199", "zq@quibblemail.example", "quibblemail"),
    *("Flumharrow", "Gribblenaut", "Xylophantic", "QZ-SENSITIVE-77"),
)
"""What must be found nowhere; searched for without regard to case."""
QUERY = f"{GIVEN} {FAMILY} 1971-02-13"

_PERSON = {
    "id": SUBJECT,
    "first": GIVEN,
    "last": FAMILY,
    "born": "1971-02-13",
    "phone": "(312) 555-0199",
    "mail": "zq@quibblemail.example",
    "home": "17 Flumharrow Lane, 60614",
    "tax_id": "QZ-SENSITIVE-77",
}
_RECORD = {"no": "R-1", "what": "Gribblenaut permit", "owner": SUBJECT, "remark": "Xylophantic", "secret": "QZ-SENSITIVE-77"}

_REST = """
kind = "rest"
title = "{title}"
colour = "#336699"
address = "{url}"
capabilities = ["find", "records", "check"]
deadline = 3.0
concurrent = 2
roles = ["agent"]

[[find]]
needs = ["family"]
path = "/people"
query = {{ family = "{{family}}", given = "{{given}}", born = "{{birth_date}}" }}
items = "people"

[[records]]
path = "/people/{{subject}}/records"
items = "records"

[check]
path = "/people"

[person]
id = "id"
given_name = "first"
family_name = "last"
birth_date = {{ from = "born", date = "iso" }}
phones = ["phone"]
emails = ["mail"]
address = {{ full = "home" }}
identifiers = [{{ scheme = "tax id", value = "tax_id", sensitivity = "sensitive" }}]

[record.permit]
id = "no"
title = "what"
subject = "owner"
fields = [{{ label = "Remark", value = "remark" }}, {{ label = "Secret", value = "secret", sensitivity = "sensitive" }}]
"""
_SQL = """
kind = "sql"
title = "{title}"
colour = "#996633"
address = "sqlite:///{{site}}/ledger.db"
capabilities = ["find", "records", "check"]
deadline = 3.0
concurrent = 2
roles = ["agent"]

[[find]]
needs = ["family"]
sql = "SELECT * FROM person WHERE {column} = :family"
params = {{ family = "{{family}}" }}

[[records]]
sql = "SELECT * FROM record WHERE owner = :subject"
params = {{ subject = "{{subject}}" }}

[check]
sql = "SELECT 1 FROM person"

[person]
id = "id"
given_name = "first"
family_name = "last"
birth_date = {{ from = "born", date = "{date}" }}
phones = ["phone"]
emails = ["mail"]
address = {{ full = "home" }}

[record.bill]
id = "no"
title = "what"
subject = "owner"
"""
_OPEN311 = """
kind = "open311"
title = "Torn XML"
colour = "#339966"
address = "{url}"
capabilities = ["find", "records", "check"]
deadline = 3.0
concurrent = 2
roles = ["agent"]

[open311]
format = "xml"

[[find]]
needs = ["family"]
query = {{ last_name = "{{family}}", born = "{{birth_date}}" }}

[[records]]
query = {{ account_id = "{{subject}}" }}

[person]
id = "account_id"
given_name = "first_name"
family_name = "last_name"
"""


@contextmanager
def canary_site(folder: Path) -> Iterator[Path]:
    """The site's folder, while its departments answer; it has a keyring of its own, as a demo city has."""
    site, departments = folder / "site", folder / "site" / "departments"
    departments.mkdir(parents=True)
    _ledger(site / "ledger.db")
    secrets: dict[str, str] = {}
    with ExitStack() as stack:
        control = Control(lambda: secrets, secrets.__setitem__, lambda department, on: None, lambda department, trouble: None, dict)
        stack.callback(control.close)
        servers = {"Register": _register, "Echo": _echo, "Mapping": _mapping, "Web page": _page}
        for title, reply in servers.items():
            url = stack.enter_context(HttpServer(reply)).url
            _write(departments, title, _REST.format(title=title, url=url))
        header = f"{GIVEN} {FAMILY} is no header\r\n"
        raw = stack.enter_context(RawServer(lambda connection: connection.sendall(answer(b'{"people": []}', more=header))))
        _write(departments, "Headers", _REST.format(title="Headers", url=raw.url))
        torn = f"<service_requests><request><{FAMILY}>{GIVEN}</request></{FAMILY}>".encode()
        raw = stack.enter_context(RawServer(lambda connection: connection.sendall(answer(torn, kind="text/xml"))))
        _write(departments, "Torn", _OPEN311.format(url=raw.url))
        _write(departments, "Ledger", _SQL.format(title="Ledger", column="last", date="iso"))
        _write(departments, "Statement", _SQL.format(title="Statement", column="no_such_column", date="iso"))
        _write(departments, "Dates", _SQL.format(title="Dates", column="last", date="%d.%m.%Y"))
        text = f'name = "Canary"\nreasons = ["Ramp"]\n[demo]\ncredentials = "{control.url}/credentials"\ncontrol = "{control.url}"\n'
        (site / "site.toml").write_text(text, encoding="utf-8")
        yield site


def _write(departments: Path, title: str, text: str) -> None:
    (departments / f"{title.lower().replace(' ', '_')}.toml").write_text(text, encoding="utf-8")


def _register(asked: Asked) -> Reply:
    return Reply({"records": [_RECORD]} if asked.path.endswith("/records") else {"people": [_PERSON]})


def _echo(asked: Asked) -> Reply:
    """An error that quotes the question in its body and a header, as frameworks in debug mode do."""
    quoted = f"no such person: {asked.query} {asked.path}"
    return Reply(quoted.encode(), 500, {"content-type": "text/plain", "x-error": quoted})


def _mapping(asked: Asked) -> Reply:
    return Reply({"people": [{**_PERSON, "born": f"{GIVEN}, born 13.02.1971"}], "records": "Xylophantic"})


def _page(asked: Asked) -> Reply:
    return Reply(f"<html><title>{FAMILY}</title>{asked.query}</html>".encode(), 200, {"content-type": "text/html"})


def _ledger(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE person (id, first, last, born, phone, mail, home)")
        connection.execute("CREATE TABLE record (no, what, owner)")
        values = [_PERSON[name] for name in ("id", "first", "last", "born", "phone", "mail", "home")]
        connection.execute("INSERT INTO person VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        connection.execute("INSERT INTO record VALUES (?, ?, ?)", ("B-1", "Gribblenaut bill", SUBJECT))
