"""The server of Benefits: nested JSON, key in ``X-API-Key``, further pages by a cursor; changes are notices with a reference."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from flask import Flask, Response, abort, jsonify, request

from resources.demo.changing import Changing, Desk, Refused
from resources.demo.documents import Document, Register
from resources.demo.matching import PARTS
from resources.demo.web import application, same_secret

_PAGE = 20


def make(path: Path, secret: str) -> Flask:
    app, register, changing = application("benefits"), Register(path), Changing(path)

    @app.errorhandler(Refused)
    def refused(error: Refused) -> tuple[Response, int]:
        return jsonify(error={"code": "refused", "message": error.words}), error.status

    @app.before_request
    def authorise() -> tuple[Response, int] | None:
        if same_secret(request.headers.get("X-API-Key", ""), secret):
            return None
        return jsonify(error={"code": "unauthorised"}), 401

    @app.get("/v2/status")
    def status() -> Response:
        return jsonify(service="benefits", grants=register.size())

    @app.get("/v2/clients")
    def clients() -> Response:
        offset = _offset()
        ask = {part: request.args.get(part, "") for part in (*PARTS, "ref")}
        return _answer(register.people(ask, _PAGE + 1, offset), offset)

    @app.get("/v2/clients/<int:client>/grants")
    def grants(client: int) -> Response:
        if not register.knows(str(client)):
            abort(404)
        offset = _offset()
        return _answer(register.matters(str(client), _PAGE + 1, offset), offset)

    @app.get("/v2/grants/<number>")
    def grant(number: str) -> Response:
        found = register.matter(number)
        if found is None:
            abort(404)
        return jsonify(grant=found)

    @app.get("/v2/clients/<int:client>")
    def one(client: int) -> Response:
        held = changing.held(client)
        return jsonify(client=held.doc, version=held.rev)

    @app.post("/v2/clients/<int:client>/notices")
    def notice(client: int) -> Response:
        asked = request.get_json()
        return jsonify(notice=changing.once(asked["reference"], lambda desk: _noticed(desk, client, asked)))

    @app.get("/v2/notices")
    def notices() -> Response:
        found = changing.told(request.args.get("reference", ""))
        return jsonify(items=[found] if found else [])

    return app


def _noticed(desk: Desk, client: int, asked: Document) -> Document:
    """A change that was told. Raises Refused."""
    held = desk.person(client, asked.get("version"))
    told: Document = asked.get("data") or {}
    match asked["kind"]:
        case "phone":
            held.is_reached(phone=told.get("phone") or "")
            held.doc["contact"]["phones"] = [told["phone"]] if told.get("phone") else []
        case "email":
            held.is_reached(email=told.get("email") or "")
            held.doc["contact"]["email"] = told.get("email")
        case "death":
            held.doc["died"] = told.get("date")
        case "household":
            held.doc.setdefault("household", []).append(told)
        case other:
            raise Refused(422, f"Benefits takes no notice of the kind {other}.")
    desk.keep(client, held)
    return {"number": f"N{desk.number}", "message": "Grants are looked at again." if asked["kind"] in ("death", "household") else ""}


def _answer(found: list[Document], offset: int) -> Response:
    following = base64.urlsafe_b64encode(str(offset + _PAGE).encode()).decode() if len(found) > _PAGE else None
    return jsonify(items=found[:_PAGE], page={"next_cursor": following})


def _offset() -> int:
    """What the cursor stands for; a cursor that is none of ours is refused."""
    cursor = request.args.get("cursor", "")
    try:
        return int(base64.urlsafe_b64decode(cursor.encode()) or b"0")
    except (ValueError, binascii.Error):
        abort(400)
