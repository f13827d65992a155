"""From an answer's bytes to JSON values, strictly: an answer that can be read in two ways is not shown at all.

Parsers, this one and that of ``adapters.xml_answers``, take turns (``adapters.turns``): they hold the interpreter, and twenty at
once would make the window stall. Every refusal is a BadAnswer whose detail names the trouble, never the data.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from adapters.contract import BadAnswer, DepartmentError
from adapters.transport import HttpResponse, error_for
from adapters.turns import TURNS

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ESCAPES = re.compile(rb"\\[^u]|\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|(\\u[dD][89a-fA-F]\w\w)")
"""JSON escapes; the group holds half a surrogate pair, which no text can hold."""
_CODE = re.compile(r"[\w./:-]{1,40}")
"""What may be told of a department's own code for an error: no sentence, which might name somebody."""
_NOT_DATA = re.compile(r"(text/html|application/xhtml\+xml|image/|audio/|video/|font/|application/pdf)")


_MUCH = 500_000
"""Bytes from which on an answer is looked at before it is parsed: what is shorter can't come to much."""
_LEAST_VALUE, _LEAST_NESTED = 12, 32
"""Bytes that values, and objects and lists, have on the average: each takes sixty of memory, or two hundred."""


def decode_json(response: HttpResponse) -> Any:
    """The JSON value; None for 204. Raises BadAnswer: ``not_data``, ``charset``, ``incomplete`` or ``unreadable``.

    Refused besides what is no JSON: NaN and Infinity, a key twice in one object, nesting deeper than the interpreter's stack, and
    numbers out of range. Half a surrogate pair, which some systems cut from a longer text, becomes U+FFFD.
    """
    if response.status == 204:
        return None
    refuse_pages(response)
    body = as_utf8(response)
    if body.lstrip()[:1] == b"<":
        raise BadAnswer("markup where JSON was expected", key="not_data")
    if len(body) > _MUCH:
        refuse_many(body.count(b","), max(100_000, len(body) // _LEAST_VALUE))
        refuse_many(body.count(b"{") + body.count(b"["), max(50_000, len(body) // _LEAST_NESTED))
    with TURNS:
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


def refuse_many(count: int, most: int) -> None:
    """Raises BadAnswer ``too_large`` for an answer that would take many times its size in memory."""
    if count > most:
        raise BadAnswer(f"more than {most} parts, which would burst", key="too_large")


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


@lru_cache(256)
def _content(kind: str) -> tuple[str, str]:
    """What a Content-Type header says: the type if it is none of data (then it is refused), and the character set."""
    kind = kind.lower().strip()
    charset = re.search(r"charset\s*=\s*[\"']?([^\s\"';]+)", kind)
    return kind.partition(";")[0].strip()[:40] if _NOT_DATA.match(kind) else "", charset[1] if charset else ""


def refuse_pages(response: HttpResponse) -> None:
    if page := _content(response.headers.get("content-type", ""))[0]:
        raise BadAnswer(f"content type {page}", key="not_data")


def as_utf8(response: HttpResponse, declared: str = "") -> bytes:
    """The body in UTF-8 without a byte order mark. The mark counts before the header, the header before the document's word."""
    body = response.body
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return body[3:] if charset == "utf-8" else _decoded(body, charset)
    charset = _content(response.headers.get("content-type", ""))[1] or declared or "utf-8"
    return body if charset in ("utf-8", "utf8", "us-ascii", "ascii") and not declared else _decoded(body, charset)


def _decoded(body: bytes, charset: str) -> bytes:
    try:
        return body.decode(charset).encode("utf-8")
    except (UnicodeError, LookupError):
        raise BadAnswer(f"not in the character set {charset[:20]!r} that it claims", key="charset") from None


def refusal(response: HttpResponse, now: datetime, code: Callable[[Any], str]) -> DepartmentError:
    """The error that an answer's status tells; with what ``code`` finds in its JSON, where that can be read."""
    error = error_for(response, now)
    try:
        found = told_code(code(decode_json(response)))
    except BadAnswer:
        found = ""
    return type(error)(f"{error.detail} {found}".strip(), key=error.fault_key, retry_after=error.retry_after)


def told_code(code: object) -> str:
    """A department's own code for an error, as far as operators may be told it; empty for what is none."""
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""
