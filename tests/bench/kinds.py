"""Each kind on an answer of 500 records (200 kB): its whole time beside the bare library's, and the window's worst stall meanwhile.

The bare library does what an adapter must at least: it asks, parses, and takes from each record what the manifest's map names.
For JSON that is requests, json and jmespath; for SOAP zeep; for SQL SQLAlchemy's objects. Ways take turns; figures are medians.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import jmespath
import requests
from PySide6.QtCore import QCoreApplication
from qasync import QEventLoop

from adapters.contract import CallContext
from adapters.manifest import Manifest, load_manifest, values_in
from adapters.registry import make_department
from adapters.transport import Transport
from app.desk import SWITCH_INTERVAL
from app.services.departments import Departments, Port
from models.outcomes import Answered
from models.people import SubjectRef
from tests.bench.server import BenchServer
from tests.contract import case_arcgis, case_fhir, case_graphql, case_odata, case_soap, case_zgw
from tests.fakes import rest_city
from tests.fakes.departments import FakeAsker, FakeSecrets
from tests.fakes.node_servers import SCRIPTS

COUNT, RUNS, WARM = 500, 25, 4
NOTE = "Billed to the owner of record; a reminder was sent; no objection is known. " * 3
WHOSE = "1"


class Kind(NamedTuple):
    """``manifest`` and ``bare`` are given the server's address; ``bare`` makes what asks by the library alone."""

    manifest: Callable[[str], str]
    bare: Callable[[str, Manifest], Callable[[], Any]]
    answer: bytes = b""


def _json(method: str, path: str, items: str, query: dict[str, str] | None = None) -> Callable[[str, Manifest], Callable[[], Any]]:
    def made(url: str, manifest: Manifest) -> Callable[[], Any]:
        session = requests.Session()
        session.trust_env = False
        [record] = manifest.record.values()
        sources = [
            jmespath.compile(source) for _, value in values_in(record, ()) for source in (value.from_, *value.join, *value.first) if source
        ]
        found = jmespath.compile(items)

        def ask() -> list[list[Any]]:
            response = session.request(method, f"{url}{path}", params=query, data=b"{}" if method == "POST" else None)
            return [[source.search(item) for source in sources] for item in found.search(json.loads(response.content))]

        return ask

    return made


def _each(make: Callable[[int], Any]) -> list[Any]:
    return [make(at) for at in range(COUNT)]


def _rest() -> Kind:
    records = _each(
        lambda at: {"number": f"CT-{at}", "subject": "Tax", "state": "O", "dates": {"opened": "2026-09-01"}, "cents": at, "note": NOTE}
    )
    body = json.dumps({"data": {"items": records}}).encode()
    return Kind(lambda url: rest_city.manifest_toml(f"{url}/rest"), _json("GET", "/rest/people/1/records", "data.items"), body)


def _odata() -> Kind:
    records = _each(
        lambda at: {"@odata.etag": "1", "number": f"CT-{at}", "subject": "Tax", "state": "O", "opened": "2026-09-01", "note": NOTE}
    )
    return Kind(
        lambda url: case_odata.manifest_toml(f"{url}/odata", "filter", credential=False, batch=False),
        _json("GET", "/odata/Cases", "value", {"$filter": "owner_id eq '1'"}),
        json.dumps({"value": records}).encode(),
    )


def _fhir() -> Kind:
    entries = _each(
        lambda at: {
            "resource": {
                "resourceType": "Task",
                "identifier": [{"value": f"CT-{at}"}],
                "status": "requested",
                "description": "Tax",
                "authoredOn": "2026-09-01",
                "input": [{"type": {"text": "fee"}, "valueMoney": {"value": at}}],
                "note": [{"text": NOTE[:150]}],
            }
        }
    )
    body = json.dumps({"resourceType": "Bundle", "entry": entries}).encode()
    bare = _json("GET", "/fhir/Task", "entry[].resource", {"subject": "Patient/1"})
    return Kind(lambda url: case_fhir.manifest_toml(f"{url}/fhir", "Task"), bare, body)


def _graphql() -> Kind:
    nodes = _each(
        lambda at: {"node": {"number": f"CT-{at}", "subject": "Tax", "state": "O", "opened": "2026-09-01", "amount": at, "note": NOTE}}
    )
    data = {"person": {"cases": {"edges": nodes, "pageInfo": {"hasNextPage": False, "endCursor": None}}}}
    return Kind(
        lambda url: case_graphql.manifest_toml(f"{url}/graphql", "connection"),
        _json("POST", "/graphql", "data.person.cases.edges[].node"),
        json.dumps({"data": data}).encode(),
    )


def _zgw() -> Kind:
    expanded = {"status": {"_expand": {"statustype": {"omschrijving": "Open"}}}}
    results = _each(
        lambda at: {
            "identificatie": f"CT-{at}",
            "omschrijving": "Tax",
            "startdatum": "2026-09-01",
            "toelichting": NOTE,
            "_expand": expanded,
        }
    )
    return Kind(
        lambda url: case_zgw.manifest_toml(f"{url}/zgw", expand=True),
        _json("GET", "/zgw/zaken", "results"),
        json.dumps({"count": COUNT, "next": None, "results": results}).encode(),
    )


def _arcgis() -> Kind:
    features = _each(
        lambda at: {"attributes": {"NUMBER": f"CT-{at}", "SUBJECT": "Tax", "STATE": "O", "OPENED": 1756684800000, "FEE": at, "NOTE": NOTE}}
    )
    fields = [{"name": "OPENED", "type": "esriFieldTypeDate"}]
    return Kind(
        lambda url: case_arcgis.manifest_toml(f"{url}/arcgis"),
        _json("GET", "/arcgis/1/query", "features[].attributes", {"where": "OWNER_ID = '1'"}),
        json.dumps({"fields": fields, "features": features}).encode(),
    )


def _soap() -> Kind:
    case = (
        '<t:case number="CT-{}"><t:subject>{}</t:subject><t:owner>1</t:owner><t:state>O</t:state><t:opened>2026-09-01</t:opened></t:case>'
    )
    cases = "".join(case.format(at, NOTE[:150]) for at in range(COUNT))
    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:r="urn:registry" xmlns:t="urn:registry:types"><s:Body>'
        f"<r:ListCasesResponse><r:cases>{cases}</r:cases></r:ListCasesResponse></s:Body></s:Envelope>"
    )
    wsdl = SCRIPTS / "registry.wsdl"

    def manifest(url: str) -> str:
        # One question: the next page of the same answer would be a circle.
        text = case_soap.manifest_toml(f"{url}/soap", "npm", "1.1", "none", wsdl.as_posix())
        return "\n".join(line for line in text.splitlines() if not line.startswith("paging"))

    def bare(url: str, _: Manifest) -> Callable[[], Any]:
        import zeep

        logging.getLogger("zeep").setLevel(logging.ERROR)
        session = requests.Session()
        session.trust_env = False
        client = zeep.Client(wsdl.as_uri(), transport=zeep.Transport(session=session))
        service = client.create_service("{urn:registry}RegistryBinding", f"{url}/soap")
        return lambda: service.ListCases(owner=WHOSE)

    return Kind(manifest, bare, body.encode())


def _sql(folder: Path) -> Kind:
    with sqlite3.connect(folder / "city.db") as database:
        database.execute("CREATE TABLE files (F_NO text, P_NO text, TXT text, ST text, OPN text, AMT int, NOTE text)")
        database.executemany(
            "INSERT INTO files VALUES (?, '1', 'Tax', 'O', '20260901', ?, ?)", [(f"CT-{at}", at, NOTE) for at in range(COUNT)]
        )
    database.close()
    address = f"sqlite:///{folder / 'city.db'}"
    select = "SELECT * FROM files WHERE P_NO = :subject"

    def bare(_: str, __: Manifest) -> Callable[[], Any]:
        from sqlalchemy import Integer, Text, create_engine
        from sqlalchemy import select as select_
        from sqlalchemy.orm import DeclarativeBase, Session, mapped_column

        class Base(DeclarativeBase):
            pass

        class File(Base):
            __tablename__ = "files"
            F_NO = mapped_column(Text, primary_key=True)
            P_NO, TXT, ST = mapped_column(Text), mapped_column(Text), mapped_column(Text)
            OPN, AMT, NOTE = mapped_column(Text), mapped_column(Integer), mapped_column(Text)

        engine = create_engine(address)

        def ask() -> list[Any]:
            with Session(engine) as session:
                return list(session.scalars(select_(File).where(File.P_NO == WHOSE)))

        return ask

    manifest = f"""
kind = "sql"
title = "Files"
colour = "#336699"
address = "{address}"
capabilities = ["records"]
roles = ["agent"]
limits = {{ people = 1, records = 4 }}

[[records]]
sql = "{select}"
params = {{ subject = "{{subject}}" }}

[record.file]
id = "F_NO"
title = "TXT"
status = "ST"
opened = {{ from = "OPN", date = "%Y%m%d" }}
amount = {{ from = "AMT", cents = true }}
fields = [{{ label = "Note", value = "NOTE" }}]
"""
    return Kind(lambda _: manifest, bare)


@contextmanager
def _opened() -> Iterator[tuple[dict[str, Kind], dict[str, Manifest], str, Transport]]:
    """All kinds with their manifests, and the server's address."""
    with tempfile.TemporaryDirectory(prefix="civicdesk-kinds-") as name:
        folder = Path(name)
        kinds = {each.__name__.strip("_"): each() for each in (_rest, _odata, _fhir, _graphql, _zgw, _arcgis, _soap)}
        kinds["sql"] = _sql(folder)
        transport = Transport()
        with BenchServer(more={kind: each.answer for kind, each in kinds.items()}) as server:
            manifests = {}
            for kind, each in kinds.items():
                file = folder / f"{kind}.toml"
                file.write_text(each.manifest(server.url).replace("records = 4 }", f"records = {COUNT} }}"), encoding="utf-8")
                manifests[kind] = load_manifest(file, folder)
            yield kinds, manifests, server.url, transport
        transport.close()


def overhead() -> dict[str, float]:
    """The time of the records' question to each kind / the bare library's: the worst of them, and each by its name."""
    ratios: dict[str, float] = {}
    with _opened() as (kinds, manifests, url, transport):
        for kind, each in kinds.items():
            department, bare = make_department(manifests[kind], transport), each.bare(url, manifests[kind])

            def ours(department: Any = department, kind: str = kind) -> int:
                ctx = CallContext(time.monotonic() + 60, "secret")
                return sum(1 for _ in department.records(SubjectRef(kind, WHOSE), ctx))

            if ours() != COUNT:
                raise RuntimeError(f"{kind} read {ours()} records")
            times: dict[Callable[[], Any], list[float]] = {ours: [], bare: []}
            for _ in range(WARM + RUNS):
                for way, taken in times.items():
                    started = time.perf_counter()
                    way()
                    taken.append(time.perf_counter() - started)
            mine, theirs = (statistics.median(taken[WARM:]) for taken in times.values())
            ratios[kind] = mine / theirs
            department.close()
    return {"value": max(ratios.values()), **ratios}


def stall() -> dict[str, float]:
    """The worst stall of the event loop, ms, while a kind reads its 500 records in its worker: the worst of them, and each by its name."""
    from tests.bench.gui import Heartbeat

    application = QCoreApplication.instance() or QCoreApplication([])
    sys.setswitchinterval(SWITCH_INTERVAL)
    worst: dict[str, float] = {}

    async def work(desk: Departments) -> None:
        heartbeat = Heartbeat()
        for kind in desk.ports:
            found = []
            for run in range(WARM + 9):
                await asyncio.sleep(0.05)
                heartbeat.restart()
                outcome = await desk.records(SubjectRef(kind, WHOSE), FakeAsker(), lambda: False)
                if not isinstance(outcome, Answered) or len(outcome.records) != COUNT:
                    raise RuntimeError(f"{kind}: {outcome}"[:300])
                await asyncio.sleep(0.02)
                if run >= WARM:
                    found.append(heartbeat.worst)
            worst[kind] = statistics.median(found)

    with _opened() as (_, manifests, _, transport):
        desk = Departments([Port(each, make_department(each, transport)) for each in manifests.values()], FakeSecrets({"zaken": "secret"}))
        with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
            runner.run(work(desk))
        desk.close()
    return {"value": max(worst.values()), **worst}
