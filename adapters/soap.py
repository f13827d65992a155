"""The kind ``soap``: a department that answers in SOAP 1.1 or 1.2, as its WSDL describes it and its manifest asks.

A ``[[find]]``, ``[[records]]`` or ``[[lookup]]`` names an ``operation`` and what it is given (``body``; ``a.b`` is b within a).
``items`` is a JMESPath of what the answer's body holds, and ``paging`` (by page, offset or cursor) names such arguments. An ``[[apply]]``
sends an operation with a ``body`` likewise; what comes out empty is given as an empty element.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec
from lxml import etree

from adapters import soap_security
from adapters.apply_problems import unreadable_receipts, unused_in_applies
from adapters.asking import says_something
from adapters.contract import (
    BadAnswer,
    CallContext,
    DepartmentError,
    Health,
    Rejected,
    SignInNeeded,
    TimedOut,
    Unavailable,
    error_named,
)
from adapters.http_writing import receipt_in
from adapters.manifest import Manifest
from adapters.manifest_apply import Asking, Statement
from adapters.manifest_requests import Request
from adapters.questions import QuestionsDepartment, no_web_address, questions, unused
from adapters.rest_paging import Page, following
from adapters.soap_answers import Reader, SoapFault, read_body
from adapters.soap_service import Operation, Service, read_service
from adapters.sources import json_getter
from adapters.templates import fill, query_values, written
from adapters.texts import clean
from adapters.toml_tables import Place
from adapters.transport import HttpRequest, HttpResponse, Transport
from adapters.writing import Writes, statements, unsent
from adapters.xml_answers import decode_xml
from models.changes import Receipt
from models.query import SearchQuery

_WITH_A_FAULT = frozenset({400, 500})
"""Statuses under which a fault's envelope comes (SOAP 1.1 over HTTP: 500; 1.2: also 400)."""
_REACHED = frozenset({*_WITH_A_FAULT, 404, 405, 415})
_LONGEST_WORDS = 300
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("[\t\n\r\x7f-\x9f\u2028\u2029]")
"""Parsers differ in what they make of these, so that a signature over them does not hold; no value needs one."""
_SIGN_IN = re.compile(
    r"Failed(Authentication|Check)|Invalid(Security(Token)?)|SecurityTokenUnavailable|AuthenticationFailure|Unauthenticated"
)


class SoapDepartment(QuestionsDepartment, Writes):
    """A department with a SOAP service. Its WSDL is read when it is first asked, and kept."""

    def __init__(self, manifest: Manifest, transport: Transport) -> None:
        QuestionsDepartment.__init__(self, manifest, transport)
        Writes.__init__(self, manifest, json_getter)
        self._reading = Lock()
        self._known: tuple[Service, Reader] | None = None
        self._documents: dict[str, etree._Element] = {}

    def check(self, ctx: CallContext) -> Health:
        """Read the WSDL, hold the manifest's operations against it, and ask [check]'s operation, or reach the address."""
        started = time.monotonic()
        service, reader = self._service(ctx)
        for _, statement in statements(self._manifest):
            self._operation(service, statement)
        for place, question in questions(self._manifest):
            if question.operation:
                self._operation(service, question)
            elif place != ("check",):
                raise BadAnswer(f"{self._where(question, 'operation')} is missing", key="mapping")
        if self._manifest.check.operation:
            self._answer(service, reader, self._manifest.check, query_values(SearchQuery(), ctx.now.date()), {}, ctx)
        else:
            self._http.send(HttpRequest("GET", self._manifest.address), ctx, accept=_REACHED)
        return Health((time.monotonic() - started) * 1000, f"SOAP {service.version}, {len(service.names)} operations")

    def _asked(self, question: Request, values: dict[str, str], ctx: CallContext) -> Iterator[Any]:
        """The items of all pages. Raises BadAnswer ``mapping`` where WSDL or answer are not as the manifest says."""
        if not says_something(question, values):
            return
        service, reader = self._service(ctx)
        page: Page | None = Page()
        while page is not None:
            answer, unknown, response = self._answer(service, reader, question, values, page.parameters(question.paging), ctx)
            items = self._listed(question, answer, _is_absent)
            if unknown and not items:
                raise BadAnswer(
                    f"{self._where(question, 'items')}: the answer has {unknown[:60]} instead, unknown to the WSDL", key="mapping"
                )
            yield from items
            page = following(question.paging, page, items, answer, response) if question.paging else None

    def _told(self, asking: Asking, values: dict[str, str], ctx: CallContext) -> tuple[Any, str] | None:
        service, reader = self._service(ctx)
        items = self._listed(asking, self._answer(service, reader, asking, values, {}, ctx)[0], _is_absent)
        return (items[0], "") if items else None

    def _send(self, several: tuple[Statement, ...], values: dict[str, str], ctx: CallContext) -> Receipt:
        [statement] = several
        service, reader = unsent(lambda: self._service(ctx))
        operation = unsent(lambda: self._operation(service, statement))
        given: dict[str, str | int] = {name: _NO_XML.sub("\ufffd", written(template, values)) for name, template in statement.body.items()}
        envelope = unsent(lambda: self._envelope(operation, given, statement.headers, values, ctx))
        found = self._exchanged(msgspec.structs.replace(envelope, only_asks=False), ctx)[0]
        if isinstance(found, SoapFault):
            error = self._error(found)
            words = clean(" ".join(found.text.split()))[:_LONGEST_WORDS]
            raise type(error)(words, key=error.fault_key) if words and not isinstance(error, Unavailable) else error
        return receipt_in(reader.answer(operation, found)[0], self._receipts[id(statement)], statement)

    def _answer(
        self, service: Service, reader: Reader, question: Request, values: dict[str, str], paging: dict[str, str | int], ctx: CallContext
    ) -> tuple[Any, str, HttpResponse]:
        operation = self._operation(service, question)
        texts = {name: _NO_XML.sub("\ufffd", _BREAKS.sub(" ", fill(template, values))) for name, template in question.body.items()}
        given: dict[str, str | int] = {name: text for name, text in texts.items() if text}
        ctx.remaining()
        found, response = self._exchanged(self._envelope(operation, given | paging, question.headers, values, ctx), ctx)
        if isinstance(found, SoapFault):
            raise self._error(found)
        return *reader.answer(operation, found), response

    def _envelope(
        self, operation: Operation, given: dict[str, str | int], headers: dict[str, str], values: dict[str, str], ctx: CallContext
    ) -> HttpRequest:
        """The operation with what it is given, signed in where the message itself says so."""
        message = operation.written(given)
        envelope, auth = message.envelope, self._manifest.auth
        if auth.type in ("wsse", "signature"):
            if not ctx.credential:
                raise SignInNeeded("the keyring has none of the name in the manifest", key="no_credential", sent=False)
            envelope = soap_security.secured(envelope, auth, ctx.credential)
        all_headers = message.headers | {"accept": "text/xml, application/soap+xml, multipart/related"}
        all_headers |= {name.lower(): text for name, template in headers.items() if (text := fill(template, values))}
        body = etree.tostring(envelope, encoding="utf-8", xml_declaration=True)
        return HttpRequest("POST", self._manifest.address, all_headers, body, only_asks=True)

    def _exchanged(self, request: HttpRequest, ctx: CallContext) -> tuple[Any, HttpResponse]:
        """What the answer's body holds, or its fault; with the answer."""
        response = self._http.send(request, ctx, accept=_WITH_A_FAULT)
        try:
            return read_body(response), response
        except BadAnswer:
            if response.status == 500:
                raise Unavailable("HTTP 500 without a SOAP fault", key="server_error") from None
            if response.status == 400:
                raise Rejected("HTTP 400 without a SOAP fault") from None
            raise

    def _error(self, fault: SoapFault) -> DepartmentError:
        """What a fault means: what the manifest says of it, else what its code says. Its text is not told: it may name people."""
        names = [re.sub(r"[^\w.-]", "", name)[:60] for name in fault.names]
        detail = f"SOAP fault {' '.join(names)}".strip()
        for pattern, key in self._manifest.soap.faults.items():
            if any(re.fullmatch(pattern, name) for name in fault.names) or re.search(pattern, fault.text):
                return error_named(key, detail)
        code = names[0] if names else ""
        if any(_SIGN_IN.fullmatch(name) for name in names):
            return SignInNeeded(detail)
        if code in ("VersionMismatch", "MustUnderstand", "DataEncodingUnknown"):
            return BadAnswer(detail, key="mapping")
        if code.partition(".")[0] in ("Client", "Sender"):
            return Rejected(detail)
        return Unavailable(detail, key="server_error")

    def _operation(self, service: Service, question: Request | Statement) -> Operation:
        """The question's operation. Raises BadAnswer ``mapping``, naming the manifest's line, for what the WSDL does not have."""
        found = service.operation(question.operation)
        if found is None:
            known = (", ".join(service.names)[:200] or "none") + service.left_out
            raise BadAnswer(
                f"{self._where(question, 'operation')} ({question.operation}) is not in the WSDL; it has: {known}", key="mapping"
            )
        paging = question.paging if isinstance(question, Request) else None
        names = [*question.body, *([paging.parameter, paging.size_parameter] if paging else [])]
        if lacking := found.unknown([name for name in names if name]):
            name, known_there = lacking
            there = ", ".join(known_there)[:200] or "nothing"
            raise BadAnswer(
                f"{self._where(question, 'body')}: {question.operation} is given no {name}; at that place: {there}", key="mapping"
            )
        return found

    # --- the WSDL

    def _service(self, ctx: CallContext) -> tuple[Service, Reader]:
        """The service, read by whoever comes first while the others wait. What was fetched of it is kept for the next try."""
        if self._known is None:
            if not self._reading.acquire(timeout=ctx.remaining()):
                raise TimedOut("the WSDL was not read within the deadline")
            try:
                if self._known is None:
                    dialect = self._manifest.soap
                    service = read_service(self._wsdl(), lambda place: self._document(place, ctx), dialect, self._manifest.address)
                    self._known, self._documents = (service, Reader(service)), {}
            finally:
                self._reading.release()
        return self._known

    def _wsdl(self) -> str:
        wsdl, address = self._manifest.soap.wsdl, self._manifest.address
        if urlsplit(wsdl).scheme in ("http", "https") or Path(wsdl).is_absolute():
            return wsdl
        return address + wsdl if wsdl.startswith("?") else urljoin(address, wsdl)

    def _document(self, place: str, ctx: CallContext) -> etree._Element:
        """A WSDL or schema: from the folder of the WSDL, or from the department's or the WSDL's own host."""
        found = self._documents.get(place)
        if found is None:
            response = self._fetched(place, ctx)
            try:
                found = self._documents[place] = decode_xml(response)
            except BadAnswer as error:
                name = urlsplit(place).path.rpartition("/")[2][:80]
                raise BadAnswer(f"{name} of the WSDL can't be read: {error.detail}", key=error.fault_key) from None
        return found

    def _fetched(self, place: str, ctx: CallContext) -> HttpResponse:
        wsdl = self._wsdl()
        folder = Path(wsdl).resolve().parent if Path(wsdl).is_absolute() else None
        name = urlsplit(place).path.rpartition("/")[2]
        if folder is None:
            own = {urlsplit(each)[:2] for each in (self._manifest.address, wsdl)}
            if urlsplit(place)[:2] not in own:
                raise BadAnswer(
                    f"the WSDL imports {name[:80]} from another host: put WSDL and schemas into a folder, name it as soap.wsdl",
                    key="mapping",
                )
            ctx.remaining()
            return self._http.send(HttpRequest("GET", place, {"accept": "text/xml, application/wsdl+xml"}), ctx)
        file = Path(place).resolve()
        if not file.is_relative_to(folder) or not Path(place).is_absolute():
            file = folder / name  # what it imports from elsewhere may lie beside it
        try:
            body = file.read_bytes()
        except OSError as error:
            raise BadAnswer(
                f"{name[:80]} of the WSDL can't be read: {error.strerror}; put it beside {Path(wsdl).name}", key="mapping"
            ) from None
        return HttpResponse(200, {}, body, place)

    def _problems(self) -> Iterator[tuple[Place, str]]:
        manifest = self._manifest
        yield from no_web_address(manifest)
        yield from unused(manifest, ("path", "query", "method"), "operation and body")
        for place, question in questions(manifest):
            if place != ("check",) and not question.operation:
                yield place, f'{place[0]} has no operation: write operation = "..." of the WSDL'
            if question.paging and question.paging.by == "link":
                yield (*place, "paging"), "kind soap pages by page, offset or cursor: an argument of the operation"
        yield from unused_in_applies(manifest, ("sql", "params", "rows", "path", "query", "method"), "operation and body")
        yield from unreadable_receipts(manifest)
        for place, statement in statements(manifest):
            if not statement.operation:
                yield place, 'it has no operation: write operation = "..." of the WSDL'
        if lacking := soap_security.problem(manifest.auth):
            yield ("auth", lacking[0]), f"auth.{lacking[0]}: {lacking[1]}"


def _is_absent(answer: Any, path: str) -> bool:
    """Whether a plain path leads over names that are all known, of which one is not there this time."""
    for key in path.split("."):
        if answer is None:
            return True
        if not isinstance(answer, dict) or key not in answer:
            return False
        answer = answer[key]
    return answer is None
