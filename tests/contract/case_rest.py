"""Cases of the kind ``rest``: every way of showing a credential, every way of paging, GET and POST."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from adapters.contract import CallContext, Department
from adapters.manifest import load_manifest
from adapters.registry import make_department
from adapters.transport import Transport
from tests.contract.case import Case
from tests.fakes.http_server import HttpServer
from tests.fakes.rest_city import SECRET, Auth, Paging, RestCity, manifest_toml


@contextmanager
def department_at(toml: str, folder: Path, credential: str | None) -> Iterator[tuple[Department, CallContext]]:
    file = folder / "permits.toml"
    file.write_text(toml, encoding="utf-8")
    transport = Transport()
    department = make_department(load_manifest(file, folder), transport)
    try:
        yield department, CallContext(time.monotonic() + 10, credential)
    finally:
        department.close()
        transport.close()


def rest_case(auth: Auth, paging: Paging, post: bool = False) -> Case:
    secret = SECRET if auth != "none" else None

    @contextmanager
    def opened(folder: Path) -> Iterator[tuple[Department, CallContext]]:
        with (
            HttpServer(RestCity(auth, paging)) as server,
            department_at(manifest_toml(server.url, auth, paging, post), folder, secret) as pair,
        ):
            yield pair

    def down(folder: Path) -> AbstractContextManager[tuple[Department, CallContext]]:
        with socket.create_server(("127.0.0.1", 0)) as closed_soon:
            port = closed_soon.getsockname()[1]
        return department_at(manifest_toml(f"http://127.0.0.1:{port}", auth, paging, post), folder, secret)

    name = f"rest-{auth}-{paging}{'-post' if post else ''}"
    return Case(name, opened, needs_credential=auth != "none", down=down)


CASES = [
    rest_case("none", "none"),
    rest_case("bearer", "page"),
    rest_case("api_key", "offset"),
    rest_case("basic", "cursor"),
    rest_case("oauth2", "link"),
    rest_case("parameter", "none", post=True),
]
