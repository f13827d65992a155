"""The server of Cases: deeply nested JSON, basic authentication, ``limit`` and ``offset``; it thinks a while before each answer.

A party is changed by a posted change with its key and the revision that was seen.
"""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

from flask import Flask, Response, abort, jsonify, request

from resources.demo.case_changes import changed, noted
from resources.demo.cases import USER
from resources.demo.changing import Changing, Desk, Refused
from resources.demo.documents import Document, Register
from resources.demo.matching import PARTS
from resources.demo.web import application, same_secret, whole


def make(path: Path, secret: str, seconds: float) -> Flask:
    app, register, changing = application("cases"), Register(path), Changing(path)

    @app.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        answer = jsonify(fault={"reason": error.words})
        answer.status_code = error.status
        return answer

    @app.before_request
    def authorise() -> Response | None:
        given = request.authorization
        if given is not None and given.type == "basic" and given.username == USER and same_secret(given.password or "", secret):
            time.sleep(seconds)
            return None
        answer = jsonify(fault={"reason": "sign in"})
        answer.status_code, answer.headers["WWW-Authenticate"] = 401, 'Basic realm="Cases"'
        return answer

    @app.get("/cases/about")
    def about() -> Response:
        return jsonify(about={"system": "case office", "cases": register.size()})

    @app.get("/cases/parties")
    def parties() -> Response:
        ask = {part: request.args.get(part, "") for part in (*PARTS, "ref")}
        limit, offset = whole("limit", 50, 1, 100), whole("offset", 0, 0, 100_000)
        return _answer("parties", register.people(ask, limit, offset), limit)

    @app.get("/cases/parties/<int:party>/cases")
    def cases(party: int) -> Response:
        if not register.knows(str(party)):
            abort(404)
        limit, offset = whole("limit", 50, 1, 100), whole("offset", 0, 0, 100_000)
        return _answer("cases", register.matters(str(party), limit, offset), limit)

    @app.get("/cases/by-number/<number>")
    def case(number: str) -> Response:
        found = register.matter(number)
        if found is None:
            abort(404)
        return jsonify(result={"case": found})

    @app.get("/cases/parties/<int:party>")
    def one(party: int) -> Response:
        held = changing.held(party)
        return jsonify(result={"party": held.doc, "revision": held.rev})

    @app.post("/cases/parties/<int:party>/changes")
    def change(party: int) -> Response:
        asked = request.get_json()["change"]
        return _made(changing.once(asked["key"], lambda desk: changed(desk, party, asked, date.today())))

    @app.post("/cases/by-number/<number>/notes")
    def note(number: str) -> Response:
        asked = request.get_json()["note"]
        return _made(changing.once(asked["key"], lambda desk: noted(desk, number, asked["text"], date.today())))

    @app.get("/cases/changes/<key>")
    def made(key: str) -> Response:
        found = changing.told(key)
        if found is None:
            abort(404)
        return _made(found)

    @app.post("/cases/changes/<number>/reversal")
    def reverse(number: str) -> Response:
        asked = request.get_json()["reversal"]

        def back(desk: Desk) -> Document:
            desk.restore(number, asked.get("revision"))
            return {"number": f"CH-{desk.number}", "text": ""}

        return _made(changing.once(asked["key"], back))

    return app


def _made(found: Document) -> Response:
    return jsonify(result={"change": found})


def _answer(name: str, found: list[Document], limit: int) -> Response:
    return jsonify(result={name: [{"entry": each} for each in found]}, paging={"limit": limit, "returned": len(found)})
