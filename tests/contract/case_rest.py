"""Cases of the kind ``rest``: every way of showing a credential, every way of paging, GET and POST."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from adapters.contract import CallContext, Department
from tests.contract.case import Case, department_at
from tests.fakes.http_server import HttpServer
from tests.fakes.processes import free_port
from tests.fakes.rest_city import SECRET, Auth, Paging, RestCity, manifest_toml


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
        return department_at(manifest_toml(f"http://127.0.0.1:{free_port()}", auth, paging, post), folder, secret)

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
