"""E-mail by a real server: what it takes arrives whole and encrypted, and what it refuses is told in words."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

import adapters.mail
from adapters.mail import MailServer as Server
from adapters.mail import is_address, send_mail
from adapters.toml_tables import Unusable, read_table
from models.summary import NotSent
from tests.fakes.certificates import Authority
from tests.fakes.mail_server import MailServer
from tests.fakes.raw_server import RawServer

TEXT = "Hello María,\n\nthis was done:\n- Tax (Revenue): done\n.\nFrom the city – thank you\n"


def server(port: int, **more: object) -> Server:
    given: dict[str, object] = {"host": "127.0.0.1", "port": port, "starttls": False, "sender": "desk@springvale.example", **more}
    return Server(**given)  # type: ignore[arg-type]


def send(to: Server, address: str = "m.gonzalez@mail.example", secrets: dict[str, str] | None = None, subject: str = "Your call") -> None:
    send_mail(to, (secrets or {}).get, address, subject, TEXT)


def refused(to: Server, **more: object) -> NotSent:
    with pytest.raises(NotSent) as caught:
        send(to, **more)  # type: ignore[arg-type]
    return caught.value


def test_a_message_arrives_whole() -> None:
    with MailServer() as mail:
        send(server(mail.port), subject="Your call:\r\nBcc: somebody@else.example")
    (message,) = mail.messages
    assert mail.recipients == ["m.gonzalez@mail.example"]
    assert message.get_content().replace("\r\n", "\n") == TEXT
    assert message["Subject"] == "Your call: Bcc: somebody@else.example"  # a line break begins no header
    assert message["Bcc"] is None
    assert (message["From"], message["To"]) == ("desk@springvale.example", "m.gonzalez@mail.example")
    assert message["Message-ID"].endswith("@springvale.example>")
    assert message["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("whole", [False, True])
def test_it_is_encrypted_and_signed_in(tmp_path: Path, whole: bool) -> None:
    authority = Authority(tmp_path)
    with MailServer(tls=authority.server(), whole=whole, login=("desk", "s3cret")) as mail:
        to = server(mail.port, starttls=not whole, user="desk", credential="city-mail", authorities=str(authority.file))
        send(to, secrets={"city-mail": "s3cret"})
        assert mail.encrypted == [True]
        error = refused(to, secrets={"city-mail": "wrong"})
        assert "does not take the credential 'city-mail'" in str(error)
        assert error.said.startswith("535")
        assert "no entry 'city-mail'" in str(refused(to))
    assert len(mail.messages) == 1


def test_a_server_that_is_not_trusted_gets_nothing(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with MailServer(tls=Authority(tmp_path).server()) as mail:
        error = refused(server(mail.port, starttls=True, authorities=str(Authority(other).file)))
        assert "certificate of the mail server 127.0.0.1 is refused" in str(error)
    assert mail.messages == []


def test_a_server_that_can_not_encrypt_gets_nothing() -> None:
    with MailServer() as mail:
        assert "encryption" in str(refused(server(mail.port, starttls=True)))
    assert mail.messages == []


@pytest.mark.parametrize(
    ("command", "answer", "told", "said"),
    [
        ("RCPT", "550 5.1.1 No such user here", "refuses this address", "550 5.1.1 No such user here"),
        ("RCPT", "452 4.2.2 Mailbox full", "does not take it now", "452 4.2.2 Mailbox full"),
        ("MAIL", "553 not yours", "does not let the city's own address send", "553 not yours"),
        ("DATA", "554 5.7.1 looks like spam <b>", "refuses the message", "554 5.7.1 looks like spam <b>"),
    ],
)
def test_a_refusal_in_words(command: str, answer: str, told: str, said: str) -> None:
    with MailServer({command: answer}) as mail:
        error = refused(server(mail.port))
        assert told in str(error)
        assert (error.said, error.unsure) == (said, False)


def test_a_server_that_hangs_up_after_it_had_all_of_it() -> None:
    with MailServer({"DATA": ""}) as mail:
        error = refused(server(mail.port))
        assert error.unsure
        assert "it may have gone out" in str(error)


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    error = refused(server(port))
    assert str(error) == "The mail server 127.0.0.1 does not answer."
    assert not error.unsure


def test_a_server_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapters.mail, "DEADLINE", 0.5)

    def drip(connection: socket.socket) -> None:
        for _ in range(100):
            connection.sendall(b"2")
            time.sleep(0.1)

    with RawServer(drip, until=b"") as slow:
        error = refused(server(int(slow.url.rpartition(":")[2])))
        assert "does not answer" in str(error)
        assert error.said == "it took too long"


def test_letters_beyond_ascii_in_an_address() -> None:
    with MailServer() as mail:
        send(server(mail.port), "josé@correo.example")
    assert mail.recipients == ["josé@correo.example"]


@pytest.mark.parametrize(
    "text", ["", "a", "a@b", "a b@c.example", "a@b.example\nBcc: x@y.example", "<a@b.example>", "a@b..example", "a@b.ex1"]
)
def test_what_is_no_address(text: str) -> None:
    assert not is_address(text)
    assert "is no e-mail address" in str(refused(server(1), address=text))


def test_keys_of_a_site() -> None:
    with pytest.raises(Unusable, match="user and credential go together"):
        read_table(Server, {"host": "m.example", "from": "a@b.example", "user": "x"})
    with pytest.raises(Unusable, match="from is 'nobody': write an address"):
        read_table(Server, {"host": "m.example", "from": "nobody"})
    assert read_table(Server, {"host": "m.example", "from": "a@b.example"}).starttls
