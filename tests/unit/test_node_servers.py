"""A third party's server from npm starts on the loopback, answers, and is one for the whole run."""

from __future__ import annotations

from urllib.request import urlopen

from tests.fakes.node_servers import node_server


def test_a_server_starts_once_and_answers() -> None:
    server = node_server("soap", "1.1", "none")
    assert server.url.startswith("http://127.0.0.1:")
    with urlopen(f"{server.url}/registry?wsdl", timeout=10) as answer:
        assert b"<wsdl:definitions" in answer.read()
    assert node_server("soap", "1.1", "none") is server
    assert server.process.poll() is None
