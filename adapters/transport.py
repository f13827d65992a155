"""Sends HTTP requests to departments: pooled, verified, bounded in time and size; the only importer of requests.

Connections, TLS and pools are those of requests' adapter and the urllib3 pools beneath it; what requests does for each call
(environment, cookies, hooks, merging) is left out, as that, not the network, decides how soon fifty answers are there.
Nothing is read from the environment: no proxy, no .netrc.
"""

from __future__ import annotations

import socket
import ssl
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import certifi
import msgspec
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

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
from adapters.http_wire import Answer, Stale, connect, request_bytes, send

CONNECTIONS = 64
"""Kept per host: twice the most that one department may use at once, as two may share a host."""
MOST_REDIRECTS = 3
LONGEST_RETRY_AFTER = 300.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ERROR_BYTES = 65_536


class HttpRequest(msgspec.Struct, frozen=True):
    """``url`` is absolute and quoted; ``body`` is sent as it is."""

    method: str
    url: str
    headers: dict[str, str] = {}
    body: bytes = b""
    only_asks: bool = False
    """A POST that changes nothing, and so may be sent a second time where a kept connection turns out to be closed."""


class HttpResponse(msgspec.Struct, frozen=True):
    """``headers`` have lower-case names; ``body`` is decoded; ``url`` is where it came from after redirects."""

    status: int
    headers: dict[str, str]
    body: bytes
    url: str


class Transport:
    """One for the whole application; calls may come from any thread."""

    def __init__(self, authorities: str = "") -> None:
        """``authorities``: a PEM file of certificate authorities to trust besides the system's and certifi's."""
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_verify_locations(certifi.where())
        if authorities:
            context.load_verify_locations(authorities)
        self._adapter = _Adapter(context)
        self._hosts: dict[tuple[str, str], _Connections] = {}

    def send(self, request: HttpRequest, ctx: CallContext, *, max_bytes: int, accept: frozenset[int] = frozenset()) -> HttpResponse:
        """The answer, if its status is 2xx or in ``accept``; else raises the DepartmentError that fits the status.

        Redirects within the origin are followed, at most three; others raise BadAnswer. A deadline that passes raises TimedOut.
        """
        origin = _origin(request.url)
        for _ in range(MOST_REDIRECTS + 1):
            response = self._exchange(request, ctx, max_bytes, accept)
            status = response.status
            if 200 <= status < 300 or status in accept:
                return response
            if status not in _REDIRECTS or "location" not in response.headers:
                raise error_for(response, ctx.now)
            url = urljoin(request.url, response.headers["location"])
            if _origin(url) != origin:
                raise BadAnswer("it redirects to another host, which is not followed: check the address in the manifest", key="not_data")
            method, body = ("GET", b"") if status == 303 else (request.method, request.body)
            request = HttpRequest(method, url, request.headers, body, request.only_asks)
        raise BadAnswer(f"more than {MOST_REDIRECTS} redirects", key="not_data")

    def _exchange(self, request: HttpRequest, ctx: CallContext, max_bytes: int, accept: frozenset[int]) -> HttpResponse:
        ctx.remaining()
        parts = urlsplit(request.url)
        connections = self._connections(parts.scheme, parts.netloc)
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        headers = {"host": parts.netloc, "accept-encoding": "gzip", "user-agent": "CivicDesk", **_lower(request.headers)}
        message = request_bytes(request.method, target, headers, request.body)
        again = request.method == "GET" or request.only_asks
        used = connections.idle(sure=not again)
        if used is not None:
            try:
                return _talk(connections, used, request, message, ctx.deadline, max_bytes, accept)
            except Stale:
                if not again:
                    raise
            ctx.remaining()
        return _talk(connections, connections.new(), request, message, ctx.deadline, max_bytes, accept)

    def _connections(self, scheme: str, netloc: str) -> _Connections:
        found = self._hosts.get((scheme, netloc))
        if found is None:
            if scheme not in ("http", "https") or "@" in netloc or not netloc:
                raise Rejected("the address is not http://host or https://host without a user name")
            pool = self._adapter.poolmanager.connection_from_url(f"{scheme}://{netloc}")
            found = self._hosts.setdefault((scheme, netloc), _Connections(pool))
        return found

    def close(self) -> None:
        """Close all connections."""
        for each in self._hosts.values():
            each.close()
        self._adapter.close()


class _Connections:
    """One host's connections: urllib3's pool makes them, and those that nobody uses wait here."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._idle: deque[Any] = deque()
        self._closed = False

    def idle(self, *, sure: bool) -> Any | None:
        """A connection that was used before. Only if ``sure`` is it looked at whether the department closed it: that costs a wait."""
        while self._idle:
            with suppress(IndexError):  # another thread took the last one
                connection = self._idle.pop()
                if not sure or connection.is_connected:
                    return connection
                connection.close()
        return None

    def new(self) -> Any:
        """A connection that is not open yet."""
        return self._pool._new_conn()

    def give_back(self, connection: Any) -> None:
        """Keep an open connection for the next call."""
        if self._closed or len(self._idle) >= CONNECTIONS:
            connection.close()
        else:
            self._idle.append(connection)

    def close(self) -> None:
        self._closed = True
        while (connection := self.idle(sure=False)) is not None:
            connection.close()


def _talk(
    connections: _Connections,
    connection: Any,
    request: HttpRequest,
    message: bytes,
    deadline: float,
    max_bytes: int,
    accept: frozenset[int],
) -> HttpResponse:
    """One exchange on one connection, which is given back if it can be used again."""
    reusable = False
    try:
        used = connection.sock is not None
        _open(connection, deadline)
        send(connection.sock, message, deadline)
        answer = Answer(connection.sock, deadline)
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
            connections.give_back(connection)
        else:
            connection.close()


def _open(connection: Any, deadline: float) -> None:
    if connection.sock is not None:
        return
    connection.deadline = deadline
    try:
        connection.connect()
        sock: Any = connection.sock
        sock.setblocking(False)  # waits are ours: each is given what is left of the deadline
    except TimeoutError:
        raise TimedOut("no connection within the deadline") from None
    except ssl.SSLCertVerificationError as error:
        raise Unavailable(f"the certificate of {connection.host} is refused: {error.verify_message}") from None
    except DepartmentError:
        raise
    except Exception as error:  # OSError, and what urllib3 wraps around it
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise Unavailable(f"no connection to {connection.host}:{connection.port}: {reason}") from None


def error_for(response: HttpResponse, now: datetime) -> DepartmentError:
    """What an answer's status means, where it is no success."""
    status = response.status
    detail = f"HTTP {status}"
    after = retry_after(response.headers.get("retry-after", ""), now)
    if status == 429 or (status == 503 and after is not None):
        return RateLimited(detail, retry_after=after)
    if status >= 500:
        return Unavailable(detail, key="server_error")
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
    except (ValueError, TypeError, IndexError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return min(max((when - now).total_seconds(), 0.0), LONGEST_RETRY_AFTER)


def _origin(url: str) -> tuple[str, str | None, int]:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        return "", None, 0


def _lower(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


class _Http(HTTPConnection):
    deadline = 0.0

    def _new_conn(self) -> socket.socket:
        return connect(self._dns_host, self.port, self.deadline)


class _Https(HTTPSConnection):
    deadline = 0.0

    def _new_conn(self) -> socket.socket:
        return connect(self._dns_host, self.port or 443, self.deadline)


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class _Adapter(HTTPAdapter):
    """requests' adapter with pools whose connections know a deadline and whose certificates are always verified."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(max_retries=0)

    def init_poolmanager(self, *_: object, **__: object) -> None:
        self.poolmanager = PoolManager(num_pools=1000, maxsize=CONNECTIONS, ssl_context=self._context, cert_reqs=ssl.CERT_REQUIRED)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
