"""From a SOAP answer's bytes to values: envelope, faults, MTOM attachments, and the body read along its XML schema.

An element becomes a dict of its attributes and children, by their names without namespaces, a list wherever the schema allows
several, None where an optional one is not there; a plain element its text, as it is written: the manifest says what is a date
or a number. An element with text and attributes has its text as ``_value_1``, as in zeep. What the schema does not name is
kept all the same: services grow faster than their descriptions.
"""

from __future__ import annotations

import base64
import re
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import msgspec
from lxml import etree

from adapters.contract import BadAnswer
from adapters.soap_service import ENVELOPES, Operation, Service
from adapters.transport import HttpResponse
from adapters.turns import TURNS
from adapters.xml_answers import decode_xml

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_INCLUDE = "{http://www.w3.org/2004/08/xop/include}Include"
_ARRAY = "{http://schemas.xmlsoap.org/soap/encoding/}arrayType"
MOST_VALUES, DEEPEST = 200_000, 300
"""In a body with parts that refer to each other: few bytes could mean any number of values."""
A_PIECE = 256
"""Values read in one go: a millisecond."""
_PARAMETER = r"""{}\s*=\s*(?:"([^"]+)"|([^\s;]+))"""


class SoapFault(msgspec.Struct, frozen=True):
    """``names`` are the code, its subcodes and the detail's elements, without prefixes; ``text`` may hold personal data."""

    names: tuple[str, ...]
    text: str


def read_body(response: HttpResponse) -> etree._Element | SoapFault:
    """The body of the envelope, or the fault in it, whatever the status. Raises BadAnswer as decode_xml does."""
    root = _whole(response)
    if etree.QName(root).localname != "Envelope" or etree.QName(root).namespace not in ENVELOPES.values():
        raise BadAnswer("no SOAP envelope", key="not_data")
    body = next((child for child in root if _local(child) == "Body"), None)
    if body is None:
        raise BadAnswer("a SOAP envelope without a body")
    fault = next((child for child in body if _local(child) == "Fault"), None)
    return body if fault is None else _fault(fault)


def _fault(fault: etree._Element) -> SoapFault:
    codes, details, text = [], [], ""
    for each in fault.iter(etree.Element):
        name = _local(each)
        if name in ("faultcode", "Value"):
            codes.append((each.text or "").strip().rpartition(":")[2])
        elif name in ("faultstring", "Text"):
            text = text or (each.text or "").strip()
        elif name in ("detail", "Detail") and each.getparent() is fault:
            details = [_local(child) for child in each]
    return SoapFault(tuple(name for name in (*codes, *details) if name), text)


def _whole(response: HttpResponse) -> etree._Element:
    """The envelope, with the attachments that it includes (XOP) as base64 where they belong."""
    kind = response.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/related"):
        return decode_xml(response)
    parts = list(_parts(response.body, kind))
    if not parts:
        raise BadAnswer("a message of several parts without any", key="incomplete")
    by_id = dict(parts)
    envelope = by_id.get(_parameter(kind, "start").strip("<>"), parts[0][1])
    root = decode_xml(HttpResponse(response.status, {"content-type": "text/xml"}, envelope, response.url))
    for include in list(root.iter(_INCLUDE)):
        named = unquote((include.get("href") or "").removeprefix("cid:"))
        parent = include.getparent()
        if parent is None or named not in by_id:
            raise BadAnswer("an attachment is missing", key="incomplete")
        parent.remove(include)
        parent.text = base64.b64encode(by_id[named]).decode("ascii")
    return root


def _parts(body: bytes, kind: str) -> Iterator[tuple[str, bytes]]:
    """The parts of a multipart message (RFC 2046): content id and content. Raises BadAnswer ``incomplete`` where the end is missing."""
    boundary = _parameter(kind, "boundary")
    if not boundary:
        raise BadAnswer("a message of several parts that names no boundary")
    _, *pieces = re.split(rb"\r?\n--" + re.escape(boundary.encode("latin-1", "replace")), b"\n" + body)
    if not pieces or not pieces[-1].startswith(b"--"):
        raise BadAnswer("the last part breaks off", key="incomplete")
    for piece in pieces[:-1]:
        head, content = [*re.split(rb"\r?\n\r?\n", piece, maxsplit=1), b""][:2]
        headers = dict(line.partition(":")[::2] for line in head.decode("latin-1").splitlines() if ":" in line)
        names = {name.strip().lower(): value.strip() for name, value in headers.items()}
        if names.get("content-transfer-encoding", "").lower() == "base64":
            try:
                content = base64.b64decode(content)
            except ValueError:
                raise BadAnswer("a part that is no base64, as it says") from None
        yield names.get("content-id", "").strip("<>"), content


def _parameter(kind: str, name: str) -> str:
    found = re.search(_PARAMETER.format(name), kind, re.IGNORECASE)
    return (found[1] or found[2]) if found else ""


class _Shape:
    """What a type of the schema has: children and attributes by local name."""

    def __init__(self, kind: Any) -> None:
        self.children: dict[str, tuple[Any, bool]] = {}
        """Name to the child's type, and whether there may be several."""
        self.attributes: set[str] = set()
        self.text = False
        array = getattr(kind, "_array_type", None)
        self.item: Any = array.array_type if array is not None else None
        """Of an array (SOAP encoding): the type of its items, where the WSDL tells it."""
        self.is_array = array is not None
        for _, part in getattr(kind, "elements_nested", ()):
            if part is getattr(kind, "_element", None) and not isinstance(part, list) and not hasattr(part, "child"):
                self.text = True  # simple content: zeep keeps it as an element without a container
            elif not self.is_array:
                self._add(part, several=False)
        for _, attribute in getattr(kind, "attributes", ()):
            if attribute.name:
                self.attributes.add(attribute.name)
        self.empty: dict[str, Any] = dict.fromkeys(self.attributes)
        self.empty |= {name: None for name, (_, several) in self.children.items() if not several}

    def _add(self, part: Any, *, several: bool) -> None:
        from zeep.xsd.elements import Element, Group
        from zeep.xsd.elements.indicators import OrderIndicator

        several = several or part.accepts_multiple
        if isinstance(part, OrderIndicator):
            for each in part:
                self._add(each, several=several)
        elif isinstance(part, Group):
            self._add(part.child, several=several)
        elif isinstance(part, Element) and part.name:
            self.children[part.name] = (part.type, several)


class Reader:
    """Reads bodies along one service's schema; shapes are worked out once."""

    def __init__(self, service: Service) -> None:
        self._types = service.types
        self._shapes: dict[int, _Shape] = {}

    def answer(self, operation: Operation, body: etree._Element) -> tuple[Any, str]:
        """What the body holds, None where that is nothing; and the name of an element right in it that the schema does not know.

        Raises BadAnswer where parts of it refer to each other without end.
        """
        content = next(iter(body), None)
        if content is None:
            return None, ""
        with TURNS:
            value = _Reading(self, body).value(content, operation.answer_type)
        known = self.shape(operation.answer_type).children
        return value, next((name for child in content if (name := _local(child)) not in known), "")

    def shape(self, kind: Any) -> _Shape:
        """The shape of one of zeep's types; None has no children of its own."""
        shape = self._shapes.get(id(kind))
        if shape is None:
            shape = self._shapes[id(kind)] = _Shape(kind)
        return shape

    def derived(self, node: etree._Element, named: str) -> Any:
        """The type that the node names for itself; None where the schema has none of that name."""
        import zeep.exceptions

        prefix, _, name = named.rpartition(":")
        try:
            return self._types.get_type(etree.QName(node.nsmap.get(prefix or None), name))
        except (zeep.exceptions.Error, ValueError):
            return None


class _Reading:
    """One body. Parts that stand once and are referred to from elsewhere (SOAP encoding: ``href="#id"``) are read where they belong."""

    def __init__(self, reader: Reader, body: etree._Element) -> None:
        self._reader = reader
        self._parts = {f"#{key}": part for part in body if (key := part.get("id"))}
        self._left = MOST_VALUES if self._parts else sys.maxsize

    def value(self, node: etree._Element, kind: Any, depth: int = 0) -> Any:
        self._left -= 1
        if self._left % A_PIECE == 0:
            TURNS.give_way()
        if self._left < 0 or depth > DEEPEST:
            raise BadAnswer("its parts refer to each other without end")
        if self._parts:
            node = self._parts.get(node.get("href", ""), node)
        if node.get(f"{_XSI}nil") in ("true", "1"):
            return None
        own = self._reader.derived(node, named) if (named := node.get(f"{_XSI}type")) else None
        shape = self._reader.shape(kind)
        if node.get(_ARRAY) or shape.is_array or self._reader.shape(own).is_array:
            return [self.value(child, shape.item, depth + 1) for child in node]
        if own is not None:
            shape = self._reader.shape(own)
        if not len(node) and (shape.text or not (shape.children or shape.attributes)):
            text = node.text or ""
            return {**shape.empty, **_attributes(node, shape), "_value_1": text} if shape.attributes else text
        found = {**shape.empty, **_attributes(node, shape)}
        found |= {name: [] for name, (_, several) in shape.children.items() if several}
        for child in node:
            name = _local(child)
            kind_of_child, several = shape.children.get(name, (None, False))
            value = self.value(child, kind_of_child, depth + 1)
            if several:
                found[name].append(value)
            elif name in found and (found[name] is not None or name not in shape.children):
                # More than the schema allows, or an element that it does not name.
                earlier = found[name]
                found[name] = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
            else:
                found[name] = value
        return found


def _attributes(node: etree._Element, shape: _Shape) -> dict[str, str]:
    given = {etree.QName(name).localname: str(value) for name, value in node.attrib.items()}
    return {name: value for name, value in given.items() if name in shape.attributes}


def _local(node: etree._Element) -> str:
    return node.tag.rpartition("}")[2]  # the parser leaves out comments and instructions
