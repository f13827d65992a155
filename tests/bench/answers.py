"""One answer of 500 rows, some 200 kB, of each kind: what reading it costs beside the library that a programmer would take, and the window.

A row has some twenty fields, of which seven are mapped. The library fetches and parses the same answer from the same server, and
gives it as its own objects; the department also checks it and makes records of it.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from adapters.contract import CallContext, Department
from adapters.manifest import load_manifest
from adapters.registry import make_department
from adapters.transport import Transport
from adapters.turns import TURNS
from models.people import SubjectRef
from tests.bench.gui import Heartbeat
from tests.contract import case_arcgis, case_fhir, case_graphql, case_odata, case_soap
from tests.fakes import rest_city
from tests.fakes.departments import FakeAsker, FakeSecrets
from tests.fakes.node_servers import SCRIPTS

ROWS = 500
RUNS = 40
NOTE = "Billed to the owner of record; a reminder was sent."
UNUSED: dict[str, Any] = {
    # What a department's rows have besides, which nobody maps: as many fields as rows of Open311 and Socrata have on the average.
    "ward": 43,
    "zone": "RM-5",
    "parcel": "14-33-105-017",
    "inspector": "J. Ruiz",
    "latitude": 41.9214,
    "longitude": -87.6389,
    "created_at": "2026-03-09T08:15:00Z",
    "updated_at": "2026-11-01T12:00:00Z",
    "active": True,
    "closed_at": None,
    "batch": 7,
}
JSON, XML = "application/json", "text/xml; charset=utf-8"


class Kind(NamedTuple):
    """``manifest(url)``; the answer; and ``bare(url)``, which gives a call of the library."""

    manifest: Callable[[str], str]
    content: str
    body: bytes
    bare: Callable[[str], Callable[[], object]]


def _row(n: int) -> dict[str, Any]:
    opened, due = f"20{10 + n % 16}-{1 + n % 12:02}-{1 + n % 28:02}", f"2026-{1 + n % 12:02}-{1 + n % 28:02}"
    return {
        "number": f"CT-{n:04}",
        "subject": f"Parcel 14-33-105-{n:04}",
        "state": "O",
        "opened": opened,
        "due": due,
        "note": NOTE,
        **UNUSED,
    }


def _json_kind(manifest: Callable[[str], str], answer: Any) -> Kind:
    body = json.dumps(answer).encode()

    def bare(url: str) -> Callable[[], object]:
        import requests

        session = requests.Session()
        session.trust_env = False
        return lambda: session.get(url, timeout=10).json()

    return Kind(manifest, JSON, body, bare)


def _odata() -> Kind:
    rows = [_row(n) | {"owner_id": "1", "amount": 9.5 + n} for n in range(ROWS)]
    answer = {"@odata.context": "$metadata#Cases", "value": rows}
    return _json_kind(lambda url: case_odata.manifest_toml(url, "filter", credential=False, batch=False), answer)


def _graphql() -> Kind:
    rows = [{"node": _row(n) | {"owner": {"id": "1"}, "amount": 9.5 + n}} for n in range(ROWS)]
    cases = {"edges": rows, "pageInfo": {"hasNextPage": False, "endCursor": None}}
    return _json_kind(lambda url: case_graphql.manifest_toml(url, "connection"), {"data": {"person": {"cases": cases}}})


def _arcgis() -> Kind:
    rows = [
        {
            "attributes": {
                "OBJECTID": n,
                "NUMBER": f"CT-{n:04}",
                "SUBJECT": f"Parcel {n:04}",
                "OWNER_ID": "1",
                "STATE": "O",
                "OPENED": 1756684800000,
                "FEE": 9.5 + n,
                "NOTE": NOTE,
                **{name.upper(): value for name, value in UNUSED.items()},
            }
        }
        for n in range(ROWS)
    ]
    fields = [{"name": "OBJECTID", "type": "esriFieldTypeOID"}, {"name": "OPENED", "type": "esriFieldTypeDate"}]
    return _json_kind(case_arcgis.manifest_toml, {"objectIdFieldName": "OBJECTID", "fields": fields, "features": rows})


def _rest() -> Kind:
    rows = [_row(n) | {"id": f"CT-{n:04}", "title": "Bill", "cents": 950 + n} for n in range(ROWS)]
    return _json_kind(rest_city.manifest_toml, {"data": {"items": rows}})


def _fhir() -> Kind:
    rows = [
        {
            "fullUrl": f"urn:{n}",
            "search": {"mode": "match"},
            "resource": {
                "resourceType": "Task",
                "id": f"{n}",
                "intent": "order",
                "status": "requested",
                "identifier": [{"system": "http://city.example/numbers", "value": f"CT-{n:04}"}],
                "description": f"Parcel {n:04}",
                "for": {"reference": "Patient/1"},
                "authoredOn": f"2026-{1 + n % 12:02}-{1 + n % 28:02}",
                "note": [{"text": NOTE}],
            },
        }
        for n in range(ROWS)
    ]
    kind = _json_kind(lambda url: case_fhir.manifest_toml(url, "Task"), {"resourceType": "Bundle", "type": "searchset", "entry": rows})

    def bare(url: str) -> Callable[[], object]:
        import requests
        from fhir.resources.R4B.bundle import Bundle

        session = requests.Session()
        session.trust_env = False
        return lambda: Bundle.model_validate_json(session.get(url, timeout=10).content)

    return kind._replace(bare=bare, content="application/fhir+json")


def _soap() -> Kind:
    rows = "".join(
        f'<u:case number="{row["number"]}"><u:subject>{row["subject"]} {NOTE}</u:subject><u:owner>1</u:owner><u:state>O</u:state>'
        f"<u:opened>{row['opened']}</u:opened><u:due>{row['due']}</u:due><u:amount>9.50</u:amount></u:case>"
        for row in map(_row, range(ROWS))
    )
    body = (
        '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><t:ListCasesResponse '
        f'xmlns:t="urn:registry" xmlns:u="urn:registry:types"><t:cases>{rows}</t:cases></t:ListCasesResponse></s:Body></s:Envelope>'
    ).encode()

    def manifest(url: str) -> str:
        text = case_soap.manifest_toml(url, "npm", "1.1", "none", "{site}/registry.wsdl")
        return "\n".join(line for line in text.splitlines() if not line.startswith("paging"))

    def bare(url: str) -> Callable[[], object]:
        import zeep

        client = zeep.Client(str(SCRIPTS / "registry.wsdl"))
        client.transport.session.trust_env = False
        service = client.create_service(next(iter(client.wsdl.bindings)), url)
        return lambda: service.ListCases(owner="1", paging={"page": 0, "size": 500})

    return Kind(manifest, XML, body, bare)


KINDS: dict[str, Callable[[], Kind]] = {
    "rest": _rest,
    "odata": _odata,
    "graphql": _graphql,
    "arcgis": _arcgis,
    "fhir": _fhir,
    "soap": _soap,
}


@contextmanager
def _served(bodies: dict[str, tuple[str, bytes]]) -> Iterator[str]:
    """A server in a process of its own: whatever is asked below ``/<kind>`` has this type and body."""
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, bodies), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{mine.recv()}"
    finally:
        process.kill()
        process.join(5)


def _serve(pipe: Connection, bodies: dict[str, tuple[str, bytes]]) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
                await reader.readexactly(int(fields.get(b"content-length", b"0")))
                kind, body = bodies[head.split(b"/", 2)[1].split(b" ")[0].split(b"?")[0].decode()]
                writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def run() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def made(manifest: str, folder: Path, transport: Transport, name: str) -> Department:
    file = folder / f"{name}.toml"
    text = "\n".join("limits = { people = 500, records = 500 }" if line.startswith("limits = ") else line for line in manifest.splitlines())
    file.write_text("deadline = 20.0\n" + text, encoding="utf-8")
    return make_department(load_manifest(file, folder), transport)


def read(department: Department) -> int:
    return len(list(department.records(SubjectRef("x", "1"), CallContext(time.monotonic() + 20))))


@contextmanager
def _departments() -> Iterator[tuple[dict[str, Department], dict[str, Callable[[], object]]]]:
    """A department of each kind, and a call of its library."""
    folder = Path(tempfile.mkdtemp(prefix="civicdesk-bench-"))
    for name in ("registry.wsdl", "registry.xsd"):
        shutil.copy(SCRIPTS / name, folder)
    kinds = {name: make() for name, make in KINDS.items()}
    transport = Transport()
    with _served({name: (kind.content, kind.body) for name, kind in kinds.items()}) as url:
        found = {name: made(kind.manifest(f"{url}/{name}"), folder, transport, name) for name, kind in kinds.items()}
        bare = {name: kind.bare(f"{url}/{name}") for name, kind in kinds.items()}
        found["sql"], bare["sql"] = _sql(folder, transport)
        yield found, bare
    transport.close()
    shutil.rmtree(folder)


def _sql(folder: Path, transport: Transport) -> tuple[Department, Callable[[], object]]:
    from sqlalchemy import create_engine, text

    from tests.fakes.revenue import FIND, LOOKUP, MANIFEST, RECORDS, TABLES

    with sqlite3.connect(folder / "city.db") as database:
        for each in TABLES:
            database.execute(each)
        database.executemany(
            "INSERT INTO bill VALUES (?, 3, ?, ?, ?)",
            [(f"C-{n}", f"Parcel {n:04} {NOTE}", f"2026{1 + n % 12:02}{1 + n % 28:02}", 950 + n) for n in range(ROWS)],
        )
    address = f"sqlite:///{folder / 'city.db'}"
    records = RECORDS.replace(":subject", "COALESCE(3, :subject)")
    manifest = MANIFEST.format(address=address, credential="", find=FIND, records=records, lookup=LOOKUP).replace("deadline = 5.0\n", "")
    engine = create_engine(address)

    def bare() -> object:
        with engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(records), {"subject": "1"}).mappings()]

    return made(manifest, folder, transport, "sql"), bare


def beyond() -> dict[str, float]:
    """The department's time by the library's, in the kind in which that is the most.

    Of each the quickest of many turns: what else the machine does only adds to it.
    """
    with _departments() as (departments, bare):
        found: dict[str, float] = {}
        for name, department in departments.items():
            count = read(department)
            if count != ROWS:
                raise RuntimeError(f"{name}: {count} rows of {ROWS}")
            ours: list[float] = []
            peers: list[float] = []
            for turn in range(2 * RUNS + 4):
                began = time.perf_counter()
                read(department) if turn % 2 else bare[name]()
                (ours if turn % 2 else peers).append(time.perf_counter() - began)
            found[name] = min(ours) / min(peers)
            found[f"{name}_ms"] = 1000 * min(ours)
    return {"value": max(value for name, value in found.items() if not name.endswith("_ms")), **found}


def stall() -> dict[str, float]:
    """The worst stall, ms, of the window's loop while a department reads the answer: of the kinds the worst, each the median."""
    from PySide6.QtWidgets import QApplication
    from qasync import QEventLoop

    from app.desk import SWITCH_INTERVAL
    from app.services.departments import Departments, Port

    application = QApplication.instance() or QApplication([])
    sys.setswitchinterval(SWITCH_INTERVAL)
    with _departments() as (departments, _):
        ports = [Port(department._manifest, department) for department in departments.values()]  # type: ignore[attr-defined]
        desk = Departments(ports, FakeSecrets())

        TURNS.drawing(False)  # as where there is a window, for which workers make room

        async def work() -> dict[str, float]:
            heartbeat, worst = Heartbeat(), {}
            for name in departments:
                runs = []
                for run in range(9):
                    await asyncio.sleep(0.05)
                    heartbeat.restart()
                    await desk.records(SubjectRef(name, "1"), FakeAsker(), lambda: False)
                    await asyncio.sleep(0.02)
                    if run:
                        runs.append(heartbeat.worst)
                worst[name] = statistics.median(runs)
            return worst

        with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
            worst = runner.run(work())
        desk.close()
    return {"value": max(worst.values()), **worst}
