"""The server of Permits and licences: JSON, bearer token, pages by ``page`` and ``per_page`` with a Link header."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, abort, jsonify, request

from resources import resource
from resources.demo.documents import Register
from resources.demo.web import application, same_secret, whole

_ASK = {"family": "last_name", "given": "first_name", "born": "born", "phone": "phone", "email": "email"}
_ASK |= {"house": "house", "street": "street", "zip": "zip", "ref": "permit"}


def make(path: Path, secret: str) -> Flask:
    app, register = application("permits"), Register(path)

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

    return app


def _page(read: Any) -> Response:
    page, size = whole("page", 1, 1, 1_000), whole("per_page", 25, 1, 50)
    found = read(size + 1, (page - 1) * size)
    answer = jsonify(data=found[:size], page=page)
    if len(found) > size:
        arguments = {**request.args.to_dict(), "page": str(page + 1), "per_page": str(size)}
        answer.headers["Link"] = f'<{request.path}?{urlencode(arguments)}>; rel="next"'
    return answer
