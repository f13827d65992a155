"""Connections to one directory: opened by our own sockets and TLS, bound, bounded in time and size, kept for the next question.

ldap3 writes and reads the messages. Its own sockets know neither a deadline for the whole call nor a cap on what comes, and its TLS
does not know whom the application trusts.
"""

from __future__ import annotations

import ssl
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from ldap3 import NONE, Connection, Server
from ldap3.core.exceptions import LDAPExceptionError, LDAPSessionTerminatedByServerError, LDAPSocketReceiveError, LDAPSocketSendError

from adapters.contract import (
    BadAnswer,
    CallContext,
    Cancelled,
    Conflict,
    DepartmentError,
    Forbidden,
    RateLimited,
    Rejected,
    SignInNeeded,
    TimedOut,
    Unavailable,
)
from adapters.http_wire import connect, is_quiet, receive, send, shake_hands
from adapters.tls import told

START_TLS = "1.3.6.1.4.1.1466.20037"
PORTS = {"ldap": 389, "ldaps": 636}
_PIECE = 65_536

SUCCESS, SIZE_LIMIT, NO_SUCH_OBJECT, INVALID_DN = 0, 4, 32, 34
"""Result codes (RFC 4511, appendix A) with which a search may end well: a limit reached, or nothing of this name."""
_MEANINGS: dict[int, tuple[type[DepartmentError], str | None]] = {
    3: (TimedOut, "too_slow"),
    7: (Rejected, None),
    8: (Rejected, None),
    11: (BadAnswer, "too_large"),
    13: (Rejected, None),
    19: (Rejected, None),
    48: (SignInNeeded, None),
    49: (SignInNeeded, None),
    50: (Forbidden, None),
    51: (RateLimited, None),
    52: (Unavailable, "server_error"),
    68: (Conflict, None),
    80: (Unavailable, "server_error"),
}


class Bounded:
    """A socket as ldap3 uses one, for one call: each wait gets what is left of it, and only so many bytes are taken."""

    def __init__(self, sock: Any, ctx: CallContext, most: int) -> None:
        self.sock = sock
        self._ctx = ctx
        self._left = most
        self._began = False

    def renew(self, ctx: CallContext, most: int) -> None:
        """Another call begins."""
        self._ctx, self._left, self._began = ctx, most, False

    def recv(self, size: int) -> bytes:
        self._ctx.remaining()
        try:
            found = receive(self.sock, self._ctx.deadline)
        except TimeoutError:
            raise TimedOut("the answer did not end in time" if self._began else "", key="too_slow" if self._began else None) from None
        self._began = True
        self._left -= len(found)
        if self._left < 0:
            raise BadAnswer("more bytes than limits.bytes", key="too_large")
        return found

    def sendall(self, message: bytes) -> None:
        send(self.sock, message, self._ctx.deadline)

    def shutdown(self, how: int) -> None:
        self.sock.shutdown(how)

    def close(self) -> None:
        self.sock.close()


class Sessions:
    """At most ``keep`` idle connections of one directory. ``bind`` is the name to bind as; empty: anonymously."""

    def __init__(
        self, address: str, bind: str, start_tls: bool, secured: Callable[[float], ssl.SSLContext], max_bytes: int, keep: int
    ) -> None:
        parts = urlsplit(address)
        self._host = parts.hostname or ""
        self._port = parts.port or PORTS[parts.scheme]
        self._tls_at_once = parts.scheme == "ldaps"
        self._start_tls = start_tls
        self._bind = bind
        self._secured = secured
        self._max_bytes = max_bytes
        self._keep = keep
        self._idle: deque[tuple[str | None, Connection]] = deque()
        self._closed = False

    def ask(self, ctx: CallContext, question: Callable[[Connection], dict[str, Any]], well: frozenset[int]) -> dict[str, Any]:
        """What a question says of its end: ldap3's result, its code in ``well``. Asked anew where a kept connection was closed meanwhile.

        Raises DepartmentError, Cancelled.
        """
        ctx.remaining()
        connection = self._kept(ctx)
        if connection is not None:
            with suppress(LDAPSessionTerminatedByServerError, LDAPSocketReceiveError, LDAPSocketSendError):
                return self._ended(ctx, connection, question, well)
        try:
            return self._ended(ctx, self._opened(ctx), question, well)
        except (LDAPSessionTerminatedByServerError, LDAPSocketReceiveError, LDAPSocketSendError):
            raise BadAnswer("the connection was closed within the answer", key="incomplete") from None

    def close(self) -> None:
        self._closed = True
        while self._idle:
            with suppress(IndexError):
                _shut(self._idle.popleft()[1])

    def _ended(
        self, ctx: CallContext, connection: Connection, question: Callable[[Connection], dict[str, Any]], well: frozenset[int]
    ) -> dict[str, Any]:
        reusable = False
        try:
            result: dict[str, Any] = read_by_library(lambda: question(connection))
            reusable = True
        finally:
            if not reusable or self._closed or len(self._idle) >= self._keep:
                _shut(connection)
            else:
                self._idle.append((ctx.credential, connection))
        check(result, well)
        return result

    def _kept(self, ctx: CallContext) -> Connection | None:
        while self._idle:
            with suppress(IndexError):  # another thread took the last one
                credential, connection = self._idle.pop()
                if credential == ctx.credential and is_quiet(connection.socket.sock):
                    connection.socket.renew(ctx, self._max_bytes)
                    return connection
                _shut(connection)
        return None

    def _opened(self, ctx: CallContext) -> Connection:
        """A new connection: secured before anything is said, then bound."""
        sock = self._connected(ctx)
        connection = Connection(
            Server(self._host, self._port, get_info=NONE),
            self._bind or None,
            ctx.credential or None,
            auto_escape=False,
            auto_referrals=False,
            check_names=False,
            read_only=True,
        )
        connection.strategy.socket_size = _PIECE
        # What Connection.open() would do with a socket of its own.
        connection.strategy._outstanding = {}
        connection.socket = Bounded(sock, ctx, self._max_bytes)
        connection.closed, connection.listening = False, True
        try:
            if self._start_tls:
                read_by_library(lambda: connection.extended(START_TLS))
                check(connection.result, frozenset({SUCCESS}), "it does not speak TLS on this port: write ldaps://")
                connection.socket = Bounded(self._handshake(sock, ctx), ctx, self._max_bytes)
                connection.tls_started = True
            if self._bind:
                read_by_library(connection.bind)
                check(connection.result, frozenset({SUCCESS}))
        except (LDAPSessionTerminatedByServerError, LDAPSocketReceiveError, LDAPSocketSendError):
            _shut(connection)
            raise Unavailable("the connection was closed before it answered") from None
        except BaseException:
            _shut(connection)
            raise
        return connection

    def _connected(self, ctx: CallContext) -> Any:
        try:
            sock = connect(self._host, self._port, ctx.deadline)
        except TimeoutError:
            raise TimedOut("no connection within the deadline") from None
        except OSError as error:
            raise Unavailable(f"no connection to {self._host}:{self._port}: {error.strerror or type(error).__name__}") from None
        return self._handshake(sock, ctx) if self._tls_at_once else sock

    def _handshake(self, sock: Any, ctx: CallContext) -> Any:
        try:
            context = self._secured(ctx.deadline)
        except BaseException:
            sock.close()
            raise
        try:
            return shake_hands(sock, context, self._host, ctx.deadline)
        except TimeoutError:
            raise TimedOut("no connection within the deadline") from None
        except ssl.SSLError as error:
            raise told(error, self._host) from None
        except OSError as error:
            raise Unavailable(f"no TLS with {self._host}: {error.strerror or type(error).__name__}") from None


def read_by_library(call: Callable[[], Any]) -> Any:
    """What ldap3 makes of an answer. Whatever else it stumbles over is an answer that is no LDAP."""
    try:
        return call()
    except (DepartmentError, Cancelled, LDAPSessionTerminatedByServerError, LDAPSocketReceiveError, LDAPSocketSendError):
        raise
    except LDAPExceptionError as error:
        raise BadAnswer(f"no LDAP as it should be ({type(error).__name__})") from None
    except Exception as error:  # its decoder takes bytes as they come
        raise BadAnswer(f"no LDAP as it should be ({type(error).__name__})") from None


def check(result: Any, well: frozenset[int], words: str = "") -> None:
    """Raises what a result code means, unless it is one of ``well``."""
    if not isinstance(result, dict) or not isinstance(result.get("result"), int):
        raise BadAnswer("no LDAP as it should be (no result)")
    code = result["result"]
    if code in well:
        return
    kind, key = _MEANINGS.get(code, (Rejected, None))
    # The server's own message may quote what was asked.
    raise kind(words or f"LDAP result {code} ({result.get('description', '')})", key=key)


def _shut(connection: Connection) -> None:
    with suppress(Exception):
        connection.strategy.close()
