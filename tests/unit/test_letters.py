"""Letters of a site: in the caller's language, whole, told of where they can't be used, and short as a text message."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import pytest

from adapters.mail import MailServer
from app.services.blanks import EMPTY
from app.services.credentials import Credentials
from app.services.letters import ENGLISH, LetterError, compose, read_letter
from app.services.summaries import Summaries
from app.viewmodels.wording import Wording
from models.summary import Done
from resources import resource
from tests.fakes.departments import FakeAsker, FakeAudit


def test_a_letter_of_the_site_in_the_callers_language(tmp_path: Path) -> None:
    (tmp_path / "summary.es.txt").write_text(
        '+++\nsubject = "Su llamada"\nnumber = "Número: {{reference}}"\nstates = { done = "hecho" }\n'
        'words = { "Change of address" = "Cambio de dirección" }\n+++\nHola {{caller.name}}:\n\n{{done}}\n',
        encoding="utf-8",
    )
    letter = read_letter(tmp_path, "es-MX", "en")
    done = (Done("Change of address", "Revenue", "done", "A-12"), Done("Change of address", "Courts", "waiting"))
    summary = compose(letter, done, "Maria", "Springvale", date(2026, 11, 24), Wording("es", "US"))
    assert summary.text.startswith(
        "Hola Maria:\n\n- Cambio de dirección (Revenue): hecho\n  Número: A-12\n- Cambio de dirección (Courts): on its"
    )
    assert read_letter(tmp_path, "en", "en") is ENGLISH
    assert read_letter(tmp_path, "pl", "en") is ENGLISH
    (tmp_path / "summary.txt").write_text('+++\nsubjekt = "x"\n+++\nHello', encoding="utf-8")
    with pytest.raises(LetterError, match=r"summary.txt:2: subjekt is not a key of a letter"):
        read_letter(tmp_path, "pl", "en")
    (tmp_path / "summary.txt").write_text("Hello", encoding="utf-8")
    with pytest.raises(LetterError, match=r"summary.txt:1: has no front matter"):
        read_letter(tmp_path, "", "en")


def test_a_long_text_message_is_cut() -> None:
    done = tuple(Done("Change of address", "", "done", f"REF-{at:08}") for at in range(60))
    short = compose(ENGLISH, done, "Maria", "Springvale", date(2026, 11, 24), Wording("en")).short
    assert len(short) == 459
    assert short.endswith("…")


def test_the_demo_citys_letters_can_be_used() -> None:
    folder = Path(str(resource("demo", "site")))
    done = (
        Done("New address", "", "resolved"),
        Done("Change of address", "Revenue", "done", "A-12"),
        Done("Note to the case", "Cases", "done"),
    )
    for language, told in (("en", "Change of address (Revenue): done"), ("es", "Cambio de dirección (Hacienda): hecho")):
        summary = compose(read_letter(folder, language, "en"), done, "Maria", "Springvale", date(2026, 11, 24), Wording(language, "US"))
        assert told in summary.text
        assert "Note to" not in summary.text  # it is for staff
        assert EMPTY not in summary.text + summary.subject


class FakeKeyring:
    """Has ``names``."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def get_password(self, service: str, username: str) -> str | None:
        return "secret" if username in self.names else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("nothing is kept")


@pytest.mark.parametrize(("names", "told"), [((), 1), (("city-mail",), 0)])
def test_a_password_that_is_not_in_the_keyring_is_told(tmp_path: Path, names: tuple[str, ...], told: int) -> None:
    server = MailServer(host="mail.example", sender="a@b.example", user="desk", credential="city-mail")
    made = Summaries(tmp_path, "Springvale", "en", server, None, None, Credentials(FakeKeyring(*names)), FakeAudit(), FakeAsker())
    problems = asyncio.run(made.problems())
    made.close()
    assert len(problems) == told
    assert all("'city-mail', which [mail] names" in each for each in problems)
