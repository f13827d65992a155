"""From an answer's bytes to JSON or XML values, strictly: an answer that can be read in two ways is not shown at all.

Both parsers run one at a time behind PARSE_LOCK: they hold the interpreter, and twenty at once would make the window stall.
Every refusal is a BadAnswer whose detail names the trouble, never the data.
"""

from __future__ import annotations

import codecs
import json
import re
from typing import Any

import msgspec
from lxml import etree

from adapters.contract import ONE_AT_A_TIME, BadAnswer
from adapters.transport import HttpResponse

PARSE_LOCK = ONE_AT_A_TIME

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ESCAPES = re.compile(rb"\\[^u]|\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|(\\u[dD][89a-fA-F]\w\w)")
"""JSON escapes; the group holds half a surrogate pair, which no text can hold."""
_NOT_DATA = re.compile(r"(text/html|application/xhtml\+xml|image/|audio/|video/|font/|application/pdf)")
_XML_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]*\?>")
_DECLARED = re.compile(rb"""^\s*<\?xml\b[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_DOCTYPE = re.compile(r"^(?:\s|<\?.*?\?>|<!--.*?-->)*<!DOCTYPE", re.DOTALL)
_ILLEGAL_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CHARACTER_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,8}));")
_XML_BREAKS_OFF = frozenset(
    getattr(etree.ErrorTypes, name) for name in ("ERR_DOCUMENT_EMPTY", "ERR_TAG_NOT_FINISHED", "ERR_GT_REQUIRED", "ERR_LTSLASH_REQUIRED")
) | {etree.ErrorTypes.ERR_CDATA_NOT_FINISHED, etree.ErrorTypes.ERR_COMMENT_NOT_FINISHED, etree.ErrorTypes.ERR_ATTRIBUTE_NOT_FINISHED}


def decode_json(response: HttpResponse) -> Any:
    """The JSON value; None for 204. Raises BadAnswer: ``not_data``, ``charset``, ``incomplete`` or ``unreadable``.

    Refused besides what is no JSON: NaN and Infinity, a key twice in one object, nesting deeper than the interpreter's stack, and
    numbers out of range. Half a surrogate pair, which some systems cut from a longer text, becomes U+FFFD.
    """
    if response.status == 204:
        return None
    _refuse_pages(response)
    body = _as_utf8(response)
    if body.lstrip()[:1] == b"<":
        raise BadAnswer("markup where JSON was expected", key="not_data")
    with PARSE_LOCK:
        try:
            return _json(body)
        except UnicodeDecodeError:
            raise BadAnswer("not UTF-8, as JSON must be where no other character set is named", key="charset") from None
        except RecursionError:
            raise BadAnswer("nested too deeply") from None
        except ValueError as error:
            if "truncated" in str(error):
                raise BadAnswer("the JSON breaks off", key="incomplete") from None
            raise BadAnswer(f"not JSON: {error}") from None


def _json(body: bytes) -> Any:
    try:
        value = msgspec.json.decode(body)
    except msgspec.DecodeError:
        whole = _ESCAPES.sub(lambda found: rb"\ufffd" if found[1] else found[0], body)
        if whole == body:
            raise
        value, body = msgspec.json.decode(whole), whole
    # The decoder keeps the last of two equal keys and says nothing. Written again, each key is there once: so with as many
    # colons as before no key was lost. Only an escaped colon blurs the count: such text is read the slow way.
    blurred = b"\\" in body and (rb"\u003a" in body or rb"\u003A" in body)
    if blurred or body.count(b":") != msgspec.json.encode(value).count(b":"):
        return json.loads(body, object_pairs_hook=_once)
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def decode_xml(response: HttpResponse) -> etree._Element:
    """The root element, without comments. Raises BadAnswer: ``not_data``, ``charset``, ``incomplete`` or ``unreadable``.

    A DOCTYPE is refused before anything is parsed, so that no entity is expanded and no file or network touched. Characters that
    XML forbids, which some cities send, become U+FFFD.
    """
    _refuse_pages(response)
    try:
        text = _XML_DECLARATION.sub("", _as_utf8(response, _declared(response.body)).decode("utf-8"))
    except UnicodeDecodeError:
        raise BadAnswer("not UTF-8, as XML must be where no other character set is named", key="charset") from None
    if _DOCTYPE.match(text):
        if re.match(r"<!doctype\s+html", text[text.find("<!") :], re.IGNORECASE):
            raise BadAnswer("a web page", key="not_data")
        raise BadAnswer("a document type definition, which is never read")
    if not text.lstrip().startswith("<"):
        if text.strip():
            raise BadAnswer("no XML", key="not_data")
        raise BadAnswer("an empty answer", key="incomplete")
    with PARSE_LOCK:
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


def _refuse_pages(response: HttpResponse) -> None:
    kind = response.headers.get("content-type", "").lower().strip()
    if _NOT_DATA.match(kind):
        raise BadAnswer(f"content type {kind.partition(';')[0].strip()[:40]}", key="not_data")


def _declared(body: bytes) -> str:
    found = _DECLARED.match(body[:200])
    return found[1].decode("ascii") if found else ""


def _as_utf8(response: HttpResponse, declared: str = "") -> bytes:
    """The body in UTF-8 without a byte order mark. The mark counts before the header, the header before the document's word."""
    body = response.body
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return body[3:] if charset == "utf-8" else _decoded(body, charset)
    named = re.search(r"charset\s*=\s*[\"']?([^\s\"';]+)", response.headers.get("content-type", ""), re.IGNORECASE)
    charset = (named[1] if named else declared) or "utf-8"
    return body if charset.lower() in ("utf-8", "utf8", "us-ascii", "ascii") and not declared else _decoded(body, charset)


def _decoded(body: bytes, charset: str) -> bytes:
    try:
        return body.decode(charset).encode("utf-8")
    except (UnicodeError, LookupError):
        raise BadAnswer(f"not in the character set {charset[:20]!r} that it claims", key="charset") from None
