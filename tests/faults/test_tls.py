"""Departments behind TLS: answered where the certificate is right, refused where it is not, and never waited for beyond the deadline."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue

import pytest

from adapters.contract import CallContext, DepartmentError, TimedOut, Unavailable
from adapters.tls import Tls
from adapters.transport import HttpRequest, HttpResponse, Transport
from tests.fakes.certificates import Authority
from tests.fakes.http_server import HttpServer, Reply
from tests.fakes.raw_server import RawServer


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


class InReactor(Transport):
    """Sends from within a call of its reactor."""

    def send(self, request: HttpRequest, ctx: CallContext, *, max_bytes: int, accept: frozenset[int] = frozenset()) -> HttpResponse:
        ends: SimpleQueue[HttpResponse | BaseException] = SimpleQueue()
        sent = super().send

        def call() -> None:
            try:
                ends.put(sent(request, ctx, max_bytes=max_bytes, accept=accept))
            except BaseException as error:
                ends.put(error)

        self.reactor.run(call)
        end = ends.get(timeout=30)
        if isinstance(end, BaseException):
            raise end
        return end


@pytest.fixture(params=[Transport, InReactor])
def transport(request: pytest.FixtureRequest, authority: Authority) -> Iterator[Transport]:
    transport: Transport = request.param(Tls(authorities=str(authority.file)))
    yield transport
    transport.close()


def get(transport: Transport, url: str, seconds: float = 10.0) -> HttpResponse:
    return transport.send(HttpRequest("GET", url), CallContext(time.monotonic() + seconds), max_bytes=10_000_000)


def test_connections_are_used_again_and_long_answers_arrive_whole(transport: Transport, authority: Authority) -> None:
    body = b"x" * 3_000_000
    with HttpServer(lambda _: Reply(body), tls=authority.server()) as server:
        assert get(transport, server.url).body == body
        assert get(transport, server.url).body == body
        assert server.connections == 1


def test_a_server_that_was_started_anew_is_reached(transport: Transport, authority: Authority) -> None:
    with HttpServer(lambda _: Reply(b"x"), tls=authority.server()) as server:
        get(transport, server.url)
        server.drop_connections()
        assert get(transport, server.url).body == b"x"
        assert server.connections == 2


@pytest.mark.parametrize(("host", "days"), [("127.0.0.2", 1), ("permits.example", 1), ("127.0.0.1", -1)])
def test_a_wrong_certificate_is_refused(transport: Transport, authority: Authority, host: str, days: int) -> None:
    with HttpServer(lambda _: Reply(b"x"), tls=authority.server(host, days)) as server:
        with pytest.raises(Unavailable, match=r"the certificate of 127\.0\.0\.1 is refused: "):
            get(transport, server.url)
        assert server.asked == []


def test_an_authority_that_nobody_trusts_is_refused(authority: Authority) -> None:
    stranger = Transport()
    with HttpServer(lambda _: Reply(b"x"), tls=authority.server()) as server:
        with pytest.raises(Unavailable, match="refused"):
            get(stranger, server.url)
        assert server.asked == []
    stranger.close()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_old_tls_is_refused(transport: Transport, authority: Authority) -> None:
    old = authority.server()
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with HttpServer(lambda _: Reply(b"x"), tls=old) as server:
        with pytest.raises(Unavailable, match="no TLS with"):
            get(transport, server.url)
        assert server.asked == []


def test_a_server_without_tls_is_told(transport: Transport) -> None:
    with HttpServer(lambda _: Reply(b"x")) as server, pytest.raises(Unavailable, match="no TLS with"):
        get(transport, server.url.replace("http:", "https:"))


@pytest.mark.parametrize("drip", [b"", b"\x16\x03\x03\x40\x00" + b"\x02" * 1000])
def test_shaking_hands_ends_at_the_deadline(transport: Transport, drip: bytes) -> None:
    """Silence, or a record of the handshake that comes byte by byte."""

    class Silent(RawServer):
        def _talk(self, connection: socket.socket) -> None:
            with connection:
                for byte in drip:
                    try:
                        connection.sendall(bytes([byte]))
                    except OSError:
                        return
                    self.wait(0.02)
                self.wait(20)

    with Silent(lambda _: None) as server, pytest.raises(TimedOut):
        get(transport, server.url.replace("http:", "https:"), 0.4)


@pytest.mark.parametrize("url", ["https://127.0.0.1:99999/", "https://user@127.0.0.1/", "ftp://127.0.0.1/", "https:///x"])
def test_what_is_no_address(transport: Transport, url: str) -> None:
    with pytest.raises(DepartmentError, match="the address is not"):
        get(transport, url)


def test_a_name_that_cant_be_one(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(name: str, *_: object, **__: object) -> list[object]:
        raise UnicodeError("label empty or too long")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(Unavailable, match="no host can have this name"):
        get(transport, f"https://{'a' * 70}.example/")
