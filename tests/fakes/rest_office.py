"""One person's address behind a JSON interface that takes changes: with ETag and kept keys, or with a revision and a list of changes."""

from __future__ import annotations

import json
import threading
from typing import Any, Literal

from tests.contract.writing import HAS, KEPT, PERSON, REFUSED, WORDS
from tests.fakes.http_server import Asked, Reply

SECRET = "s3cret=+/ ü"
Style = Literal["etag", "revision"]


class RestOffice:
    """Answers ``/people/1001``, ``PUT /people/1001/address``, ``/changes?key=`` and ``DELETE /changes/NO``.

    ``etag``: the state is told by a header, and a change that comes twice under one ``Idempotency-Key`` is answered again.
    ``revision``: the state is told in the body, and keys are only listed.
    """

    def __init__(self, style: Style) -> None:
        self._style = style
        self._home = {name: HAS[name] for name in KEPT}
        self._revision = 1
        self._changes: dict[str, dict[str, Any]] = {}
        self._taking = threading.Lock()

    def has(self) -> dict[str, str]:
        return {name: text or "" for name, text in self._home.items()}

    def meddle(self) -> None:
        self._home["street"] = "Meddled Street"
        self._revision += 1

    def effects(self) -> int:
        return len(self._changes)

    def __call__(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization", "").encode("latin-1") != f"Bearer {SECRET}".encode():
            return Reply({"error": "who are you?"}, 401)
        with self._taking:
            return self._answer(asked)

    def _answer(self, asked: Asked) -> Reply:
        match asked.method, asked.path.strip("/").split("/"):
            case "GET", ["people", key] if key == PERSON:
                body = {"address": {**self._home}, "revision": self._revision}
                return Reply(body, headers={"etag": self._tag()} if self._style == "etag" else {})
            case "GET", ["changes"]:
                found = self._changes.get(asked.query.get("key", ""))
                return Reply({"items": [found] if found else []})
            case "PUT", ["people", key, "address"] if key == PERSON:
                return self._put(asked, json.loads(asked.body))
            case "DELETE", ["changes", number]:
                return self._take_back(asked, number)
        return Reply({"error": "not found"}, 404)

    def _tag(self) -> str:
        return f'"r{self._revision}"'

    def _key(self, asked: Asked) -> str:
        return asked.headers.get("idempotency-key") or asked.query.get("key", "")

    def _put(self, asked: Asked, body: dict[str, Any]) -> Reply:
        key = self._key(asked)
        if self._style == "etag" and key in self._changes:
            return Reply({"receipt": self._changes[key]})
        if not self._is_current(asked, body.get("revision")):
            return Reply({"error": {"message": "changed meanwhile"}}, 412 if self._style == "etag" else 409)
        if body["address"]["post_code"] == REFUSED:
            return Reply({"type": "about:blank", "title": "Unprocessable", "detail": f"Sorry, {WORDS}."}, 422)
        return self._set(key, body["address"])

    def _is_current(self, asked: Asked, revision: int | None) -> bool:
        if self._style == "etag":
            return asked.headers.get("if-match") in (None, self._tag())
        return revision == self._revision and isinstance(revision, int)

    def _set(self, key: str, home: dict[str, Any]) -> Reply:
        self._changes[key] = {"number": f"R-{len(self._changes) + 1}", "before": self._home}
        self._home = home
        self._revision += 1
        return Reply({"receipt": self._changes[key]}, 201)

    def _take_back(self, asked: Asked, number: str) -> Reply:
        key = self._key(asked)
        if key in self._changes:
            return Reply({"receipt": self._changes[key]})
        found = next((each for each in self._changes.values() if each["number"] == number), None)
        if found is None:
            return Reply({"error": "not found"}, 404)
        if asked.headers.get("if-match") != self._tag():
            return Reply({"error": "changed meanwhile"}, 412)
        return self._set(key, found["before"])


def manifest_toml(url: str, style: Style, kind: str = "rest") -> str:
    """The manifest of a RestOffice at ``url``; of another ``kind`` that sends JSON, too."""
    etag = style == "etag"
    body = ", ".join(f'"address.{name}" = "{{{name}}}"' for name in KEPT)
    return f"""
kind = "{kind}"
title = "Office"
colour = "#336699"
address = "{url}"
credential = "office"
auth = {{ type = "bearer" }}
capabilities = ["apply"]
roles = ["agent"]

[[apply]]
change = "address"
repeatable = {str(etag).lower()}

[apply.current]
path = "/people/{{subject}}"
values = {{ {", ".join(f'{name} = "address.{name}"' for name in KEPT)} }}
{"" if etag else 'version = "revision"'}

[apply.send]
method = "PUT"
path = "/people/{{subject}}/address"
{'headers = { "If-Match" = "{version}", "Idempotency-Key" = "{key}" }' if etag else 'query = { key = "{key}" }'}
body = {{ {body}{"" if etag else ', revision = "{version|number}"'} }}
receipt = "receipt.number"

[apply.settled]
path = "/changes"
query = {{ key = "{{key}}" }}
items = "items"
receipt = "number"

{UNDO if etag else ""}
"""


UNDO = """
[apply.undo]
method = "DELETE"
path = "/changes/{receipt}"
headers = { "If-Match" = "{version}", "Idempotency-Key" = "{key}" }
receipt = "receipt.number"
"""
