"""What a SOAP service can be asked, read from its WSDL: operations with what they are given and what they answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from adapters.contract import CallContext
from adapters.description import Description, Given, Leaf, LeafType, Operation, Parameter, document
from adapters.manifest_kinds import Soap
from adapters.soap_service import Operation as SoapOperation
from adapters.soap_service import read_service
from adapters.transport import HttpResponse, Transport
from adapters.xml_answers import decode_xml

_DEEPEST = 5
_MOST = 300
_NUMBERS = ("Decimal", "Integer", "Int", "Long", "Short", "Double", "Float", "NonNegativeInteger", "PositiveInteger")


def describe(given: Given, transport: Transport, ctx: CallContext) -> Description:
    """From the WSDL that is given, or where the address has its own. Raises DepartmentError."""
    place = given.source or f"{given.address}?wsdl"
    if urlsplit(place).scheme not in ("http", "https"):
        place = str(Path(place).expanduser().resolve())  # imports in it are relative to where it lies

    def read(at: str) -> etree._Element:
        return decode_xml(HttpResponse(200, {"content-type": "text/xml"}, document(given, at, transport, ctx), at))

    service = read_service(place, read, Soap(), given.address)
    operations = [_operation(name, found) for name in service.names if (found := service.operation(name)) is not None]
    return Description("", tuple(operations))


def _operation(name: str, operation: SoapOperation) -> Operation:
    parameters = tuple(_parameters(operation.argument_type, "", 0))
    items, inner, many = _listed(operation.answer_type, "", 0)
    leaves = tuple(leaf for leaf, _ in zip(_leaves(inner, "", 0), range(_MOST), strict=False))
    return Operation(name, name, leaves, parameters, items, many)


def _parameters(kind: Any, before: str, depth: int) -> Iterator[Parameter]:
    for name, element in _elements(kind):
        if _elements(element.type) and depth < _DEEPEST:
            yield from _parameters(element.type, f"{before}{name}.", depth + 1)
        else:
            yield Parameter(before + name, "body", required=element.min_occurs > 0 and not before)


def _listed(kind: Any, before: str, depth: int) -> tuple[str, Any, bool]:
    """Where the first list of an answer stands, the type of its items, and whether there is one; else the one thing in it."""
    elements = _elements(kind)
    for name, element in elements:
        if element.accepts_multiple and _elements(element.type):
            return before + name, element.type, True
    for name, element in elements:
        if depth < _DEEPEST and _elements(element.type):
            found = _listed(element.type, f"{before}{name}.", depth + 1)
            if found[2]:
                return found
    wrapped = [(name, element.type) for name, element in elements if _elements(element.type)]
    if len(elements) == 1 and wrapped:
        return before + wrapped[0][0], wrapped[0][1], False
    return before.rstrip("."), kind, False


def _leaves(kind: Any, before: str, depth: int) -> Iterator[Leaf]:
    for name, element in _elements(kind):
        several = "[0]" if element.accepts_multiple else ""
        if _elements(element.type):
            if depth < _DEEPEST:
                yield from _leaves(element.type, f"{before}{name}{several}.", depth + 1)
        else:
            yield Leaf(f"{before}{name}{several}", _type(element.type))
    for name, attribute in getattr(kind, "attributes", ()) or ():
        yield Leaf(before + name, _type(getattr(attribute, "type", None)))


def _elements(kind: Any) -> list[tuple[str, Any]]:
    return [(name, element) for name, element in getattr(kind, "elements", ()) or () if name and hasattr(element, "min_occurs")]


def _type(kind: Any) -> LeafType:
    name = type(kind).__name__
    if name in ("Date", "DateTime"):
        return "date"
    if name == "Boolean":
        return "yes_no"
    return (
        "number"
        if name in ("Decimal", "Integer", "Int", "Long", "Short", "Double", "Float", "NonNegativeInteger", "PositiveInteger")
        else "text"
    )
