"""The server of Service requests: GeoReport v2 (http://wiki.open311.org/GeoReport_v2/), with what staff need besides.

Staff give ``api_key`` and may filter by ``account_id``, ``first_name``, ``last_name``, ``phone``, ``email`` and ``address``;
they are then told who reported. Everything but discovery needs the key.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from flask import Flask, Response, abort, jsonify, request

from resources.demo.request_search import RequestFile
from resources.demo.service_requests import SERVICES
from resources.demo.web import same_secret, whole

Item = dict[str, Any]
_CHANGED = "2025-03-01T00:00:00Z"
_AGENCY = "Department of Public Works"


def make(path: Path, secret: str) -> Flask:
    app, file = Flask("requests", static_folder=None), RequestFile(path)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]

    @app.errorhandler(400)
    @app.errorhandler(401)
    @app.errorhandler(404)
    def fault(error: Any) -> Response:
        form = "xml" if request.path.endswith(".xml") else "json"
        return _written("errors", "error", [{"code": error.code, "description": error.name}], form, error.code)

    @app.before_request
    def authorise() -> None:
        if not request.path.startswith("/discovery.") and not same_secret(request.args.get("api_key", ""), secret):
            abort(401)

    @app.get("/discovery.<any(json, xml):form>")
    def discovery(form: str) -> Response:
        base = f"{request.host_url}open311/v2"
        endpoint = {"specification": "http://wiki.open311.org/GeoReport_v2", "url": base, "changeset": _CHANGED, "type": "production"}
        if form == "json":
            offered = {**endpoint, "formats": ["application/json", "text/xml"]}
            return jsonify(changeset=_CHANGED, contact="311@springvale.example", endpoints=[offered])
        inner = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in endpoint.items())
        formats = "<formats><format>text/xml</format><format>application/json</format></formats>"
        return _xml(f"<discovery><endpoints><endpoint>{inner}{formats}</endpoint></endpoints></discovery>")

    @app.get("/open311/v2/services.<any(json, xml):form>")
    def services(form: str) -> Response:
        found = [
            {"service_code": code, "service_name": name, "description": f"{name}; promised within {days} days", "metadata": "false"}
            | {"type": "realtime", "keywords": group.lower(), "group": group}
            for code, name, group, days in SERVICES
        ]
        return _written("services", "service", found, form)

    @app.get("/open311/v2/services/<code>.<any(json, xml):form>")
    def definition(code: str, form: str) -> Response:
        if code not in {each[0] for each in SERVICES}:
            abort(404)
        if form == "json":
            return jsonify(service_code=code, attributes=[])
        return _xml(f"<service_definition><service_code>{code}</service_code><attributes/></service_definition>")

    @app.get("/open311/v2/requests.<any(json, xml):form>")
    def requests(form: str) -> Response:
        ask = request.args.to_dict()
        since, until = _day("start_date"), _day("end_date")
        if not (since or until or file.names_somebody(ask)):
            since = date.today() - timedelta(days=90)  # as the standard has it
        size = whole("page_size", 100, 1, 500)
        found = file.search(ask, since, until, size, (whole("page", 1, 1, 10_000) - 1) * size)
        return _written("service_requests", "request", [_item(each) for each in found], form)

    @app.get("/open311/v2/requests/<number>.<any(json, xml):form>")
    def one(number: str, form: str) -> Response:
        found = file.by_number(number)
        if found is None:
            abort(404)
        return _written("service_requests", "request", [_item(found)], form)

    @app.get("/open311/v2/tokens/<token>.<any(json, xml):form>")
    def token(token: str, form: str) -> Response:
        number = token.removeprefix("T-")
        if file.by_number(number) is None:
            abort(404)
        return _written("service_requests", "request", [{"token": token, "service_request_id": number}], form)

    return app


_NAMES = {code: name for code, name, _, _ in SERVICES}


def _item(row: Item) -> Item:
    return {**row, "service_name": _NAMES[row["service_code"]], "agency_responsible": _AGENCY, "media_url": None, "service_notice": None}


def _day(name: str) -> date | None:
    given = request.args.get(name, "")
    try:
        return date.fromisoformat(given[:10]) if given else None
    except ValueError:
        abort(400)


def _written(several: str, single: str, items: list[Item], form: str, code: int = 200) -> Response:
    if form == "json":
        answer = jsonify(items)
    else:
        inner = "".join(
            f"<{single}>{''.join(f'<{key}>{_text(value)}</{key}>' for key, value in item.items())}</{single}>" for item in items
        )
        answer = _xml(f"<{several}>{inner}</{several}>")
    answer.status_code = code
    return answer


def _text(value: Any) -> str:
    return "" if value is None else escape(str(value))


def _xml(text: str) -> Response:
    return Response(f'<?xml version="1.0" encoding="utf-8"?>{text}', content_type="text/xml; charset=utf-8")
