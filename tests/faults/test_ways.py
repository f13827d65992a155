"""The way to a department: whom it trusts, what it shows, through which proxy, and that nothing goes in the clear unasked."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from adapters.contract import CallContext, Department, DepartmentError, Rejected, SignInNeeded, TimedOut, Unavailable
from adapters.manifest import ManifestError, load_manifest
from adapters.registry import make_department
from adapters.tls import Tls, told
from adapters.transport import HttpRequest, HttpResponse, Transport
from app.config import load_site
from models.query import SearchQuery
from tests.contract.case_rest import manifest_toml
from tests.fakes.certificates import Authority
from tests.fakes.http_server import HttpServer, Reply
from tests.fakes.raw_server import RawServer

SITE = 'name = "X"\nroles = ["agent", "caseworker", "supervisor"]\n'
PHRASE = "opens the key"


def get(transport: Transport, url: str, seconds: float = 5.0) -> HttpResponse:
    with closing(transport):
        return transport.send(HttpRequest("GET", url), CallContext(time.monotonic() + seconds), max_bytes=100_000)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def client(authority: Authority) -> Tls:
    certificate, key = authority.client(PHRASE)
    return Tls(authorities=str(authority.file), certificate=str(certificate), key=str(key), credential="desk-key")


class Proxy(RawServer):
    """Connects where it is told to, or refuses with ``refusal``; what is not CONNECT it answers itself."""

    def __init__(self, refusal: bytes = b"") -> None:
        super().__init__(self._act)
        self._refusal = refusal

    @property
    def address(self) -> str:
        return self.url

    def _act(self, connection: socket.socket) -> None:
        method, target, _ = self.requests[-1].split(b" ", 2)
        if self._refusal or method != b"CONNECT":
            connection.sendall(self._refusal or b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]")
            return
        port = int(target.rpartition(b":")[2])
        with socket.create_connection(("127.0.0.1", port)) as there:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            there.settimeout(0.01)
            connection.settimeout(0.01)
            while not self.ended.is_set():
                for one, other in ((connection, there), (there, connection)):
                    with suppress(TimeoutError):
                        if not (data := one.recv(65536)):
                            return
                        other.sendall(data)


# --- whom to trust


def test_without_a_file_the_systems_authorities_are_trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    with HttpServer(lambda _: Reply(b"x"), tls=authority.server()) as server:
        with pytest.raises(Unavailable, match="refused") as refused:
            get(Transport(), server.url)
        assert refused.value.fault_key == "not_trusted"
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))  # where OpenSSL has the system's
        assert get(Transport(), server.url).body == b"x"


def test_with_a_file_its_authorities_alone_are_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    ours, systems = Authority(tmp_path / "a"), Authority(tmp_path / "b")
    monkeypatch.setenv("SSL_CERT_FILE", str(systems.file))
    with HttpServer(lambda _: Reply(b"x"), tls=systems.server()) as server:
        with pytest.raises(Unavailable, match="refused"):
            get(Transport(Tls(authorities=str(ours.file))), server.url)
        assert server.asked == []


# --- what is shown


def test_a_client_certificate_is_shown(authority: Authority, client: Tls) -> None:
    names = []
    with HttpServer(lambda _: Reply(b"x"), tls=authority.server(clients=True)) as server:
        transport = Transport(client, secret=lambda name: names.append(name) or PHRASE)
        assert get(transport, server.url).body == b"x"
    assert names == ["desk-key"]


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_one_that_is_missed_is_not_waited_for(authority: Authority, newest: ssl.TLSVersion) -> None:
    context = authority.server(clients=True)
    context.maximum_version = newest
    with HttpServer(lambda _: Reply(b"x"), tls=context) as server:
        with pytest.raises((SignInNeeded, Unavailable)):  # whether its alert or its end comes first is up to the system
            get(Transport(Tls(authorities=str(authority.file))), server.url)
        assert server.asked == []


@pytest.mark.parametrize("reason", ["TLSV13_ALERT_CERTIFICATE_REQUIRED", "SSLV3_ALERT_BAD_CERTIFICATE", "TLSV1_ALERT_UNKNOWN_CA"])
def test_an_alert_that_misses_one_is_told_as_such(reason: str) -> None:
    error = ssl.SSLError(1, reason)
    error.reason = reason
    assert "client certificate" in told(error, "permits").detail
    error.reason = "WRONG_VERSION_NUMBER"
    assert told(error, "permits").detail == "no TLS with permits: WRONG_VERSION_NUMBER"


@pytest.mark.parametrize(("phrase", "key"), [(None, "no_credential"), ("wrong", "sign_in_needed")])
def test_a_key_that_is_not_opened(authority: Authority, client: Tls, phrase: str | None, key: str) -> None:
    with HttpServer(lambda _: Reply(b"x"), tls=authority.server(clients=True)) as server:
        with pytest.raises(SignInNeeded) as refused:
            get(Transport(client, secret=lambda _: phrase), server.url)
        assert (refused.value.fault_key, server.asked) == (key, [])
    assert "wrong" not in refused.value.detail


def test_a_keyring_that_hangs_ends_at_the_deadline(authority: Authority, client: Tls) -> None:
    with HttpServer(lambda _: Reply(b"x"), tls=authority.server(clients=True)) as server, pytest.raises(TimedOut):
        get(Transport(client, secret=lambda _: time.sleep(1)), server.url, 0.2)  # type: ignore[func-returns-value]


# --- a proxy


@pytest.fixture
def _a_host_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing on this machine is asked through a proxy, so that the loopback is taken for another machine here."""
    monkeypatch.setattr("adapters.transport.on_this_machine", lambda host: False)


@pytest.mark.usefixtures("_a_host_elsewhere")
def test_https_goes_through_a_tunnel(authority: Authority) -> None:
    with HttpServer(lambda _: Reply(b"x"), tls=authority.server("permits.example")) as server, Proxy() as proxy:
        transport = Transport(Tls(authorities=str(authority.file)), proxy=proxy.address)
        assert get(transport, f"https://permits.example:{server.port}/people?name=Gonzalez").body == b"x"
        assert server.asked[0].path == "/people"
    assert proxy.requests == [
        f"CONNECT permits.example:{server.port} HTTP/1.1\r\nhost: permits.example:{server.port}\r\nuser-agent: CivicDesk\r\n\r\n".encode()
    ], "the proxy learns where, but neither what nor the credential"


@pytest.mark.usefixtures("_a_host_elsewhere")
def test_http_that_is_allowed_is_asked_of_the_proxy() -> None:
    with Proxy() as proxy:
        transport = Transport(proxy=proxy.address, plain_http=("permits.example",))
        assert get(transport, "http://permits.example/people?a=1").body == b"[]"
    assert proxy.requests[0].startswith(b"GET http://permits.example:80/people?a=1 HTTP/1.1\r\nhost: permits.example\r\n")


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n", "the proxy does not connect to .*: HTTP 407"),
        (b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\nsmuggled", "the proxy does not connect"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "not HTTP"),
    ],
)
@pytest.mark.usefixtures("_a_host_elsewhere")
def test_a_proxy_that_does_not_connect(refusal: bytes, words: str) -> None:
    with Proxy(refusal) as proxy, pytest.raises(DepartmentError, match=words):
        get(Transport(proxy=proxy.address), "https://permits.example/")


@pytest.mark.usefixtures("_a_host_elsewhere")
def test_a_proxy_that_is_not_there() -> None:
    with RawServer(lambda _: None) as gone:
        address = gone.url
    with pytest.raises(Unavailable, match=r"no connection to the proxy 127\.0\.0\.1"):
        get(Transport(proxy=address), "https://permits.example/")


def test_this_machine_is_asked_straight() -> None:
    with HttpServer(lambda _: Reply(b"x")) as server, Proxy() as proxy:
        assert get(Transport(proxy=proxy.address), server.url).body == b"x"
    assert proxy.requests == []


# --- in the clear


def test_nothing_goes_in_the_clear_to_another_machine() -> None:
    with pytest.raises(Rejected, match=r"permits\.example is not asked without TLS: write https://, or name it in plain_http"):
        get(Transport(), "http://permits.example/people")


def test_a_site_may_name_hosts_that_are_asked_in_the_clear() -> None:
    with pytest.raises(Unavailable, match="no connection"):  # there is no such host, but it was looked for
        get(Transport(plain_http=("permits.example",)), "http://permits.example/people")


# --- as manifests and sites say it


def write_site(folder: Path, manifest: str, site: str = "") -> None:
    (folder / "departments").mkdir()
    (folder / "site.toml").write_text(SITE + site, encoding="utf-8")
    (folder / "departments" / "permits.toml").write_text(manifest, encoding="utf-8")


def test_a_manifest_without_tls_is_left_out_with_its_line(tmp_path: Path) -> None:
    write_site(tmp_path, manifest_toml("http://permits.intranet/api"))
    site = load_site(tmp_path)
    problem = site.problems["permits"][0]
    line = (
        (tmp_path / "departments" / "permits.toml")
        .read_text(encoding="utf-8")
        .splitlines()
        .index('address = "http://permits.intranet/api"')
    )
    assert problem.line == line + 1
    assert "address has no TLS: write https://" in problem.text
    assert "name 'permits.intranet' in plain_http of site.toml" in problem.text


def test_a_site_says_which_hosts_need_none(tmp_path: Path) -> None:
    write_site(tmp_path, manifest_toml("http://permits.intranet/api"), 'plain_http = ["permits.intranet"]\n')
    assert load_site(tmp_path).problems == {}


def made(folder: Path, tls: str) -> Callable[[], Department]:
    file = folder / "permits.toml"
    file.write_text(f"tls = {{ {tls} }}\n" + manifest_toml("https://permits.example"), encoding="utf-8")
    return lambda: make_department(load_manifest(file, folder), Transport())


@pytest.mark.parametrize(
    ("tls", "words"),
    [
        ('authorities = "{site}/nowhere.pem"', r"permits.toml:1: tls.authorities: the file can't be read: No such file"),
        ('authorities = "{site}/permits.toml"', r"tls.authorities: the file is not in PEM"),
        ('certificate = "a.pem"', "a client certificate needs certificate and key"),
        ('certificate = "{site}/server1.pem", key = "{site}/server1.pem", credential = "x"', "the private key is not encrypted"),
    ],
)
def test_files_that_can_not_be_used_are_told_with_their_line(authority: Authority, tmp_path: Path, tls: str, words: str) -> None:
    authority.server()
    with pytest.raises(ManifestError, match=words):
        made(tmp_path, tls)()


@pytest.mark.parametrize("proxy", ["https://proxy:3128", "proxy:3128", "http://user:secret@proxy:3128", "http://proxy"])
def test_what_is_no_proxy(tmp_path: Path, proxy: str) -> None:
    file = tmp_path / "permits.toml"
    file.write_text(f'proxy = "{proxy}"\n' + manifest_toml("https://permits.example"), encoding="utf-8")
    with pytest.raises(ManifestError, match=r"permits.toml:1: proxy .*http://host:port"):
        load_manifest(file, tmp_path)


@pytest.fixture
def transport() -> Iterator[Transport]:
    with closing(Transport(proxy="http://127.0.0.1:9")) as transport:
        yield transport


def test_departments_share_one_way_unless_they_name_another(transport: Transport, authority: Authority, tmp_path: Path) -> None:
    def way(more: str) -> Transport:
        file = tmp_path / "permits.toml"
        file.write_text(more + manifest_toml("https://permits.example"), encoding="utf-8")
        return transport.for_department(load_manifest(file, tmp_path))

    assert way("") is transport
    for more in ('proxy = "none"\n', 'proxy = "http://127.0.0.1:8"\n', 'tls = { authorities = "{site}/authority.pem" }\n'):
        other = way(more)
        assert other is not transport
        assert other.reactor is transport.reactor


def test_a_department_of_its_own_authority_is_found_in(tmp_path: Path, authority: Authority, transport: Transport) -> None:
    people = Reply([{"id": "1", "name": {"given": "Maria", "family": "Gonzalez"}}])
    with HttpServer(lambda _: people, tls=authority.server()) as server:
        file = tmp_path / "permits.toml"
        file.write_text(
            f'kind = "rest"\ntitle = "Permits"\ncolour = "#b45309"\naddress = "{server.url}"\ncapabilities = ["find"]\nroles = ["agent"]\n'
            'tls = { authorities = "{site}/authority.pem" }\n'
            '[[find]]\nneeds = ["family"]\npath = "/people"\n[person]\nid = "id"\nfull_name = "name.family"\n',
            encoding="utf-8",
        )
        department = make_department(load_manifest(file, tmp_path), transport)
        found = list(department.find(SearchQuery(family="gonzalez"), CallContext(time.monotonic() + 5)))
    assert [person.ref.id for person in found] == ["1"]  # type: ignore[union-attr]
