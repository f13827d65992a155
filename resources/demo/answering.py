"""Whether a department of the city answers: really asked, with its credential, over its own protocol."""

from __future__ import annotations

import base64
import http.client
import sqlite3
from contextlib import closing
from pathlib import Path

from resources.demo.cases import USER


def answers(department: str, database: Path, port: int, secret: str) -> bool:
    """Ask a server at ``port`` of this machine, or the database where it has none."""
    if not port:
        with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as file:
            return bool(file.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    path, headers = _question(department, secret)
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _question(department: str, secret: str) -> tuple[str, dict[str, str]]:
    if department == "permits":
        return "/api/v1/health", {"Authorization": f"Bearer {secret}"}
    if department == "benefits":
        return "/v2/status", {"X-API-Key": secret}
    if department == "cases":
        return "/cases/about", {"Authorization": "Basic " + base64.b64encode(f"{USER}:{secret}".encode()).decode()}
    return f"/open311/v2/services.json?api_key={secret}", {}
