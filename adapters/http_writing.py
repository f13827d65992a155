"""Changes as JSON over HTTP: what is sent of a statement, and what the answer means for the change."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from adapters.answers import decode_json, refuse_pages
from adapters.asking import path_part
from adapters.contract import BadAnswer, Conflict, DepartmentError, Rejected
from adapters.manifest_apply import Statement
from adapters.templates import fill, written
from adapters.texts import clean
from adapters.transport import HttpRequest, HttpResponse, error_for
from adapters.writing import filled
from models.changes import Receipt

REFUSALS = frozenset({400, 403, 404, 409, 410, 412, 422, 423, 428})
"""Answers that may say why: their body is read. None of them means that the change was made."""
_LONGEST_WORDS = 300
_WORDS = ("detail", "message", "error_description", "description", "reason", "title", "msg", "error", "errors", "fault")
"""Where a refusal's sentence stands: RFC 9457, OAuth, OData and habit."""
_TYPED = re.compile(r"\{\w+(?:\|\w+)*\|(number|boolean)\}")


def request_for(statement: Statement, values: Mapping[str, str], address: str) -> HttpRequest:
    """The statement as a request below ``address``. Raises Rejected where a value that the path needs is empty."""
    path = filled(lambda template, all_of_them: fill(template, all_of_them, path_part), statement.path, values)
    if statement.path and not path:
        raise Rejected(f"a value of the path {statement.path} is empty", sent=False)
    url = address.rstrip("/") + path if path else address
    said = {name: text for name, template in statement.query.items() if (text := filled(fill, template, values))}
    if said:
        url += ("&" if "?" in url else "?") + urlencode(said, quote_via=quote)
    headers = {"accept": "application/json"}
    body = b""
    if statement.body:
        headers["content-type"] = "application/json"
        body = msgspec.json.encode(json_body(statement.body, values))
    headers |= {name.lower(): text for name, template in statement.headers.items() if (text := filled(fill, template, values))}
    return HttpRequest(statement.method, url, headers, body)


def json_body(templates: Mapping[str, str], values: Mapping[str, str]) -> dict[str, Any]:
    """``{"a.b": "{x}"}`` as ``{"a": {"b": x}}``; what comes out empty is null."""
    body: dict[str, Any] = {}
    for name, template in templates.items():
        *outer, last = name.split(".")
        inner = body
        for key in outer:
            inner = inner.setdefault(key, {})
        inner[last] = _json_value(template, filled(written, template, values))
    return body


def _json_value(template: str, text: str) -> Any:
    typed = _TYPED.fullmatch(template)
    if not text:
        return None
    if typed and typed[1] == "boolean":
        return text == "true"
    return msgspec.json.decode(text.encode()) if typed else text


def receipt_from(response: HttpResponse, read: Callable[[Any], Receipt], statement: Statement) -> Receipt:
    """The receipt of an answer 2xx. Raises BadAnswer where the answer can't tell that the change was made."""
    if not (statement.receipt or statement.link or statement.note):
        if response.body:
            refuse_pages(response)  # of a proxy's, perhaps, or one to sign in at
        return Receipt()
    return receipt_in(decode_json(response), read, statement)


def receipt_in(answer: Any, read: Callable[[Any], Receipt], statement: Statement) -> Receipt:
    """The receipt that an answer holds, of a list its first item. Raises BadAnswer where there should be one."""
    receipt = read(answer[0] if isinstance(answer, list) and answer else answer)
    if statement.receipt and not receipt.reference:
        raise BadAnswer(f"the answer has no receipt at {statement.receipt}", key="mapping")
    return receipt


def refused(response: HttpResponse, now: datetime) -> DepartmentError:
    """The error of an answer of REFUSALS, in the department's words where it gives some."""
    error = Conflict("HTTP 423", key="locked") if response.status == 423 else error_for(response, now)
    words = words_of(response)
    return type(error)(words, key=error.fault_key, retry_after=error.retry_after) if words else error


def words_of(response: HttpResponse) -> str:
    """The sentence in which a department says why; empty where there is none."""
    if response.headers.get("content-type", "").startswith("text/plain"):
        return clean(response.body.decode("utf-8", "replace").strip().partition("\n")[0])[:_LONGEST_WORDS]
    try:
        return clean(" ".join(_sentences(decode_json(response)).split()))[:_LONGEST_WORDS]
    except DepartmentError:
        return ""


def _sentences(answer: Any, depth: int = 0) -> str:
    if isinstance(answer, str):
        return answer
    if depth > 5:
        return ""
    if isinstance(answer, list):
        return "; ".join(filter(None, (_sentences(each, depth + 1) for each in answer[:5])))
    if isinstance(answer, dict):
        return next((found for name in _WORDS if (found := _sentences(answer.get(name), depth + 1))), "")
    return ""
