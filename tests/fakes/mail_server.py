"""A real mail server (aiosmtpd) on this machine, that takes what it is sent or does what a test tells it to."""

from __future__ import annotations

import asyncio
import email
import logging
import ssl
import threading
import warnings
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # it tells of clients that do not trust it, and of its own version to come


class MailServer:
    """A context manager. ``answers`` are replies by command (``MAIL``, ``RCPT``, ``DATA``); an empty one hangs up without any."""

    def __init__(
        self,
        answers: dict[str, str] | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        whole: bool = False,
        login: tuple[str, str] | None = None,
    ) -> None:
        """``tls`` offers STARTTLS, or is spoken from the first byte on where ``whole``; ``login`` is needed where it is given."""
        self.answers = answers or {}
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.encrypted: list[bool] = []
        self.logins: list[bytes] = []
        self._tls, self._whole, self._login = tls, whole, login
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0

    def __enter__(self) -> MailServer:
        self._thread.start()
        self._server: asyncio.Server = asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result(5)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        envelope.mail_from = address
        return self._answer("MAIL", server)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        envelope.rcpt_tos.append(address)
        return self._answer("RCPT", server)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self._answer("DATA", server)
        if answer.startswith("250") or not self.answers.get("DATA", "250"):
            self.messages.append(cast(EmailMessage, email.message_from_bytes(cast(bytes, envelope.content), policy=default)))
            self.recipients += envelope.rcpt_tos
            self.encrypted.append(session.ssl is not None or self._whole)
        return answer

    def _answer(self, command: str, server: SMTP) -> str:
        answer = self.answers.get(command, "250 OK")
        if not answer:
            server.transport.abort()
        return answer or "250 OK"

    def _authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login)
        return AuthResult(success=(data.login.decode(), data.password.decode()) == self._login, handled=False)

    async def _serve(self) -> asyncio.Server:
        def protocol() -> SMTP:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it would rather have STARTTLS before a password, also within TLS
                return self._protocol()

        return await self._loop.create_server(protocol, "127.0.0.1", 0, ssl=self._tls if self._whole else None)

    async def _end(self) -> None:
        self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _protocol(self) -> SMTP:
        return SMTP(
            self,
            hostname="mail.test",
            enable_SMTPUTF8=True,
            tls_context=None if self._whole else self._tls,
            require_starttls=self._tls is not None and not self._whole,
            authenticator=self._authenticate,
            auth_required=self._login is not None,
            auth_require_tls=self._tls is not None and not self._whole,
            loop=self._loop,
        )
