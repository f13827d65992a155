"""A folder with drops that is reached by SFTP: the server known by its key's fingerprint, the desk by its own key or a password."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

import paramiko

from adapters.contract import BadAnswer, CallContext, Forbidden, SignInNeeded, TimedOut, Unavailable
from adapters.drops import Found, too_large, written_meanwhile
from adapters.http_wire import connect
from adapters.manifest import Auth

T = TypeVar("T")

# It logs each failure with its traceback; what a call met with is told by the call.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)

_PIECE = 32_768


class SftpFolder:
    """``address`` is ``sftp://host:port/folder``; a folder that begins with ``/~/`` is below the user's own."""

    def __init__(self, address: str, auth: Auth, host_key: str) -> None:
        parts = urlsplit(address)
        self._host = parts.hostname or ""
        self._port = parts.port or 22
        self._path = unquote(parts.path).removeprefix("/~/") or "."
        self._auth = auth
        self._host_key = host_key
        self._open: tuple[paramiko.Transport, paramiko.SFTPClient] | None = None

    def look(self, ctx: CallContext) -> list[Found]:
        return self._asked(
            ctx,
            lambda client: [
                Found(float(each.st_mtime or 0), each.filename, each.st_size or 0)
                for each in client.listdir_attr(self._path)
                if stat.S_ISREG(each.st_mode or 0) and not each.filename.startswith((".", "~$"))
            ],
        )

    def fetch(self, file: Found, most: int, ctx: CallContext) -> bytes:
        if file.size > most:
            raise too_large(file.name, most)

        def read(client: paramiko.SFTPClient) -> bytes:
            path = f"{self._path.rstrip('/')}/{file.name}"
            body = bytearray()
            with client.open(path, "rb") as stream:
                stream.prefetch(file.size)
                while piece := stream.read(_PIECE):
                    ctx.remaining()
                    body += piece
                    if len(body) > most:
                        raise too_large(file.name, most)
            after = client.stat(path)
            if (float(after.st_mtime or 0), len(body)) != (file.changed, after.st_size):
                raise written_meanwhile(file.name)
            return bytes(body)

        return self._asked(ctx, read)

    def done(self) -> None:
        opened, self._open = self._open, None
        if opened is not None:
            with suppress(Exception):
                opened[0].close()

    def _asked(self, ctx: CallContext, question: Callable[[paramiko.SFTPClient], T]) -> T:
        try:
            client = self._client(ctx)
            channel = client.get_channel()
            if channel is not None:
                channel.settimeout(ctx.remaining())
            return question(client)
        except (TimeoutError, paramiko.buffered_pipe.PipeTimeout):
            self.done()
            raise TimedOut(key="too_slow") from None
        except PermissionError:
            raise Forbidden("the folder of the address may not be read") from None
        except FileNotFoundError:
            raise Unavailable("the folder of the address, or a file in it, is not there") from None
        except (paramiko.SSHException, EOFError, OSError) as error:
            self.done()
            raise Unavailable(f"SFTP with {self._host} failed ({type(error).__name__})") from None

    def _client(self, ctx: CallContext) -> paramiko.SFTPClient:
        if self._open is None or not self._open[0].is_active():
            transport = self._connected(ctx)
            try:
                self._sign_in(transport, ctx)
                client = paramiko.SFTPClient.from_transport(transport)
                if client is None:
                    raise Unavailable("it offers no SFTP")
            except BaseException:
                transport.close()
                raise
            self._open = (transport, client)
        return self._open[1]

    def _connected(self, ctx: CallContext) -> paramiko.Transport:
        """A connection to the server that the manifest means, and to no other."""
        try:
            sock = connect(self._host, self._port, ctx.deadline)
        except TimeoutError:
            raise TimedOut("no connection within the deadline") from None
        except OSError as error:
            raise Unavailable(f"no connection to {self._host}:{self._port}: {error.strerror or type(error).__name__}") from None
        sock.setblocking(True)
        transport = paramiko.Transport(sock)
        transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = ctx.remaining()
        try:
            transport.start_client(timeout=ctx.remaining())
            given = hashlib.sha256(transport.get_remote_server_key().asbytes()).digest()
        except (paramiko.SSHException, EOFError, OSError) as error:
            transport.close()
            ctx.remaining()
            raise Unavailable(f"no SSH with {self._host} ({type(error).__name__})") from None
        except BaseException:
            transport.close()
            raise
        print_of_it = "SHA256:" + base64.b64encode(given).decode().rstrip("=")
        if not hmac.compare_digest(print_of_it, self._host_key):
            transport.close()
            raise Unavailable(f"the server shows another key, {print_of_it}, than files.host_key", key="not_trusted")
        return transport

    def _sign_in(self, transport: paramiko.Transport, ctx: CallContext) -> None:
        if not ctx.credential:
            raise SignInNeeded("the keyring has none of the name in the manifest", key="no_credential")
        transport.auth_timeout = ctx.remaining()
        try:
            if self._auth.type == "basic":
                transport.auth_password(self._auth.user, ctx.credential, fallback=False)
            else:
                transport.auth_publickey(self._auth.user, _private_key(self._auth.key, ctx.credential))
        except paramiko.AuthenticationException:
            raise SignInNeeded("the server refused it") from None


def _private_key(file: str, phrase: str) -> paramiko.PKey:
    try:
        return paramiko.PKey.from_path(Path(file), phrase.encode())
    except (paramiko.SSHException, ValueError, TypeError):
        raise SignInNeeded("the credential does not open auth.key") from None
    except OSError as error:
        raise SignInNeeded(f"auth.key can't be read: {error.strerror or type(error).__name__}") from None


__all__ = ["BadAnswer", "SftpFolder"]
