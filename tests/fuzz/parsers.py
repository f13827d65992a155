"""Every parser of what comes from outside, as a function of bytes that raises nothing but what it may."""

from __future__ import annotations

import atexit
import shutil
import socket
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import cache, partial
from pathlib import Path

import msgspec

from adapters.answers import decode_json
from adapters.contract import CallContext, DepartmentError
from adapters.http_wire import Answer
from adapters.manifest import Manifest, ManifestError, load_manifest
from adapters.openapi import read_openapi
from adapters.registry import make_department
from adapters.templates import fill, problems, query_values
from adapters.transport import HttpRequest, HttpResponse, Transport, retry_after
from adapters.xml_answers import decode_xml, tree
from app.config import SiteError, load_site
from app.services.reading import ReadingRules, read_query, relabelled
from models.query import SearchQuery
from tests.faults import (
    arcgis_cases,
    open311_cases,
    test_departments_answers,
    test_fhir_answers,
    test_graphql_answers,
    test_odata_answers,
    test_soap_answers,
)

Parser = Callable[[bytes], object]
SEEDS = Path(__file__).with_name("seeds")
NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
QUERY = SearchQuery(name="maria gonzalez", given="maria", family="gonzalez", reference="CT-0001")
RULES = ReadingRules(references=(("permits", r"PM-\d\d-\d{6}"),))
SECONDS = 20.0
"""A guard against hanging: no input of some kilobytes takes a thousandth of it."""


def _response(data: bytes, kind: str) -> HttpResponse:
    """An answer of the content type; of another, where the input begins with one between two NULs."""
    if data.startswith(b"\0") and (end := data.find(b"\0", 1)) > 0:
        kind, data = data[1:end].decode("latin-1"), data[end + 1 :]
    return HttpResponse(200, {"content-type": kind}, data, "http://127.0.0.1/")


def _json(data: bytes) -> None:
    with suppress(DepartmentError):
        value = decode_json(_response(data, "application/json"))
        msgspec.json.encode(value)  # no half surrogate pair, no number that can't be written


def _xml(data: bytes) -> None:
    with suppress(DepartmentError):
        tree(decode_xml(_response(data, "text/xml")))


def _wire(data: bytes) -> None:
    """An answer on a socket, which ends after it."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.setblocking(False)
        with suppress(BlockingIOError):
            theirs.send(data)
        theirs.shutdown(socket.SHUT_WR)
        with suppress(DepartmentError):
            answer = Answer(ours, time.monotonic() + SECONDS)
            assert len(answer.read(10_000)) <= 10_000
            assert 200 <= answer.status <= 999


class _Says(Transport):
    """Gives the same answer to every question."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = _response(b"", "")

    def send(self, request: HttpRequest, ctx: CallContext, *, max_bytes: int, accept: frozenset[int] = frozenset()) -> HttpResponse:
        return self.answer


@cache
def _asked(make: Callable[[str, Path], Manifest]) -> Callable[[HttpResponse], None]:
    transport = _Says()
    department = make_department(make("http://127.0.0.1:9/api", _new_folder()), transport)

    def ask(response: HttpResponse) -> None:
        transport.answer = response
        with suppress(DepartmentError):
            for each in department.find(QUERY, CallContext(time.monotonic() + SECONDS, credential="x", now=NOW)):
                msgspec.json.encode(each)

    return ask


def _answer(make: Callable[[str, Path], Manifest], kind: str, data: bytes) -> None:
    _asked(make)(_response(data, kind))


def _new_folder() -> Path:
    """One that goes with the process."""
    folder = Path(tempfile.mkdtemp(prefix="civicdesk-fuzz-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


_folder = cache(_new_folder)


def _manifest(data: bytes) -> None:
    file = _folder() / "fuzzed.toml"
    file.write_bytes(data)
    with suppress(ManifestError):
        make_department(load_manifest(file, _folder()), Transport())


def _site(data: bytes) -> None:
    (_folder() / "site.toml").write_bytes(data)
    with suppress(SiteError):
        load_site(_folder())


def _template(data: bytes) -> None:
    template = data.decode("utf-8", "replace")
    if not problems(template):
        fill(template, query_values(QUERY, NOW.date()))


def _text(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")  # half surrogate pairs, as a clipboard may have them
    query, parts = read_query(text, RULES, date(2026, 11, 25))
    msgspec.json.encode(query)
    for part in parts:
        read_query(relabelled(text, part, "reference"), RULES, date(2026, 11, 25))


def _wait(data: bytes) -> None:
    seconds = retry_after(data.decode("latin-1"), NOW)
    assert seconds is None or 0 <= seconds <= 300


def _openapi(data: bytes) -> None:
    with suppress(DepartmentError):
        read_openapi(data)


JSON, XML = "application/json", "text/xml; charset=utf-8"
PARSERS: dict[str, Parser] = {
    "json": _json,
    "xml": _xml,
    "wire": _wire,
    "rest": partial(_answer, test_departments_answers.department, JSON),
    "open311-json": partial(_answer, open311_cases._json, JSON),
    "open311-xml": partial(_answer, open311_cases._xml, XML),
    "soap": partial(_answer, test_soap_answers.registry, XML),
    "odata": partial(_answer, test_odata_answers.registry, JSON),
    "fhir": partial(_answer, test_fhir_answers.clinic, "application/fhir+json"),
    "graphql": partial(_answer, test_graphql_answers.registry, JSON),
    "arcgis": partial(_answer, arcgis_cases._manifest, JSON),
    "manifest": _manifest,
    "site": _site,
    "template": _template,
    "text": _text,
    "retry-after": _wait,
    "openapi": _openapi,
}


def seeds(parser: str) -> list[Path]:
    """The kept inputs of a parser: good ones to begin with, and those that once broke it."""
    return sorted((SEEDS / parser).glob("*"))
