"""What a SOAP service can be asked, read from its WSDL by zeep: operations, how a question is written, of what type an answer is.

zeep is imported when the first WSDL is read, and sends nothing itself: documents come from the function that is given, so that
the transport's deadline, size and origin rules hold. A WSDL is read once a department; many calls may then use it at once.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from threading import Lock
from types import TracebackType
from typing import Any

import msgspec
from lxml import etree

from adapters.contract import BadAnswer, DepartmentError
from adapters.manifest_kinds import Soap
from adapters.soap_schemas import known

Documents = Callable[[str], etree._Element]
"""Place (address or absolute path) of a WSDL or a schema to its root element."""

_PARSING = Lock()
"""Held while zeep reads: catching its warnings changes the whole process, and two large WSDLs at once would hold up the window."""
_XSD = "{http://www.w3.org/2001/XMLSchema}"
_WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
_POINTERS = {f"{_WSDL}import": "location", **{f"{_XSD}{name}": "schemaLocation" for name in ("import", "include", "redefine")}}
ENVELOPES = {"1.1": "http://schemas.xmlsoap.org/soap/envelope/", "1.2": "http://www.w3.org/2003/05/soap-envelope"}


class Written(msgspec.Struct, frozen=True):
    """A question before it is signed and sent."""

    envelope: etree._Element
    headers: dict[str, str]


class Operation:
    """One operation of the service."""

    def __init__(self, operation: Any, version: str, address: str) -> None:
        self._operation = operation
        self._version = version
        self._address = address
        given = operation.input.body if operation.input else None
        self.argument_type: Any = given.type if given is not None else None
        """zeep's type of what the operation is given."""
        body = operation.output.body if operation.output else None
        self.answer_type: Any = body.type if body is not None else None
        """zeep's type of the element within the answer's body; None where the operation answers nothing."""
        self.rpc = type(operation.output).__name__ == "RpcMessage"

    def unknown(self, names: list[str]) -> tuple[str, list[str]] | None:
        """The first of these arguments (``a.b`` is b within a) that the operation has not, with those it has at that place."""
        for name in names:
            kind = self._operation.input.body.type if self._operation.input.body is not None else None
            for part in name.split("."):
                known = dict(getattr(kind, "elements", ())) | dict(getattr(kind, "attributes", ()))
                if part not in known:
                    return name, [each for each in known if each]
                kind = known[part].type
        return None

    def written(self, arguments: dict[str, str | int]) -> Written:
        """The envelope that asks with these arguments. Raises BadAnswer ``mapping`` where one is lacking or unfit."""
        import zeep.exceptions

        nested: dict[str, Any] = {}
        for name, value in arguments.items():
            *outer, last = name.split(".")
            table = nested
            for part in outer:
                table = table.setdefault(part, {})
            table[last] = value
        try:
            envelope = self._operation.create(**nested).content
        except (zeep.exceptions.Error, TypeError, ValueError, AttributeError) as error:
            where = ".".join(str(part) for part in getattr(error, "path", []))
            lacking = where or type(error).__name__
            raise BadAnswer(f"operation {self._operation.name} can't be asked so: the WSDL demands {lacking}", key="mapping") from None
        action = self._operation.soapaction or ""
        headers = {"content-type": "text/xml; charset=utf-8", "soapaction": f'"{action}"'}
        if self._version == "1.2":
            headers = {"content-type": f'application/soap+xml; charset=utf-8; action="{action}"'}
        if self._operation.abstract.wsa_action:
            from zeep.wsa import WsAddressingPlugin

            WsAddressingPlugin().egress(envelope, headers, self._operation, {"address": self._address})
        return Written(envelope, headers)


class Service:
    """The operations of the port that the manifest names, or of the first that speaks SOAP."""

    def __init__(self, wsdl: Any, dialect: Soap, address: str, left_out: str) -> None:
        """``left_out``: what zeep said of the first part that it did not understand."""
        from zeep.wsdl.bindings import Soap12Binding

        binding = _binding(wsdl, dialect)
        self.version = "1.2" if isinstance(binding, Soap12Binding) else "1.1"
        self.types: Any = wsdl.types
        self.left_out = left_out
        self._operations = {name: Operation(each, self.version, address) for name, each in binding.all().items()}

    @property
    def names(self) -> list[str]:
        return sorted(self._operations)

    def operation(self, name: str) -> Operation | None:
        return self._operations.get(name)


def read_service(place: str, documents: Documents, dialect: Soap, address: str) -> Service:
    """The service that the WSDL at ``place`` describes.

    Raises BadAnswer ``mapping`` naming the part of the WSDL that can't be read, and whatever ``documents`` raises.
    """
    import zeep.settings
    import zeep.wsdl

    logging.getLogger("zeep").addHandler(logging.NullHandler())
    logging.getLogger("zeep").propagate = False  # it would log documents and values
    _mend_lists()
    source = _Source(place, documents)
    settings = zeep.settings.Settings(strict=False, force_https=False, forbid_dtd=True)
    try:
        with _PARSING, warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            wsdl = zeep.wsdl.Document(place, source, settings=settings)
            return Service(wsdl, dialect, address, f"; left out: {str(said[0].message)[:200]}" if said else "")
    except DepartmentError:
        raise
    except Exception as error:
        part = str(getattr(error, "message", "")) or _part(error.__traceback__) or type(error).__name__
        raise BadAnswer(f"the WSDL can't be read: {part[:200]} in {source.last.rpartition('/')[2][:80]}", key="mapping") from None


def _mend_lists() -> None:
    """zeep 4.3.3 makes of a restriction of a list type (as GML and StUF have) a list of its own name, and stumbles over it."""
    from zeep.xsd.types import ListType
    from zeep.xsd.types.unresolved import UnresolvedCustomType

    resolve = UnresolvedCustomType.resolve
    if resolve.__name__ == "mended":
        return

    def mended(self: Any) -> Any:
        base = self.base_type.resolve()
        return base if isinstance(base, ListType) else resolve(self)

    UnresolvedCustomType.resolve = mended


class _Source:
    """The WSDL with all that it imports, fetched beforehand; stands in for zeep's transport."""

    def __init__(self, place: str, documents: Documents) -> None:
        from zeep.loader import absolute_location

        self._found: dict[str, bytes] = {}
        self.last = place
        waiting = [place]
        while waiting:
            here = waiting.pop()
            if here in self._found:
                continue
            if schema := known(here):
                self._found[here] = schema
                continue
            root = documents(here)
            self._found[here] = etree.tostring(root, encoding="utf-8")
            pointers = (each.get(_POINTERS[each.tag]) for each in root.iter(*_POINTERS))
            waiting += [absolute_location(pointer, here) for pointer in pointers if pointer]

    def load(self, place: str) -> bytes:
        self.last = place
        return known(place) or self._found[place]


def _binding(wsdl: Any, dialect: Soap) -> Any:
    from zeep.wsdl.bindings.soap import SoapBinding

    if dialect.service and dialect.service not in wsdl.services:
        raise BadAnswer(f"the WSDL has no service {dialect.service}; it has: {', '.join(wsdl.services) or 'none'}", key="mapping")
    services = [each for name, each in wsdl.services.items() if dialect.service in ("", name)]
    ports = [port for service in services for port in service.ports.values() if isinstance(port.binding, SoapBinding)]
    found = next((port for port in ports if dialect.port in ("", port.name)), None)
    if found is None:
        names = ", ".join(port.name for port in ports) or "none"
        raise BadAnswer(f"the WSDL has no SOAP port {dialect.port}; it has: {names}".replace("  ", " "), key="mapping")
    return found.binding


def _part(trace: TracebackType | None) -> str:
    """What zeep was reading when it gave up: the innermost element or named thing of the WSDL that its code had in hand."""
    found = ""
    while trace is not None:
        frame = trace.tb_frame
        if frame.f_globals.get("__name__", "").startswith("zeep"):
            found = _named(frame.f_locals) or found
        trace = trace.tb_next
    return found


def _named(names: dict[str, Any]) -> str:
    if "}" in str(key := names.get("key", "")):  # of what is looked through by name
        return str(key).rpartition("}")[2]
    for variable in ("node", "xmlelement", "child", "self"):
        thing = names.get(variable)
        if isinstance(thing, etree._Element):
            name = thing.get("name") or thing.get("ref") or ""
            return f"<{etree.QName(thing).localname}{f' {name}' if name else ''}> on line {thing.sourceline}"
        qname = getattr(thing, "qname", None) or (getattr(thing, "name", None) if variable == "self" else None)
        if qname:
            return f"{type(thing).__name__} {str(qname).rpartition('}')[2]}"
    return ""
