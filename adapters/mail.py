"""E-mail by SMTP (RFC 5321), encrypted unless the server is this machine: what the server refuses is told in words.

A message goes to one recipient. The whole conversation has one deadline: a server that drips is cut off.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import formatdate, make_msgid
from typing import Annotated

from msgspec import Meta, Struct

from adapters.contract import DepartmentError
from adapters.tls import Tls, make_context
from adapters.transport import on_this_machine
from models.summary import NotSent

DEADLINE = 30.0
"""Seconds for one message in all (RFC 5321 allows minutes for each command; an agent does not wait that long)."""
_ADDRESS = re.compile(r"[^\s@<>\"(),:;\\\[\]]{1,64}@(?:[\w-]{1,63}\.)+[^\W\d_]{2,63}\Z")


class MailServer(Struct, frozen=True, kw_only=True, rename={"sender": "from"}):
    """The city's server for outgoing mail."""

    host: Annotated[str, Meta(min_length=1)]
    port: Annotated[int, Meta(ge=1, le=65535, description="a port from 1 to 65535")] = 587
    starttls: bool = True
    """False: TLS from the first byte on, as at port 465; on this machine none."""
    sender: Annotated[str, Meta(pattern=_ADDRESS.pattern, description='an address such as "desk@springvale.example"')]
    user: str = ""
    credential: str = ""
    """Name of the password in the keyring; empty: the server asks for none."""
    authorities: str = ""
    """File of the only authorities that are trusted, in PEM; empty: the operating system's."""

    def __post_init__(self) -> None:
        if bool(self.user) != bool(self.credential):
            raise ValueError("user and credential go together: write both, or neither")


def is_address(text: str) -> bool:
    """Whether this can be written to."""
    return _ADDRESS.match(text) is not None


def send_mail(server: MailServer, secret: Callable[[str], str | None], to: str, subject: str, text: str) -> None:
    """Hand one message to the server. Blocking. Raises NotSent, and whatever ``secret`` raises."""
    if not is_address(to):
        raise NotSent(f"{to!r} is no e-mail address.")
    password = secret(server.credential) if server.credential else None
    if server.credential and password is None:
        raise NotSent(f"The keyring has no entry {server.credential!r}, which [mail] names under credential.")
    _Conversation(server, password).send(to, _message(server, to, subject, text))


def _message(server: MailServer, to: str, subject: str, text: str) -> EmailMessage:
    message = EmailMessage(policy=SMTPUTF8 if _beyond_ascii(server, to) else SMTP)
    message["From"] = _header(server.sender)
    message["To"] = _header(to)
    message["Subject"] = " ".join(subject.split())
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain=server.sender.partition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # no robot answers it (RFC 3834)
    message.set_content(text)
    return message


def _header(address: str) -> Address:
    name, _, domain = address.rpartition("@")
    return Address(username=name, domain=domain)


def _beyond_ascii(server: MailServer, to: str) -> bool:
    """Whether an address has letters that only RFC 6531 lets be sent."""
    return not (to + server.sender).isascii()


class _Conversation:
    """One connection for one message."""

    def __init__(self, server: MailServer, password: str | None) -> None:
        self._server = server
        self._password = password
        self._handed = False
        self._late = False
        self._sockets: list[socket.socket] = []

    def send(self, to: str, message: EmailMessage) -> None:
        host = self._server.host
        try:
            self._send(to, message)
        except smtplib.SMTPAuthenticationError as error:
            raise NotSent(f"The mail server {host} does not take the credential {self._server.credential!r}.", _said(error)) from None
        except smtplib.SMTPNotSupportedError:
            raise NotSent(f"The mail server {host} can't do what is needed: encryption, signing in, or letters of this address.") from None
        except smtplib.SMTPResponseException as error:
            if self._late:
                raise self._no_answer(error) from None
            raise NotSent(_refusal(error), _said(error)) from None
        except ssl.SSLCertVerificationError as error:
            raise NotSent(f"The certificate of the mail server {host} is refused.", error.verify_message) from None
        except ssl.SSLError as error:
            raise NotSent(f"No TLS with the mail server {host}.", error.reason or "") from None
        except (OSError, smtplib.SMTPException, EOFError) as error:  # SMTPServerDisconnected is both
            raise self._no_answer(error) from None

    def _no_answer(self, error: Exception) -> NotSent:
        host = self._server.host
        if self._handed:
            words = f"The mail server {host} had all of it and did not answer: it may have gone out."
            return NotSent(words, type(error).__name__, unsure=True)
        return NotSent(f"The mail server {host} does not answer.", "it took too long" if self._late else "")

    def _send(self, to: str, message: EmailMessage) -> None:
        server = self._server
        plain = not server.starttls and not server.authorities and on_this_machine(server.host)
        context = None if plain else _context(server)
        watch = threading.Timer(DEADLINE, self._cut)
        watch.daemon = True
        watch.start()
        smtp: smtplib.SMTP | None = None
        try:
            if context is None or server.starttls:
                smtp = _Plain(self._sockets, server)
            else:
                smtp = _Encrypted(self._sockets, server, context)
            smtp.ehlo_or_helo_if_needed()
            if context is not None and server.starttls:
                smtp.starttls(context=context)
                smtp.ehlo_or_helo_if_needed()
            if self._password is not None:
                smtp.login(server.user, self._password)
            options = ["SMTPUTF8"] if _beyond_ascii(server, to) else []
            if options and not smtp.has_extn("smtputf8"):
                raise smtplib.SMTPNotSupportedError
            _expect(smtp.mail(server.sender, options), "sender")
            _expect(smtp.rcpt(to), "recipient")
            self._handed = True
            _expect(smtp.data(message.as_bytes()), "message")
            self._handed = False  # what follows changes nothing any more
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()
        finally:
            watch.cancel()
            if smtp is not None:
                smtp.close()
            for each in self._sockets:
                each.close()

    def _cut(self) -> None:
        self._late = True
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


def _own_name(server: MailServer) -> str:
    """What the desk calls itself: asking the network for this computer's name may take as long as it likes."""
    return server.sender.rpartition("@")[2]


class _Plain(smtplib.SMTP):
    """Begins in the clear. Its socket can be cut off from the first moment on."""

    def __init__(self, sockets: list[socket.socket], server: MailServer) -> None:
        self._sockets = sockets
        super().__init__(server.host, server.port, _own_name(server), DEADLINE)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        made = socket.create_connection((host, port), timeout)
        self._sockets.append(made)
        return made


class _Encrypted(smtplib.SMTP_SSL):
    """TLS from the first byte on, cut off alike."""

    def __init__(self, sockets: list[socket.socket], server: MailServer, context: ssl.SSLContext) -> None:
        self._sockets = sockets
        super().__init__(server.host, server.port, _own_name(server), timeout=DEADLINE, context=context)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((host, port), timeout)
        self._sockets.append(plain)
        made = self.context.wrap_socket(plain, server_hostname=host)
        self._sockets.append(made)
        return made


class _Refused(smtplib.SMTPResponseException):
    """A refusal, and of what."""

    def __init__(self, code: int, said: bytes, of: str) -> None:
        super().__init__(code, said)
        self.of = of


def _expect(answer: tuple[int, bytes], of: str) -> None:
    code, said = answer
    if code not in (250, 251, 252):
        raise _Refused(code, said, of)


def _context(server: MailServer) -> ssl.SSLContext:
    try:
        context = make_context(Tls(authorities=server.authorities), lambda name: None)
    except DepartmentError as error:
        raise NotSent("The authorities that [mail] trusts can't be read.", str(error)) from None
    context.set_alpn_protocols([])  # SMTP has none
    return context


def _refusal(error: smtplib.SMTPResponseException) -> str:
    of = getattr(error, "of", "")
    if 400 <= error.smtp_code < 500:
        return "The mail server does not take it now: try again in a while, or send it otherwise."
    return {
        "sender": "The mail server does not let the city's own address send.",
        "recipient": "The mail server refuses this address: ask for another one, or send it otherwise.",
        "message": "The mail server refuses the message: send it otherwise.",
    }.get(of, "The mail server does not let the desk in.")


def _said(error: smtplib.SMTPResponseException) -> str:
    text = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else str(error.smtp_error)
    return f"{error.smtp_code} {' '.join(text.split())}"[:300]
