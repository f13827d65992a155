"""From an answer's bytes to an XML tree, as strictly as ``adapters.answers`` reads JSON.

A module of its own, imported where the first XML is expected: a site whose departments all speak JSON does without lxml.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from adapters.answers import as_utf8, refuse_many, refuse_pages
from adapters.contract import BadAnswer
from adapters.transport import HttpResponse
from adapters.turns import TURNS

_XML_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]*\?>")
_DECLARED = re.compile(rb"""^\s*<\?xml\b[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_DOCTYPE = re.compile(r"^(?:\s|<\?.*?\?>|<!--.*?-->)*<!DOCTYPE", re.DOTALL)
_ILLEGAL_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CHARACTER_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,8}));")
_XML_BREAKS_OFF = frozenset(
    getattr(etree.ErrorTypes, name) for name in ("ERR_DOCUMENT_EMPTY", "ERR_TAG_NOT_FINISHED", "ERR_GT_REQUIRED", "ERR_LTSLASH_REQUIRED")
) | {etree.ErrorTypes.ERR_CDATA_NOT_FINISHED, etree.ErrorTypes.ERR_COMMENT_NOT_FINISHED, etree.ErrorTypes.ERR_ATTRIBUTE_NOT_FINISHED}


_MUCH = 500_000
"""Letters from which on an answer is looked at before it is parsed."""
_LEAST_NODE = 20
"""Letters that elements and attributes have on the average: each takes a hundred bytes of memory and more."""


def decode_xml(response: HttpResponse) -> etree._Element:
    """The root element, without comments. Raises BadAnswer: ``not_data``, ``charset``, ``incomplete`` or ``unreadable``.

    A DOCTYPE is refused before anything is parsed, so that no entity is expanded and no file or network touched. Characters that
    XML forbids, which some cities send, become U+FFFD.
    """
    refuse_pages(response)
    try:
        text = _XML_DECLARATION.sub("", as_utf8(response, _declared(response.body)).decode("utf-8"))
    except UnicodeDecodeError:
        raise BadAnswer("not UTF-8, as XML must be where no other character set is named", key="charset") from None
    if len(text) > _MUCH:
        refuse_many(text.count("<") - text.count("</") + text.count('="') + text.count("='"), max(60_000, len(text) // _LEAST_NODE))
    if _DOCTYPE.match(text):
        if re.match(r"<!doctype\s+html", text[text.find("<!") :], re.IGNORECASE):
            raise BadAnswer("a web page", key="not_data")
        raise BadAnswer("a document type definition, which is never read")
    if not text.lstrip().startswith("<"):
        if text.strip():
            raise BadAnswer("no XML", key="not_data")
        raise BadAnswer("an empty answer", key="incomplete")
    with TURNS:
        try:
            return _xml(text)
        except etree.XMLSyntaxError:
            pass
        try:
            return _xml(_CHARACTER_REFERENCE.sub(_legal_reference, _ILLEGAL_IN_XML.sub("\ufffd", text)))
        except etree.XMLSyntaxError as error:
            if error.code in _XML_BREAKS_OFF:  # type: ignore[attr-defined]  # the stubs leave it out
                raise BadAnswer("the XML breaks off", key="incomplete") from None
            line, column = error.position
            raise BadAnswer(f"not XML (line {line}, column {column})") from None


def _xml(text: str) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, huge_tree=False
    )
    return etree.fromstring(text.encode("utf-8"), parser)


def _legal_reference(found: re.Match[str]) -> str:
    code = int(found[1], 16) if found[1] else int(found[2])
    legal = code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
    return found[0] if legal else "\ufffd"


def _declared(body: bytes) -> str:
    found = _DECLARED.match(body[:200])
    return found[1].decode("ascii") if found else ""


def local_name(element: etree._Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def tree(element: etree._Element) -> Any:
    """An element as text, None when empty, or a dict of its children; a child that repeats becomes a list."""
    if len(element) == 0:
        return (element.text or "").strip() or None
    if "".join(filter(None, (element.text, *(child.tail for child in element)))).strip():
        return "".join(map(str, element.itertext())).strip()  # markup within a text, such as <br/>, is no structure
    found: dict[str, Any] = {}
    for child in element:
        name, value = local_name(child), tree(child)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found
