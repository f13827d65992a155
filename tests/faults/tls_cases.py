"""Faults of TLS, by a certificate authority that lives as long as the case: nothing is said before the other side is known."""

from __future__ import annotations

import socket
import ssl
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Event

from adapters.manifest import load_manifest
from tests.fakes.certificates import Authority, make_key
from tests.fakes.raw_server import RawServer, answer
from tests.faults.behaviours import drips
from tests.faults.matrix import HANGS, Behaviour, Case, Ill, in_time
from tests.faults.test_departments_answers import ONE, department

Faulty = Callable[[Authority], Behaviour]


@contextmanager
def _opened(faulty: Faulty, word: str, folder: Path) -> Iterator[Ill]:
    """Asked by https; what is read before it is well is collected, and must be nothing of a question."""
    authority, healed, heard = Authority(folder), Event(), list[bytes]()
    well, ill = authority.server(), faulty(authority)

    def act(connection: socket.socket) -> None:
        if healed.is_set():
            with well.wrap_socket(connection, server_side=True) as secured:
                secured.recv(65_536)
                secured.sendall(answer(ONE))
        else:
            with suppress(OSError):
                ill(server, connection)
                heard.append(connection.recv(65_536))

    with RawServer(act, until=b"") as server:
        manifest = department(server.url.replace("http:", "https:"), folder)
        file = Path(manifest.path)
        file.write_text('tls = { authorities = "{site}/authority.pem" }\n' + file.read_text(encoding="utf-8"), encoding="utf-8")
        yield Ill(in_time(load_manifest(file, folder), word), healed.set)
    assert not any(b"people" in each or b"s3cret" in each for each in heard)


def _shown(make: Callable[[Authority], ssl.SSLContext]) -> Faulty:
    """Shakes hands with what ``make`` gives, and then would listen."""

    def faulty(authority: Authority) -> Behaviour:
        context = make(authority)

        def behave(server: RawServer, connection: socket.socket) -> None:
            with context.wrap_socket(connection, server_side=True) as secured:
                assert secured.recv(65_536) == b"", "it was told something"

        return behave

    return faulty


def _stranger(authority: Authority) -> ssl.SSLContext:
    folder = authority.file.parent / "stranger"
    folder.mkdir(exist_ok=True)
    return Authority(folder).server()


def _self_signed(authority: Authority) -> ssl.SSLContext:
    key, certificate = make_key(authority.file.parent, "")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def _old(version: ssl.TLSVersion) -> Callable[[Authority], ssl.SSLContext]:
    def make(authority: Authority) -> ssl.SSLContext:
        context = authority.server()
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = version
        return context

    return make


def _plainly(behave: Behaviour) -> Faulty:
    return lambda authority: behave


CASES: dict[str, tuple[Faulty, str, str]] = {
    "a certificate for another host": (_shown(lambda authority: authority.server("permits.example")), "not_trusted", "refused"),
    "a certificate for another address": (_shown(lambda authority: authority.server("127.0.0.2")), "not_trusted", "refused"),
    "a certificate that has expired": (_shown(lambda authority: authority.server(days=-1)), "not_trusted", "expired"),
    "an authority that nobody trusts": (_shown(_stranger), "not_trusted", "refused"),
    "a certificate signed by itself": (_shown(_self_signed), "not_trusted", "self-signed"),
    "TLS 1.0": (_shown(_old(ssl.TLSVersion.TLSv1)), "no_connection", ""),
    "TLS 1.1": (_shown(_old(ssl.TLSVersion.TLSv1_1)), "no_connection", ""),
    "no TLS at all": (_plainly(lambda server, connection: connection.sendall(answer(ONE))), "no_connection", "no TLS with"),
    "says nothing after the greeting": (_plainly(lambda server, connection: server.wait(HANGS)), "timed_out", "no connection"),
    "shakes hands a byte at a time": (_plainly(drips(b"", b"\x16\x03\x03\x40\x00" + b"\x02" * 200)), "timed_out", "no connection"),
    "hangs up while shaking hands": (_plainly(lambda server, connection: connection.shutdown(socket.SHUT_WR)), "no_connection", ""),
}
MATRIX = [Case("https", fault, partial(_opened, faulty, word), word, detail) for fault, (faulty, word, detail) in CASES.items()]
