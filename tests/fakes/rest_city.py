"""The contract's data set behind JSON interfaces that differ in credential, paging and shape."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import parse_qs

from tests.contract.suite import PEOPLE, RECORDS, PersonRow, RecordRow
from tests.fakes.http_server import Asked, Reply

SECRET = "s3cret=+/ ü"
Auth = Literal["none", "bearer", "api_key", "parameter", "basic", "oauth2"]
Paging = Literal["none", "page", "offset", "cursor", "link"]


def person_json(person: PersonRow) -> dict[str, Any]:
    return {
        "id": int(person.id),
        "name": {"given": person.given, "family": person.family},
        "born": person.birth_date.strftime("%d.%m.%Y") if person.birth_date else None,
        "contact": {"phone": person.phone, "mail": [person.email] if person.email else []},
        "lives": {"street": person.street, "no": person.number, "zip": person.post_code, "town": person.city},
    }


def record_json(record: RecordRow) -> dict[str, Any]:
    return {
        "number": record.id,
        "subject": record.title,
        "owner": int(record.person),
        "state": record.status,
        "dates": {"opened": record.opened.isoformat() + "T09:30:00Z", "due": record.due.isoformat() if record.due else ""},
        "cents": int(record.amount * 100) if record.amount is not None else None,
    }


class RestCity:
    """Answers ``/people``, ``/people/ID/records``, ``/records/ID`` and ``/health``; ``size`` items a page."""

    def __init__(self, auth: Auth = "none", paging: Paging = "none", size: int = 2, header: str = "x-api-key") -> None:
        self._auth = auth
        self._paging = paging
        self._size = size
        self._header = header
        self.tokens: set[str] = set()
        self.tokens_given = 0

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/token":
            return self._token(asked)
        if not self._permitted(asked):
            return Reply({"error": "who are you?"}, 401)
        match asked.path.strip("/").split("/"):
            case ["people"]:
                return self._page(asked, [person_json(person) for person in self._found(asked)])
            case ["people", key, "records"]:
                if key not in {person.id for person in PEOPLE}:
                    return Reply({"error": "unknown"}, 404)
                return self._page(asked, [record_json(record) for record in RECORDS if record.person == key])
            case ["records", key]:
                found = [record_json(record) for record in RECORDS if record.id == key]
                return Reply(found[0]) if found else Reply({"error": "unknown"}, 404)
            case ["health"]:
                return Reply({"status": "ok"})
        return Reply({"error": "no such page"}, 404)

    @staticmethod
    def _found(asked: Asked) -> list[PersonRow]:
        query = json.loads(asked.body) if asked.body else asked.query
        begins = str(query["family"]).casefold()
        return [person for person in PEOPLE if person.family.casefold().startswith(begins)]

    def _permitted(self, asked: Asked) -> bool:
        shown = asked.headers.get("authorization", "")
        checks: dict[Auth, Callable[[], bool]] = {
            "none": lambda: True,
            "bearer": lambda: shown.encode("latin-1") == f"Bearer {SECRET}".encode(),
            "api_key": lambda: asked.headers.get(self._header, "").encode("latin-1") == SECRET.encode(),
            "parameter": lambda: asked.query.get("api_key") == SECRET,
            "basic": lambda: shown == "Basic " + base64.b64encode(f"desk:{SECRET}".encode()).decode(),
            "oauth2": lambda: shown.removeprefix("Bearer ") in self.tokens,
        }
        return checks[self._auth]()

    def _token(self, asked: Asked) -> Reply:
        from urllib.parse import quote_plus

        wanted = "Basic " + base64.b64encode(f"civic+desk:{quote_plus(SECRET)}".encode()).decode()
        form = parse_qs(asked.body.decode())
        if asked.headers.get("authorization") != wanted or form != {"grant_type": ["client_credentials"], "scope": ["read"]}:
            return Reply({"error": "invalid_client"}, 400)
        self.tokens_given += 1
        token = secrets.token_hex(8)
        self.tokens = {token}
        return Reply({"access_token": token, "token_type": "Bearer", "expires_in": 3600})

    def _page(self, asked: Asked, items: list[dict[str, Any]]) -> Reply:
        if self._paging == "none":
            return Reply({"data": {"items": items}})
        if self._paging == "page":
            start = (int(asked.query["page"]) - 1) * self._size
        elif self._paging == "offset":
            start = int(asked.query["offset"])
        else:
            start = int(asked.query.get("after", "0"))
        more = start + self._size < len(items)
        answer: dict[str, Any] = {"data": {"items": items[start : start + self._size]}}
        headers = {}
        if self._paging == "cursor":
            answer["next"] = str(start + self._size) if more else None
        if self._paging == "link" and more:
            from urllib.parse import urlencode

            follow = urlencode({**asked.query, "after": start + self._size})
            headers["link"] = f'<{asked.path}?{follow}>; title="a, b"; rel="next", </people>; rel="first"'
        return Reply(answer, headers=headers)


def manifest_toml(url: str, auth: Auth = "none", paging: Paging = "none", post: bool = False) -> str:
    """The manifest of a RestCity at ``url``."""
    from tests.contract import suite

    auths = {
        "none": "",
        "bearer": 'type = "bearer"',
        "api_key": 'type = "api_key"',
        "parameter": 'type = "api_key"\nparameter = "api_key"',
        "basic": 'type = "basic"\nuser = "desk"',
        "oauth2": 'type = "oauth2"\ntoken_url = "/token"\nclient_id = "civic desk"\nscope = "read"',
    }
    pagings = {
        "none": "",
        "page": 'paging = { by = "page", parameter = "page" }',
        "offset": 'paging = { by = "offset", parameter = "offset", size_parameter = "limit", size = 2 }',
        "cursor": 'paging = { by = "cursor", parameter = "after", next = "next" }',
        "link": 'paging = { by = "link" }',
    }
    ask = 'method = "POST"\nbody = { family = "{family}" }' if post else 'query = { family = "{family}", born = "{birth_date}" }'
    codes = "\n".join(f'{code} = {{ label = "{label}", state = "{state}" }}' for code, (label, state) in suite.STATUSES.items())
    return f"""
kind = "rest"
title = "Permits"
colour = "#336699"
address = "{url}"
{'credential = "permits"' if auth != "none" else ""}
capabilities = ["find", "records", "lookup", "check"]
roles = ["agent"]
references = ['{suite.RECORD_PATTERN}']
currency = "{suite.CURRENCY}"
limits = {{ people = {suite.PEOPLE_LIMIT}, records = {suite.RECORDS_LIMIT} }}

[auth]
{auths[auth]}

[[find]]
needs = ["family"]
path = "/people"
{ask}
items = "data.items"
{pagings[paging]}

[[records]]
path = "/people/{{subject}}/records"
items = "data.items"
{pagings[paging]}

[[lookup]]
path = "/records/{{reference|upper}}"

[check]
path = "/health"

[person]
id = "id"
given_name = "name.given"
family_name = "name.family"
birth_date = {{ from = "born", date = "%d.%m.%Y" }}
phones = ["contact.phone"]
emails = ["contact.mail[0]"]
address = {{ thoroughfare = "lives.street", locator = "lives.no", post_code = "lives.zip", city = "lives.town" }}

[record.permit]
id = "number"
title = "subject"
subject = "owner"
status = {{ from = "state", codes = "states" }}
opened = "dates.opened"
due = "dates.due"
amount = {{ from = "cents", cents = true }}

[codes.states]
{codes}
"""
