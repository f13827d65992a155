"""What the city's small web servers have in common: a quiet Flask application that answers errors as JSON."""

from __future__ import annotations

import hmac

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException


def application(name: str) -> Flask:
    """A Flask application without static files, whose every error is JSON."""
    app = Flask(name, static_folder=None)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]

    @app.errorhandler(HTTPException)
    def in_json(error: HTTPException) -> Response:
        answer = jsonify(error=error.name)
        answer.status_code = error.code or 500
        return answer

    return app


def same_secret(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode(), secret.encode())


def whole(name: str, default: int, low: int, high: int) -> int:
    """A whole number of the query, held within bounds; the default where it is none."""
    given = request.args.get(name, default, type=int)
    return max(low, min(high, given))
