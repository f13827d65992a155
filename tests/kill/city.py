"""The departments of the killed desk: two in a real database, four behind a real server that loses replies and fails after it has acted.

Each person's address is changed once, so that whatever had more than one effect was doubled. What a department did is counted where it
was done: by a trigger in the database, and in the server where it sets the value.
"""

from __future__ import annotations

import json
import random
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from tests.fakes.http_server import Asked, Reply

OLD, NEW = "12 Oak St", "7 Elm Ave"
NAMES = ("keeps", "ledger", "lists", "mute", "plain", "streets")

_HEAD = """
title = "{title}"
colour = "#336699"
capabilities = ["apply"]
roles = ["agent"]
deadline = 2.0
concurrent = 4
"""

_SQL = """
kind = "sql"
address = "sqlite:///{folder}/city.db"

[[apply]]
change = "address"
{more}

[apply.current]
sql = "SELECT * FROM {name} WHERE NO = :subject"
params = {{ subject = "{{subject}}" }}
values = {{ address = "ADDRESS" }}
version = "ROW_VER"

{log}
[[apply.send]]
sql = "UPDATE {name} SET ADDRESS = :address, ROW_VER = ROW_VER + 1 WHERE NO = :subject AND ROW_VER = :version"
params = {{ subject = "{{subject}}", version = "{{version}}", address = "{{address}}" }}
"""

_LOG = """
[[apply.send]]
sql = "INSERT INTO taken (CHG_KEY, NO) VALUES (:key, :subject) RETURNING CHG_NO"
params = { key = "{key}", subject = "{subject}" }
receipt = "CHG_NO"

[apply.settled]
sql = "SELECT CHG_NO FROM taken WHERE CHG_KEY = :key"
params = { key = "{key}" }
receipt = "CHG_NO"
"""

_REST = """
kind = "rest"
address = "{url}/{name}"

[[apply]]
change = "address"
{more}

[apply.send]
method = "PUT"
path = "/people/{{subject}}"
body = {{ address = "{{address}}"{version} }}
headers = {{ {headers} }}
{receipt}
"""

_OPEN311 = """
kind = "open311"
address = "{url}/{name}"

[[apply]]
change = "address"
fields = [
  {{ name = "service_code", label = "What", type = "choice" }},
  {{ name = "address_string", label = "Where" }},
  {{ name = "description", label = "What exactly" }},
]
"""

_NOW = """
[apply.current]
path = "/people/{subject}"
values = { address = "address" }
"""

_TOLD = """
[apply.settled]
path = "/taken"
query = { key = "{key}" }
items = "items"
receipt = "number"
"""


def manifests(folder: Path, url: str) -> dict[str, str]:
    """``keeps`` keeps keys, ``ledger`` logs them with the row, ``lists`` only lists them, ``plain`` is read back, ``mute`` is mute;
    ``streets`` takes reports as Open311 has them, without keys, and tells the numbers of some later."""
    keyed = '"If-Match" = "{version}", "Idempotency-Key" = "{key}"'
    parts = {
        "keeps": _REST.format(url=url, name="keeps", more="repeatable = true", version="", headers=keyed, receipt='receipt = "number"')
        + _NOW,
        "lists": _REST.format(
            url=url, name="lists", more="", version=', revision = "{version|number}"', headers='"X-Key" = "{key}"', receipt=""
        )
        + _NOW
        + 'version = "revision"\n'
        + _TOLD,
        "mute": _REST.format(url=url, name="mute", more="", version="", headers="", receipt=""),
        "streets": _OPEN311.format(url=url, name="streets"),
        "ledger": _SQL.format(folder=folder.as_posix(), name="ledger", more="repeatable = true", log=_LOG),
        "plain": _SQL.format(folder=folder.as_posix(), name="plain", more="", log=""),
    }
    return {name: _HEAD.format(title=name.title()) + text for name, text in parts.items()}


def form(person: int) -> dict[str, str]:
    """What is filled in for a person: one form for all departments."""
    return {"address": NEW, "service_code": "MOVE", "address_string": NEW, "description": f"{person} moves"}


def make_database(file: Path, people: range) -> None:
    """Both tables with these people, and a trigger that counts what is done to each."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE taken (CHG_NO integer PRIMARY KEY, CHG_KEY text UNIQUE, NO text)")
        connection.execute("CREATE TABLE effects (DEPARTMENT text, NO text, ADDRESS text)")
        for name in ("ledger", "plain"):
            connection.execute(f"CREATE TABLE {name} (NO text PRIMARY KEY, ADDRESS text, ROW_VER integer)")
            connection.executemany(f"INSERT INTO {name} VALUES (?, ?, 1)", [(str(number), OLD) for number in people])
            connection.execute(
                f"CREATE TRIGGER count_{name} AFTER UPDATE ON {name} BEGIN INSERT INTO effects VALUES ('{name}', NEW.NO, NEW.ADDRESS); END"
            )


class Server:
    """``/DEPARTMENT/people/NO``, and reports; of five writes, one is lost after it was done, and one fails after or before it."""

    def __init__(self) -> None:
        self._addresses: dict[tuple[str, str], str] = {}
        self._revisions: dict[tuple[str, str], int] = {}
        self._taken: dict[str, str] = {}
        self._effects: dict[str, dict[str, list[str]]] = {}
        self._writes: dict[tuple[str, str], int] = {}
        self._lock = threading.Lock()

    def __call__(self, asked: Asked) -> Reply:
        with self._lock:
            match asked.method, asked.path.strip("/").split("/"):
                case "GET", ["effects", person]:
                    return Reply({name: of.get(person, []) for name, of in self._effects.items()})
                case "GET", ["lists", "taken"]:
                    found = self._taken.get(asked.query["key"])
                    return Reply({"items": [{"number": found}] if found else []})
                case "GET", [name, "people", person]:
                    revision = self._revisions.get((name, person), 1)
                    body = {"address": self._addresses.get((name, person), OLD), "revision": revision}
                    return Reply(body, headers={"etag": f'"{revision}"'})
                case "PUT", [name, "people", person]:
                    return self._write(name, person, asked, json.loads(asked.body))
                case "POST", ["streets", "requests.json"]:
                    said = dict(parse_qsl(asked.body.decode()))
                    return self._write("streets", said["description"].split()[0], asked, {"address": said["address_string"]})
                case "GET", ["streets", "requests.json"]:
                    return Reply([self._report(person) for person in self._effects.get("streets", {})])
                case "GET", ["streets", "tokens", person]:
                    number = person.removesuffix(".json")
                    return Reply([{"service_request_id": self._report(number)["service_request_id"], "token": number}])
        return Reply({"error": "not found"}, 404)

    def _write(self, name: str, person: str, asked: Asked, body: dict[str, Any]) -> Reply:
        at = (name, person)
        number = self._writes[at] = self._writes.get(at, 0) + 1
        fate = random.Random(f"{name}/{person}/{number}").random()
        if fate < 0.1:
            raise ConnectionResetError("lost before")
        if fate < 0.15:
            return Reply({"error": "broken"}, 500)
        reply = self._take(name, person, asked, body)
        if fate < 0.35:
            raise ConnectionResetError("lost after")
        return Reply({"error": "broken"}, 500) if fate < 0.5 else reply

    def _take(self, name: str, person: str, asked: Asked, body: dict[str, Any]) -> Reply:
        at, revision = (name, person), self._revisions.get((name, person), 1)
        key = asked.headers.get("idempotency-key") or asked.headers.get("x-key", "")
        if name == "keeps" and key in self._taken:
            return Reply({"number": self._taken[key]})
        if asked.headers.get("if-match", f'"{revision}"') != f'"{revision}"' or body.get("revision", revision) != revision:
            return Reply({"error": "changed meanwhile"}, 412)
        self._addresses[at], self._revisions[at] = body["address"], revision + 1
        self._effects.setdefault(name, {}).setdefault(person, []).append(body["address"])
        if name == "streets":  # every other person's number is told later
            return Reply([{"token": person}] if int(person) % 2 else [{"service_request_id": f"S{person}"}])
        if key:
            self._taken[key] = f"N{len(self._taken) + 1}"
        return Reply({"number": self._taken.get(key, "")})

    @staticmethod
    def _report(person: str) -> dict[str, str]:
        at = datetime.now(UTC).isoformat()
        return {"service_request_id": f"S{person}", "service_code": "MOVE", "description": f"{person} moves", "requested_datetime": at}
