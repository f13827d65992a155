"""Cases of the kind ``documents``: WebDAV by WsgiDAV, S3 by s3rver, and CMIS 1.1.

WebDAV and S3 know no more of a document than its name tells: its number, its day and whose it is.
"""

from __future__ import annotations

import base64
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from adapters.contract import CallContext, Department
from models.changes import Writing
from models.people import SubjectRef
from tests.contract import suite
from tests.contract.case import Case, Missing, department_at
from tests.fakes.document_servers import S3_KEY, CmisRepository, document, s3, webdav
from tests.fakes.http_server import HttpServer
from tests.fakes.processes import free_port

Speaks = Literal["webdav", "s3", "cmis"]
PASSWORD = "s3cret=+/ ü"

BY_NAME = """
[[records]]
path = "/people/{subject}/"

[[lookup]]
path = "/numbers/{reference|upper}/"

[record.letter]
id = { from = "path", match = '(CT-\\d{4})' }
title = "name"
subject = { from = "path", match = '(?:people/|CT-\\d{4}/)(\\d+)' }
opened = { from = "name", match = '\\d{4}-\\d\\d-\\d\\d' }
"""
BY_QUERY = """
[[records]]
query = { q = "SELECT * FROM cmis:document WHERE city:owner = '{subject}'" }

[[lookup]]
query = { q = "SELECT * FROM cmis:document WHERE city:number = '{reference|upper}'" }

[record.letter]
id = 'properties."city:number"'
title = 'name'
subject = 'properties."city:owner"'
status = { from = 'properties."city:state"', codes = "states" }
opened = 'properties."city:opened_date"'
due = 'properties."city:due_date"'
amount = 'properties."city:amount"'
"""
ATTACH = """
[[apply]]
change = "attach"
title = "Attach a document"
fields = [{ name = "name", label = "Name" }, { name = "document", label = "Document", type = "file" }]
send = [{ path = "/people/{subject}/{name}" }]
"""


def content_of(row: suite.RecordRow) -> bytes:
    """What the document of a row says."""
    return f"{row.id}: {row.title}\n".encode()


def names_of(row: suite.RecordRow) -> tuple[str, str]:
    """Where it lies by person and by number."""
    return f"people/{row.person}/{row.opened} {row.id}.txt", f"numbers/{row.id}/{row.person} {row.opened}.txt"


def manifest_toml(address: str, speaks: Speaks, more: str = "") -> str:
    """The manifest of a store at ``address``."""
    auth = {"webdav": 'type = "basic", user = "desk"', "s3": f'type = "aws4", user = "{S3_KEY}"', "cmis": 'type = "basic", user = "desk"'}[
        speaks
    ]
    codes = "\n".join(f'{code} = {{ label = "{label}", state = "{state}" }}' for code, (label, state) in suite.STATUSES.items())
    return f"""
kind = "documents"
title = "Archive"
colour = "#336699"
address = "{address}"
credential = "archive"
auth = {{ {auth} }}
capabilities = ["records", "lookup", "check", "fetch", "apply"]
roles = ["agent"]
references = ['{suite.RECORD_PATTERN}']
currency = "{suite.CURRENCY}"
limits = {{ people = {suite.PEOPLE_LIMIT}, records = {suite.RECORDS_LIMIT} }}
documents = {{ speaks = "{speaks}" }}
{more}
{BY_QUERY if speaks == "cmis" else BY_NAME}
[codes.states]
{codes}
{ATTACH}"""


@cache
def _webdav_filled() -> str:
    server = webdav()
    for row in suite.RECORDS:
        for name in names_of(row):
            file = server.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content_of(row))
    return server.url


@cache
def s3_filled() -> str:
    """The bucket, filled through the kind itself: s3rver holds each signature against its own."""
    address = s3()
    with tempfile.TemporaryDirectory() as folder, department_at(manifest_toml(address, "s3"), Path(folder), S3_KEY) as (department, _):
        for row in suite.RECORDS:
            for name in names_of(row):
                first, second, last = name.split("/")
                put(department, first, second, last, content_of(row))
    return address


def put(department: Department, folder: str, owner: str, name: str, body: bytes) -> None:
    """One object of the bucket."""
    store = department._store  # type: ignore[attr-defined]
    store.put(f"/{folder}/{owner}/{quote(name)}", name, "text/plain", body, CallContext(time.monotonic() + 10, S3_KEY))


def repository() -> CmisRepository:
    """The suite's data."""
    found = {}
    for row in suite.RECORDS:
        due = datetime(*row.due.timetuple()[:3], 12, tzinfo=UTC) if row.due else None
        properties = {
            "city:folder": f"people/{row.person}",
            "city:owner": row.person,
            "city:number": row.id,
            "city:state": row.status,
            "city:opened_date": int(datetime(*row.opened.timetuple()[:3], 12, tzinfo=UTC).timestamp() * 1000),
            "city:due_date": int(due.timestamp() * 1000) if due else None,
            "city:amount": None if row.amount is None else float(row.amount),
        }
        found[f"id-{row.id}"] = document(f"id-{row.id}", row.title, content_of(row), "text/plain", properties)
    authorization = base64.b64encode(f"desk:{PASSWORD}".encode()).decode()
    return CmisRepository(found, f"Basic {authorization}")


def attached(name: str, body: bytes, subject: str = "2002") -> Writing:
    """A file that staff attach."""
    return Writing("attach", "key-1", {"name": name, "document": "/home/x"}, SubjectRef("office", subject), media=body)


@contextmanager
def store(speaks: Speaks, folder: Path, more: str = "") -> Iterator[tuple[Department, CallContext]]:
    """A running store with the suite's documents."""
    if speaks == "cmis":
        with HttpServer(repository()) as server, department_at(manifest_toml(f"{server.url}/city", speaks, more), folder, PASSWORD) as pair:
            yield pair
        return
    address, secret = (_webdav_filled(), webdav().password) if speaks == "webdav" else (s3_filled(), S3_KEY)
    with department_at(manifest_toml(address, speaks, more), folder, secret) as pair:
        yield pair


def _case(speaks: Speaks) -> Case:
    opened: Callable[[Path], AbstractContextManager[tuple[Department, CallContext]]] = lambda folder: store(speaks, folder)  # noqa: E731

    def down(folder: Path) -> AbstractContextManager[tuple[Department, CallContext]]:
        return department_at(manifest_toml(f"http://127.0.0.1:{free_port()}/x", speaks), folder, "x")

    missing: frozenset[Missing] = frozenset({"title", "status", "due", "amount"} if speaks != "cmis" else set())
    able = frozenset({"records", "lookup", "check", "fetch", "apply"})
    return Case(f"documents-{speaks}", opened, able, missing, needs_credential=True, down=down)


CASES = [_case("webdav"), _case("s3"), _case("cmis")]
