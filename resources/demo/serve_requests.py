"""The server of Service requests: GeoReport v2 (http://wiki.open311.org/GeoReport_v2/), with what staff need besides.

Staff give ``api_key`` and may filter by ``account_id``, ``first_name``, ``last_name``, ``phone``, ``email`` and ``address``;
they are then told who reported. Everything but discovery needs the key. Besides reporting, staff may escalate, comment, and
change what reporters tell of themselves, in JSON.
"""

from __future__ import annotations

import secrets
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from flask import Flask, Response, abort, jsonify, request

from resources.demo.changing import Changing, Refused
from resources.demo.request_changes import account, commented, escalated, now, reported, restored, told
from resources.demo.request_search import RequestFile
from resources.demo.service_requests import ATTRIBUTES, SERVICES
from resources.demo.web import same_secret, whole

Item = dict[str, Any]
_CHANGED = "2025-03-01T00:00:00Z"
_AGENCY = "Department of Public Works"


def make(path: Path, secret: str) -> Flask:
    app, file, changing = Flask("requests", static_folder=None), RequestFile(path), Changing(path)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]

    @app.errorhandler(400)
    @app.errorhandler(401)
    @app.errorhandler(404)
    def fault(error: Any) -> Response:
        form = "xml" if request.path.endswith(".xml") else "json"
        return _written("errors", "error", [{"code": error.code, "description": error.name}], form, error.code)

    @app.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        form = "xml" if request.path.endswith(".xml") else "json"
        return _written("errors", "error", [{"code": error.status, "description": error.words}], form, error.status)

    @app.before_request
    def authorise() -> None:
        if not request.path.startswith("/discovery.") and not same_secret(request.values.get("api_key", ""), secret):
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
            {
                "service_code": code,
                "service_name": name,
                "description": f"{name}; promised within {days} days",
                "metadata": "true" if ATTRIBUTES.get(code) else "false",
            }
            | {"type": "realtime", "keywords": group.lower(), "group": group}
            for code, name, group, days in SERVICES
        ]
        return _written("services", "service", found, form)

    @app.get("/open311/v2/services/<code>.<any(json, xml):form>")
    def definition(code: str, form: str) -> Response:
        if code not in {each[0] for each in SERVICES}:
            abort(404)
        return _definition(code, form)

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
        found = file.by_token(token)
        if found is None:
            abort(404)
        number = found["service_request_id"] if found["numbered_at"] < time.time() else None
        return _written("service_requests", "request", [{"token": token, "service_request_id": number}], form)

    @app.post("/open311/v2/requests.<any(json, xml):form>")
    def post(form: str) -> Response:
        key = request.headers.get("Idempotency-Key") or secrets.token_hex(8)
        several = request.form.to_dict(flat=False)
        picture = "media" in request.files
        made = changing.once(key, lambda desk: reported(desk, request.form, several, now(), picture))
        return _written("service_requests", "request", [made], form)

    @app.post("/open311/v2/requests/<number>/<any(escalations, comments):what>")
    def more(number: str, what: str) -> Response:
        asked = request.get_json()
        work = escalated if what == "escalations" else commented
        return jsonify(change=changing.once(asked["key"], lambda desk: work(desk, number, asked.get("text"), now())))

    @app.get("/open311/v2/accounts/<key>")
    def reporter(key: str) -> Response:
        return jsonify(changing.read(lambda desk: account(desk, key)))

    @app.post("/open311/v2/accounts/<key>/changes")
    def change(key: str) -> Response:
        asked = request.get_json()
        return jsonify(change=changing.once(asked["key"], lambda desk: told(desk, key, asked)))

    @app.post("/open311/v2/accounts/<key>/reversals")
    def reverse(key: str) -> Response:
        asked = request.get_json()
        return jsonify(change=changing.once(asked["key"], lambda desk: restored(desk, key, asked["number"], asked.get("rev"))))

    @app.get("/open311/v2/changes")
    def changes() -> Response:
        found = changing.told(request.args.get("key", ""))
        return jsonify([found] if found else [])

    return app


def _definition(code: str, form: str) -> Response:
    attributes = [
        {"variable": True, "required": False, "datatype_description": "", **each, "order": order}
        | {"values": [{"key": key, "name": name} for key, name in each.get("values", {}).items()]}
        for order, each in enumerate(ATTRIBUTES.get(code, ()), start=1)
    ]
    if form == "json":
        return jsonify(service_code=code, attributes=attributes)
    inner = "".join(
        "<attribute>"
        + "".join(f"<{key}>{_text(_xml_value(value))}</{key}>" for key, value in each.items() if key != "values")
        + "<values>"
        + "".join(f"<value><key>{_text(value['key'])}</key><name>{_text(value['name'])}</name></value>" for value in each["values"])
        + "</values></attribute>"
        for each in attributes
    )
    return _xml(f"<service_definition><service_code>{code}</service_code><attributes>{inner}</attributes></service_definition>")


def _xml_value(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


_NAMES = {code: name for code, name, _, _ in SERVICES}


def _item(row: Item) -> Item:
    shown = {name: value for name, value in row.items() if name not in ("token", "numbered_at")}
    return {**shown, "service_name": _NAMES[row["service_code"]], "agency_responsible": _AGENCY, "service_notice": None}


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
