"""The server of Permits and licences: JSON, bearer token, pages by ``page`` and ``per_page`` with a Link header.

A holder is changed by PATCH with ``If-Match``; every change has an ``Idempotency-Key``, under which it is made once.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, abort, jsonify, request

from resources import resource
from resources.demo.changing import Changing, Desk, Document, Held, Refused
from resources.demo.documents import Register
from resources.demo.permits import renewed
from resources.demo.web import application, same_secret, whole

_ASK = {"family": "last_name", "given": "first_name", "born": "born", "phone": "phone", "email": "email"}
_ASK |= {"house": "house", "street": "street", "zip": "zip", "ref": "permit"}


def make(path: Path, secret: str) -> Flask:
    app, register, changing = application("permits"), Register(path), Changing(path)

    @app.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        answer = jsonify(error=error.words)
        answer.status_code = 412 if error.status == 409 else error.status
        return answer

    @app.before_request
    def authorise() -> Response | None:
        if request.path == "/api/v1/openapi.json":
            return None  # what can be asked is no secret
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and same_secret(token, secret):
            return None
        answer = jsonify(error="invalid_token")
        answer.status_code, answer.headers["WWW-Authenticate"] = 401, "Bearer"
        return answer

    @app.get("/api/v1/openapi.json")
    def described() -> Response:
        return Response(resource("demo", "permits_openapi.json").read_text(encoding="utf-8"), content_type="application/json")

    @app.get("/api/v1/health")
    def health() -> Response:
        return jsonify(status="ok", permits=register.size())

    @app.get("/api/v1/people")
    def people() -> Response:
        ask = {key: request.args.get(name, "") for key, name in _ASK.items()}
        return _page(lambda limit, offset: register.people(ask, limit, offset))

    @app.get("/api/v1/people/<int:person>/permits")
    def permits(person: int) -> Response:
        if not register.knows(str(person)):
            abort(404)
        return _page(lambda limit, offset: register.matters(str(person), limit, offset))

    @app.get("/api/v1/permits/<number>")
    def permit(number: str) -> Response:
        found = register.matter(number)
        if found is None:
            abort(404)
        return jsonify(found)

    @app.get("/api/v1/people/<int:person>")
    def holder(person: int) -> Response:
        return _held(changing.held(person))

    @app.patch("/api/v1/people/<int:person>")
    def patch(person: int) -> Response:
        seen = request.headers.get("If-Match", "")
        if not seen:
            raise Refused(428, "Say which state was seen: If-Match.")
        asked = request.get_json()
        return _receipt(changing.once(_key(), lambda desk: _patched(desk, person, seen, asked)))

    @app.post("/api/v1/permits/<number>/renewals")
    def renew(number: str) -> Response:
        years = int((request.get_json() or {}).get("years") or 1)
        return _receipt(changing.once(_key(), lambda desk: renewed(desk, number, years, date.today())), 201)

    @app.get("/api/v1/changes")
    def changes() -> Response:
        found = changing.told(request.args.get("key", ""))
        return jsonify(data=[found] if found else [])

    @app.delete("/api/v1/changes/<number>")
    def take_back(number: str) -> Response:
        seen = request.headers.get("If-Match", "")

        def back(desk: Desk) -> Document:
            desk.restore(number, seen.strip('"r') if seen else None)
            return {"number": f"{desk.number}", "message": f"Change {number} was taken back."}

        return _receipt(changing.once(_key(), back))

    return app


def _key() -> str:
    return request.headers.get("Idempotency-Key", "")


def _held(held: Held) -> Response:
    answer = jsonify(held.doc)
    answer.headers["ETag"] = f'"r{held.rev}"'
    return answer


def _receipt(found: Document, status: int = 200) -> Response:
    answer = jsonify(receipt=found)
    answer.status_code = status
    return answer


def _patched(desk: Desk, person: int, seen: str, asked: Document) -> Document:
    """A merge patch (RFC 7396) of what a holder may tell of themselves."""
    held = desk.person(person, seen.strip('"r'))
    if unknown := asked.keys() - {"first_name", "last_name", "phone", "email", "address"}:
        raise Refused(422, f"{', '.join(sorted(unknown))} can't be changed.")
    if address := asked.pop("address", None):
        number, _, street = (address.get("line1") or "").partition(" ")
        held.lives(number, street, address.get("zip") or "")
        held.doc["address"] |= address
    held.doc |= asked
    if {"first_name", "last_name"} & asked.keys():
        held.is_called(held.doc["first_name"] or "", held.doc["last_name"] or "")
    if "phone" in asked:
        held.is_reached(phone=asked["phone"] or "")
    if "email" in asked:
        held.is_reached(email=asked["email"] or "")
    desk.keep(person, held)
    return {"number": f"{desk.number}", "message": ""}


def _page(read: Any) -> Response:
    page, size = whole("page", 1, 1, 1_000), whole("per_page", 25, 1, 50)
    found = read(size + 1, (page - 1) * size)
    answer = jsonify(data=found[:size], page=page)
    if len(found) > size:
        arguments = {**request.args.to_dict(), "page": str(page + 1), "per_page": str(size)}
        answer.headers["Link"] = f'<{request.path}?{urlencode(arguments)}>; rel="next"'
    return answer
