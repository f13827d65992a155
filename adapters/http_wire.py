"""One HTTP/1.1 exchange on a socket, bounded by one deadline and one cap, whatever the other side does.

A socket's time-out counts from byte to byte, so that a server which drips can hold a call for ever. Here each wait is given
only what is left of the whole call; the cap counts decoded bytes. Messages are read by RFC 9112's rules in our own few lines,
as the standard library's http.client, which reads headers as if they were an e-mail's, takes four times as long.
"""

from __future__ import annotations

import errno
import os
import re
import socket
import time
import zlib
from collections.abc import Iterator
from ipaddress import ip_address
from ssl import SSLContext, SSLError, SSLSocket, SSLWantReadError, SSLWantWriteError
from typing import Any

from adapters.contract import BadAnswer, SignInNeeded, TimedOut, Unavailable
from adapters.reactor import READABLE, WRITABLE, aside, is_ready, wait
from adapters.tls import told

_PIECE = 65_536
_MOST_HEAD = 65_536
"""Bytes of status line and headers, as in http.client; and of a chunk's size line or the trailers."""
_MOST_HEADS = 16
_HEAD_ENDS = re.compile(rb"\r?\n\r?\n")
_LINE_ENDS = re.compile(rb"\r?\n")
_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-9]\d\d)(?: [^\r\n]*)?\Z")
_HEADER = re.compile(r"([^\s:]+):[ \t]*(.*?)[ \t]*\Z", re.DOTALL)
_FOLDED = re.compile(rb"\r?\n[ \t]+")
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,15})[ \t]*(?:;.*)?\Z")
_UNWANTED = str.maketrans("", "", "\r\n\0")


def connect(host: str, port: int, deadline: float) -> socket.socket:
    """A connected TCP socket that never blocks. Each of the host's addresses gets an equal share of the time that is left."""
    found = _addresses(host, port, deadline)
    failure: OSError = OSError("no address")
    for position, (family, kind, protocol, _, place) in enumerate(found):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            now = time.monotonic()
            _connect(sock, place, now + (deadline - now) / (len(found) - position))
            return sock
        except OSError as error:
            failure = error
            sock.close()
        except BaseException:
            sock.close()
            raise
    raise failure


def _connect(sock: socket.socket, place: Any, deadline: float) -> None:
    failure = sock.connect_ex(place)
    if failure in (errno.EINPROGRESS, errno.EWOULDBLOCK):
        wait(sock, WRITABLE, deadline)
        failure = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if failure:
        raise OSError(failure, os.strerror(failure))


def shake_hands(sock: socket.socket, context: SSLContext, host: str, deadline: float) -> SSLSocket:
    """TLS over a connected socket that never blocks. Raises TimeoutError, SSLError or another OSError, the socket closed."""
    try:
        secured = context.wrap_socket(sock, server_hostname=host.rstrip("."), do_handshake_on_connect=False)
    except BaseException:
        sock.close()
        raise
    try:
        while True:
            try:
                secured.do_handshake()
                return secured
            except SSLWantReadError:
                wait(secured, READABLE, deadline)
            except SSLWantWriteError:
                wait(secured, WRITABLE, deadline)
    except BaseException:
        secured.close()
        raise


def tunnel(sock: socket.socket, place: str, deadline: float) -> None:
    """Have the proxy at the other end connect to ``place``, host:port (RFC 9110, 9.3.6). Raises Unavailable or TimedOut."""
    send(sock, request_bytes("CONNECT", place, {"host": place, "user-agent": "CivicDesk"}, b""), deadline)
    answer = Answer(sock, deadline)
    if not 200 <= answer.status < 300 or answer.came_more:
        raise Unavailable(f"the proxy does not connect to {place}: HTTP {answer.status}")


def is_quiet(sock: socket.socket) -> bool:
    """Whether nothing came on a connection that is not in use: what comes is its end, or else nobody asked for it."""
    return not is_ready(sock, READABLE)


def _addresses(host: str, port: int, deadline: float) -> list[Any]:
    """The host's addresses. A name is looked up aside: the system's resolver knows no deadline."""
    try:
        ip_address(host)
    except ValueError:
        pass
    else:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    try:
        return aside(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), deadline)
    except TimeoutError:
        raise TimedOut(f"the name {host} was not resolved in time") from None
    except UnicodeError:
        raise socket.gaierror(socket.EAI_NONAME, "no host can have this name") from None


def request_bytes(method: str, target: str, headers: dict[str, str], body: bytes) -> bytes:
    """A request as it goes out, in one piece. Line breaks in a value, which would start another header, are taken out."""
    lines = [f"{method} {target} HTTP/1.1"]
    lines += [f"{name}: {value.translate(_UNWANTED)}" for name, value in headers.items()]
    if body or method not in ("GET", "CONNECT"):
        lines.append(f"content-length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8") + body


def send(sock: Any, message: bytes, deadline: float) -> None:
    """Send all of it. Raises TimedOut, or Stale where the connection was closed."""
    left = memoryview(message)
    try:
        while left:
            try:
                left = left[sock.send(left) :]
            except (BlockingIOError, SSLWantWriteError):
                wait(sock, WRITABLE, deadline)
            except SSLWantReadError:
                wait(sock, READABLE, deadline)
    except TimeoutError:
        raise TimedOut("the question could not be sent in time") from None
    except OSError:
        raise Stale("the connection was closed while the question was sent") from None


def receive(sock: Any, deadline: float) -> bytes:
    """Some bytes that came; none at the end. Raises TimeoutError or another OSError."""
    # Nothing is there yet, so wait first; but of a TLS record that came, part may be in memory, where no system call sees it.
    event = 0 if isinstance(sock, SSLSocket) and sock.pending() else READABLE
    while True:
        if event:
            wait(sock, event, deadline)
        try:
            return bytes(sock.recv(_PIECE))
        except (BlockingIOError, SSLWantReadError):
            event = READABLE
        except SSLWantWriteError:
            event = WRITABLE


class _Incoming:
    """What a socket receives, each wait bounded by the deadline; ``ahead`` is what came and was not taken yet."""

    def __init__(self, sock: Any, deadline: float) -> None:
        self._sock = sock
        self._deadline = deadline
        self._began = False
        self.ahead = b""

    def receive(self) -> bytes:
        """Some bytes; none at the end. Raises TimedOut, Stale before the first byte, BadAnswer ``incomplete`` after it."""
        try:
            found = receive(self._sock, self._deadline)
        except TimeoutError:
            if self._began:
                raise TimedOut("the answer did not end in time", key="too_slow") from None
            raise TimedOut from None
        except OSError as error:
            if self._began:
                raise BadAnswer("the connection was closed within the answer", key="incomplete") from None
            if isinstance(error, SSLError) and isinstance(refused := told(error, "it"), SignInNeeded):
                raise refused from None  # TLS 1.3 asks for a client certificate after the handshake
            found = b""
        if not found and not self._began:
            raise Stale("the connection was closed without an answer")
        self._began = True
        return found

    def take(self, most: int) -> bytes:
        """The next bytes, at most so many. Raises BadAnswer ``incomplete`` at the end."""
        found = self.ahead or self.receive()
        if not found:
            raise _breaks_off()
        self.ahead = found[most:]
        return found[:most]

    def until(self, mark: re.Pattern[bytes]) -> bytes:
        """What stands before the mark, which is taken too. Raises BadAnswer at the end, or where it is too far."""
        while not (end := mark.search(self.ahead)):
            if len(self.ahead) > _MOST_HEAD:
                raise BadAnswer("not HTTP as it should be (headers too long)")
            more = self.receive()
            if not more:
                raise _breaks_off()
            self.ahead += more
        found, self.ahead = self.ahead[: end.start()], self.ahead[end.end() :]
        return found


class Answer:
    """The answer to a request that was sent on ``sock``: ``status`` and ``headers`` at once, the body by ``read``.

    Raises TimedOut (``timed_out`` before the first byte, ``too_slow`` after it), Unavailable (closed without an answer: then
    ``Stale``), BadAnswer (``unreadable``, ``incomplete``, ``too_large``).
    """

    def __init__(self, sock: Any, deadline: float) -> None:
        self._incoming = _Incoming(sock, deadline)
        for _ in range(_MOST_HEADS):
            self.status, self.headers, self._closes = _head(self._incoming.until(_HEAD_ENDS))
            if self.status >= 200:
                break  # what came before is 100 Continue, 103 Early Hints: the answer follows
        else:
            raise BadAnswer("not HTTP as it should be (hints without end)")
        self._chunked, self._length = _framing(self.status, self.headers)
        self._ended = False

    @property
    def will_close(self) -> bool:
        """Whether the connection can't be used again: the server says so, or what was read is not just the answer."""
        return self._closes or not self._ended or self.came_more

    @property
    def came_more(self) -> bool:
        """Whether more came than was read so far."""
        return bool(self._incoming.ahead)

    def read(self, max_bytes: int) -> bytes:
        """The body, decoded. Raises BadAnswer ``too_large`` before more than ``max_bytes`` of it are held."""
        pieces: list[bytes] = []
        size = 0
        for piece in self._decoded(max_bytes):
            size += len(piece)
            if size > max_bytes:
                raise BadAnswer(f"more than {max_bytes} bytes", key="too_large")
            pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _raw(self) -> Iterator[bytes]:
        incoming = self._incoming
        if self._chunked:
            while size := _chunk_size(incoming.until(_LINE_ENDS)):
                yield from self._bytes(size)
                if incoming.until(_LINE_ENDS):
                    raise BadAnswer("not HTTP as it should be (a chunk is longer than it says)")
            while incoming.until(_LINE_ENDS):
                pass  # trailers, which nobody needs
        elif self._length is not None:
            yield from self._bytes(self._length)
        else:
            self._closes = True
            while piece := incoming.ahead or incoming.receive():
                incoming.ahead = b""
                yield piece
        self._ended = True

    def _bytes(self, left: int) -> Iterator[bytes]:
        while left:
            piece = self._incoming.take(left)
            left -= len(piece)
            yield piece

    def _decoded(self, max_bytes: int) -> Iterator[bytes]:
        coding = self.headers.get("content-encoding", "identity").strip().lower()
        if coding in ("", "identity"):
            yield from self._raw()
        elif coding in ("gzip", "x-gzip", "deflate"):
            yield from self._inflated(max_bytes)
        else:
            raise BadAnswer(f"content-encoding {coding[:20]!r} was not asked for")

    def _inflated(self, max_bytes: int) -> Iterator[bytes]:
        """The body unpacked, in pieces that stay small however much a few bytes unpack to."""
        inflate = None
        for packed in self._raw():
            while packed:
                if inflate is None or inflate.eof:
                    inflate = zlib.decompressobj(_window(packed))
                try:
                    yield inflate.decompress(packed, min(max_bytes + 1, _PIECE))
                except zlib.error:
                    raise BadAnswer("the packed answer can't be unpacked") from None
                packed = inflate.unconsumed_tail or inflate.unused_data  # noqa: PLW2901 - what is left of it
        if inflate is not None and not inflate.eof:
            raise BadAnswer("the packed answer breaks off", key="incomplete")


def _head(head: bytes) -> tuple[int, dict[str, str], bool]:
    """Status, headers (named in lower case, of several of one name joined by commas), and whether the connection ends with the answer.

    A line that is no header is passed over, as everybody does; but the connection is not trusted any further.
    """
    first, *lines = _LINE_ENDS.split(_FOLDED.sub(b" ", head))
    status = _STATUS.match(first)
    if status is None:
        raise BadAnswer("not HTTP as it should be (status line)")
    headers: dict[str, str] = {}
    strange = False
    for line in lines:
        found = _HEADER.match(line.decode("latin-1"))
        if found is None:
            strange = True
            continue
        name = found[1].lower()
        headers[name] = f"{headers[name]}, {found[2]}" if name in headers else found[2]
    says = headers.get("connection", "").lower()
    return int(status[2]), headers, strange or ("close" in says if status[1] == b"1" else "keep-alive" not in says)


def _framing(status: int, headers: dict[str, str]) -> tuple[bool, int | None]:
    """Whether the body comes in chunks, or else its length; None where it goes on until the connection is closed (RFC 9112, 6.3)."""
    if status in (204, 304):
        return False, 0
    if coding := headers.get("transfer-encoding", "").strip().lower():
        if coding != "chunked":
            raise BadAnswer(f"transfer-encoding {coding[:20]!r} was not asked for")
        return True, None
    lengths = {length.strip() for length in headers["content-length"].split(",")} if "content-length" in headers else set()
    if not lengths:
        return False, None
    length = lengths.pop()
    if lengths or not (length.isascii() and length.isdigit() and len(length) < 16):
        raise BadAnswer("not HTTP as it should be (content-length)")
    return False, int(length)


def _chunk_size(line: bytes) -> int:
    found = _CHUNK.match(line)
    if found is None:
        raise BadAnswer("not HTTP as it should be (chunk)")
    return int(found[1], 16)


def _breaks_off() -> BadAnswer:
    return BadAnswer("the connection was closed within the answer", key="incomplete")


def _window(packed: bytes) -> int:
    """zlib's window bits for gzip, zlib and (as some servers mean by "deflate") bare deflate data."""
    return 31 if packed[:1] == b"\x1f" else 15 if packed[:1] == b"\x78" else -15


class Stale(Unavailable):
    """The connection was closed before anything of an answer came; on one that was used before, worth another try."""
