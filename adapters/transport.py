"""Sends HTTP requests to departments: pooled, verified, bounded in time and size.

What requests does for each call (environment, cookies, hooks, merging) is left out, as that, not the network, decides how soon
fifty answers are there. Nothing is read from the environment: no proxy, no .netrc. What is not on this machine is reached by
https, or by name of the site's ``plain_http``.
"""

from __future__ import annotations

import random
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import msgspec

from adapters.contract import (
    BadAnswer,
    CallContext,
    Conflict,
    DepartmentError,
    Forbidden,
    NotFound,
    RateLimited,
    Rejected,
    SignInNeeded,
    TimedOut,
    Unavailable,
)
from adapters.http_wire import Answer, Stale, connect, is_quiet, request_bytes, send, shake_hands, tunnel
from adapters.reactor import Reactor, aside, pause
from adapters.tls import Tls, make_context, told

if TYPE_CHECKING:
    from adapters.manifest import Manifest

CONNECTIONS = 64
"""Kept per host: twice the most that one department may use at once, as two may share a host."""
MOST_REDIRECTS = 3
LONGEST_RETRY_AFTER = 300.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ERROR_BYTES = 65_536
_SPREAD = 0.3
"""Seconds within which a second try begins."""


class HttpRequest(msgspec.Struct, frozen=True):
    """``url`` is absolute and quoted; ``body`` is sent as it is."""

    method: str
    url: str
    headers: dict[str, str] = {}
    body: bytes = b""
    only_asks: bool = False
    """A POST that changes nothing, and so may be sent a second time."""

    @property
    def repeatable(self) -> bool:
        """Whether it may be sent a second time: it only asks, or its key tells the department that it is the same once more."""
        return self.method == "GET" or self.only_asks or any(name.lower() == "idempotency-key" for name in self.headers)


class HttpResponse(msgspec.Struct, frozen=True):
    """``headers`` have lower-case names; ``body`` is decoded; ``url`` is where it came from after redirects."""

    status: int
    headers: dict[str, str]
    body: bytes
    url: str


class Transport:
    """One for the whole application; calls may come from any thread."""

    def __init__(
        self,
        tls: Tls = Tls(),  # noqa: B008 - it never changes
        *,
        proxy: str = "",
        plain_http: Iterable[str] = (),
        secret: Callable[[str], str | None] = lambda name: None,
    ) -> None:
        """``proxy``: ``http://host:port`` through which all is asked that is not on this machine; empty: straight.

        ``plain_http``: hosts that may be asked without TLS. ``secret`` gives the keyring's entry of a name, and may block.
        """
        self._tls = tls
        self._proxy = proxy
        self._plain_http = frozenset(plain_http)
        self._secret = secret
        self.reactor = Reactor()
        """Where the calls may run of a kind that waits nowhere but here."""
        self._hosts: dict[tuple[str, str], _Host] = {}
        self._ways: list[Transport] = []
        self._context: ssl.SSLContext | None = None

    def for_department(self, manifest: Manifest) -> Transport:
        """The transport of one department: this one, or where its manifest names a way of its own, one in the same thread."""
        proxy = {"": self._proxy, "none": ""}.get(manifest.proxy, manifest.proxy)
        if (manifest.tls, proxy) == (self._tls, self._proxy):
            return self
        way = Transport(manifest.tls, proxy=proxy, plain_http=self._plain_http, secret=self._secret)
        way.reactor = self.reactor
        self._ways.append(way)
        return way

    def secured(self, deadline: float) -> ssl.SSLContext:
        """How connections are secured, of other protocols too. Made for the first; the keyring, if it is asked, is waited for aside."""
        if self._context is None:
            made = (lambda: make_context(self._tls, self._secret)) if self._tls.certificate else None
            self._context = aside(made, deadline) if made else make_context(self._tls, self._secret)
        return self._context

    def send(self, request: HttpRequest, ctx: CallContext, *, max_bytes: int, accept: frozenset[int] = frozenset()) -> HttpResponse:
        """The answer, if its status is 2xx or in ``accept``; else raises the DepartmentError that fits the status.

        Redirects within the origin are followed, at most three; others raise BadAnswer. A deadline that passes raises TimedOut. What may
        be repeated is sent a second time where a gateway or the network failed, or the department asks for a wait that is in time.
        """
        began = time.monotonic()
        try:
            return self._send(request, ctx, max_bytes, accept)
        except (Unavailable, RateLimited) as error:
            wait = _worth_waiting(error) if request.repeatable else None
            if wait is None or ctx.deadline - time.monotonic() < wait + (time.monotonic() - began):
                raise
            sent = error.sent
        pause(wait)
        with _sent_before(sent):
            return self._send(request, ctx, max_bytes, accept)

    def _send(self, request: HttpRequest, ctx: CallContext, max_bytes: int, accept: frozenset[int]) -> HttpResponse:
        origin = _origin(request.url)
        for _ in range(MOST_REDIRECTS + 1):
            response = self._exchange(request, ctx, max_bytes, accept)
            status = response.status
            if 200 <= status < 300 or status in accept:
                return response
            if status not in _REDIRECTS or "location" not in response.headers:
                raise error_for(response, ctx.now)
            url = joined(request.url, response.headers["location"])
            if _origin(url) != origin:
                raise BadAnswer("it redirects to another host, which is not followed: check the address in the manifest", key="not_data")
            method, body = ("GET", b"") if status == 303 else (request.method, request.body)
            request = HttpRequest(method, url, request.headers, body, request.only_asks)
        raise BadAnswer(f"more than {MOST_REDIRECTS} redirects", key="not_data")

    def _exchange(self, request: HttpRequest, ctx: CallContext, max_bytes: int, accept: frozenset[int]) -> HttpResponse:
        ctx.remaining()
        parts = urlsplit(request.url)
        host = self._host(parts.scheme, parts.netloc)
        target = f"{host.before}{parts.path or '/'}"
        if parts.query:
            target = f"{target}?{parts.query}"
        headers = {"host": parts.netloc, "accept-encoding": "gzip", "user-agent": "CivicDesk", **_lower(request.headers)}
        message = request_bytes(request.method, target, headers, request.body)
        again = request.repeatable
        used = host.idle(sure=not again)
        if used is not None:
            try:
                return _talk(host, used, request, message, ctx.deadline, max_bytes, accept)
            except Stale:
                if not again:
                    raise
            ctx.remaining()
        with _sent_before(used is not None):
            return _talk(host, None, request, message, ctx.deadline, max_bytes, accept)

    def _host(self, scheme: str, netloc: str) -> _Host:
        found = self._hosts.get((scheme, netloc))
        if found is None:
            _, name, port = _origin(f"{scheme}://{netloc}")
            if scheme not in ("http", "https") or "@" in netloc or not name:
                raise Rejected("the address is not http://host or https://host without a user name", sent=False)
            here = on_this_machine(name)
            if scheme == "http" and not here and name not in self._plain_http:
                raise Rejected(f"{name} is not asked without TLS: write https://, or name it in plain_http of site.toml", sent=False)
            proxy = None
            if self._proxy and not here:
                _, at, to = _origin(self._proxy)
                proxy = (at or "", to)
            found = self._hosts.setdefault((scheme, netloc), _Host(name, port, self.secured if scheme == "https" else None, proxy))
        return found

    def close(self) -> None:
        """Close all connections; calls of the reactor that still wait are given up."""
        self.reactor.close()
        for way in (self, *self._ways):
            for each in way._hosts.values():
                each.close()


class _Host:
    """One host: opens connections to it, and keeps those that nobody uses.

    ``tls`` is asked, with the deadline, for each that is to be secured. ``before`` is what stands before a path in a request.
    """

    def __init__(self, name: str, port: int, tls: Callable[[float], ssl.SSLContext] | None, proxy: tuple[str, int] | None) -> None:
        self._name = name
        self._port = port
        self._tls = tls
        self._proxy = proxy
        self._idle: deque[socket.socket] = deque()
        self._closed = False
        self.before = f"http://{_bracketed(name)}:{port}" if proxy and not tls else ""

    def idle(self, *, sure: bool) -> socket.socket | None:
        """A connection that was used before. Only if ``sure`` is it looked at whether the department closed it: that costs a wait."""
        while self._idle:
            with suppress(IndexError):  # another thread took the last one
                sock = self._idle.pop()
                if not sure or is_quiet(sock):
                    return sock
                sock.close()
        return None

    def open(self, deadline: float) -> socket.socket:
        """A new connection, that never blocks. Raises TimedOut, Unavailable or SignInNeeded."""
        name, port = self._proxy or (self._name, self._port)
        try:
            sock = connect(name, port, deadline)
            if self._tls is None:
                return sock
            try:
                if self._proxy:
                    tunnel(sock, f"{_bracketed(self._name)}:{self._port}", deadline)
                context = self._tls(deadline)
            except BaseException:
                sock.close()
                raise
            return shake_hands(sock, context, self._name, deadline)
        except TimeoutError:
            raise TimedOut("no connection within the deadline") from None
        except ssl.SSLError as error:
            raise told(error, self._name) from None
        except OSError as error:
            way = "the proxy " if self._proxy else ""
            raise Unavailable(f"no connection to {way}{name}:{port}: {error.strerror or type(error).__name__}") from None

    def give_back(self, sock: socket.socket) -> None:
        """Keep an open connection for the next call."""
        if self._closed or len(self._idle) >= CONNECTIONS:
            sock.close()
        else:
            self._idle.append(sock)

    def close(self) -> None:
        self._closed = True
        while (sock := self.idle(sure=False)) is not None:
            sock.close()


def _talk(
    host: _Host, used: socket.socket | None, request: HttpRequest, message: bytes, deadline: float, max_bytes: int, accept: frozenset[int]
) -> HttpResponse:
    """One exchange on one connection, a ``used`` one or a new, which is given back if it can be used again."""
    reusable = False
    try:
        sock = used or host.open(deadline)
    except DepartmentError as error:
        error.sent = False
        raise
    try:
        send(sock, message, deadline)
        answer = Answer(sock, deadline)
        if used and answer.status == 408:
            raise Stale("the connection was given up before the question came")  # what some servers say to an idle one
        if 200 <= answer.status < 300 or answer.status in accept:
            body = answer.read(max_bytes)
        else:
            body = b""
            with suppress(BadAnswer):
                answer.read(_ERROR_BYTES)
        reusable = not answer.will_close
        return HttpResponse(answer.status, answer.headers, body, request.url)
    finally:
        if reusable:
            host.give_back(sock)
        else:
            sock.close()


@contextmanager
def _sent_before(sent: bool) -> Iterator[None]:
    """A second try that was not sent says nothing of the first."""
    try:
        yield
    except DepartmentError as error:
        error.sent = error.sent or sent
        raise


class ByGateway(Unavailable):
    """502, 503 or 504: what stands before the department did not reach it."""

    key = "server_error"


def _worth_waiting(error: DepartmentError) -> float | None:
    """Seconds after which a second try may succeed, never the same twice: many desks fail at the same moment. None: it is no use.

    stamina, which does this for threads and for asyncio, sleeps in ways that would hold up every other call of the reactor.
    """
    if isinstance(error, RateLimited):
        return None if error.retry_after is None else error.retry_after + random.uniform(0.0, _SPREAD)  # noqa: S311 - no secret
    if isinstance(error, ByGateway | Stale) or error.fault_key == "no_connection":
        return random.uniform(0.5, 1.0) * _SPREAD  # noqa: S311 - no secret
    return None


def error_for(response: HttpResponse, now: datetime) -> DepartmentError:
    """What an answer's status means, where it is no success."""
    status = response.status
    detail = f"HTTP {status}"
    after = retry_after(response.headers.get("retry-after", ""), now)
    if status == 429 or (status == 503 and after is not None):
        return RateLimited(detail, retry_after=after)
    if status >= 500:
        return ByGateway(detail) if status in (502, 503, 504) else Unavailable(detail, key="server_error")
    if 300 <= status < 400:
        return BadAnswer(f"{detail} without a place to go", key="not_data")
    known: dict[int, type[DepartmentError]] = {
        401: SignInNeeded,
        403: Forbidden,
        404: NotFound,
        410: NotFound,
        409: Conflict,
        412: Conflict,
    }
    return known.get(status, Rejected)(detail)


def retry_after(text: str, now: datetime) -> float | None:
    """Seconds to wait, 0 to 300, from a Retry-After header in seconds or as a date (RFC 9110, 10.2.3); None if unreadable."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_RETRY_AFTER)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return min(max((when - now).total_seconds(), 0.0), LONGEST_RETRY_AFTER)


def joined(base: str, link: str) -> str:
    """A link of an answer, which may be relative, as a whole address. Raises BadAnswer where it is none."""
    try:
        url: str = urljoin(base, link)
        urlsplit(url)
    except ValueError:
        raise BadAnswer("a link that is no address", key="not_data") from None
    return url


def _origin(url: str) -> tuple[str, str | None, int]:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        return "", None, 0


def host_of(url: str) -> str:
    """The host that a URL names; nothing where it is no URL."""
    return _origin(url)[1] or ""


def on_this_machine(host: str | None) -> bool:
    """Whether a host's name is the loopback's."""
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _lower(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
