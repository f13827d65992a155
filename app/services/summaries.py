"""Sends summaries to callers: by e-mail, by a command of the site, or as a file; each is in the audit log before it goes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

from adapters.mail import MailServer, is_address, send_mail
from adapters.site_command import SiteCommand, run_command
from app.services.blanks import Wording
from app.services.bulkhead import Bulkhead
from app.services.credentials import Credentials, KeyringUnavailable
from app.services.departments import Asker, in_worker
from app.services.letters import LetterError, compose, read_letter, read_letter_file
from app.services.search import AuditTrail
from models.audit import Look
from models.people import SubjectRef
from models.store.errors import StoreUnavailable
from models.summary import Done, NotSent, Summary, Way


class Summaries:
    """``folder`` is the site's. Everything that blocks runs in a worker of its own; ``close`` ends it."""

    def __init__(
        self,
        folder: Path,
        city: str,
        language: str,
        mail: MailServer | None,
        sms: SiteCommand | None,
        letter: SiteCommand | None,
        credentials: Credentials,
        audit: AuditTrail,
        asker: Asker,
    ) -> None:
        self._folder, self._city, self._language = folder, city, language
        self._mail, self._sms, self._letter = mail, sms, letter
        self._credentials = credentials
        self._audit = audit
        self._asker = asker
        self._worker = Bulkhead("summaries", 3)  # one that is slow to go out holds up no other

    def ways(self) -> tuple[Way, ...]:
        """How this site can send one."""
        asked: tuple[tuple[Way, object], ...] = (("email", self._mail), ("sms", self._sms), ("letter", self._letter))
        return (*(way for way, there in asked if there is not None), "pdf")

    async def problems(self) -> tuple[str, ...]:
        """The site's letters that can't be used, each with file, line and what to write; and a credential that is not in the keyring."""
        return await in_worker(self._worker, self._problems)

    def _problems(self) -> tuple[str, ...]:
        found = []
        for path in sorted(self._folder.glob("summary*.txt")):
            try:
                read_letter_file(path)
            except LetterError as error:
                found.append(str(error))
        if self._mail is not None and self._mail.credential:
            try:
                if not self._credentials.present(self._mail.credential):
                    found.append(f"{self._folder / 'site.toml'}: the keyring has no {self._mail.credential!r}, which [mail] names")
            except KeyringUnavailable as error:
                found.append(str(error))
        return tuple(found)

    async def write(self, done: tuple[Done, ...], caller: str, language: str, wording: Wording) -> Summary:
        """The letter of what was done. Raises NotSent where the site's own letter can't be used."""

        def written() -> Summary:
            try:
                letter = read_letter(self._folder, language or self._language, self._language)
            except LetterError as error:
                raise NotSent(str(error)) from None
            return compose(letter, done, caller, self._city, date.today(), wording)

        return await in_worker(self._worker, written)

    async def send(self, way: Way, to: str, summary: Summary, members: tuple[SubjectRef, ...]) -> None:
        """Send it. ``to`` is an address or a number; of a PDF the ``data`` of ``save`` is written. Raises NotSent or StoreUnavailable."""
        mail, command = self._mail, self._sms if way == "sms" else self._letter
        call: Callable[[], None]
        if way == "email" and mail is not None:
            call = lambda: self._by_mail(mail, to, summary)  # noqa: E731 - a worker runs it
        elif way in ("sms", "letter") and command is not None:
            text = summary.short if way == "sms" else f"{to}\n\n{summary.text}"
            call = lambda: run_command(command, to, text)  # noqa: E731
        else:
            raise NotSent("This site can't send it so.")
        await self._logged(way, members, call)

    async def save(self, path: Path, data: bytes, members: tuple[SubjectRef, ...]) -> None:
        """Write the PDF of a summary. Raises NotSent or StoreUnavailable."""

        def write() -> None:
            try:
                path.write_bytes(data)
            except OSError as error:
                raise NotSent(f"{path} can't be written: {error.strerror}") from None

        await self._logged("pdf", members, write)

    def close(self) -> None:
        """End the worker."""
        self._worker.close()

    def _by_mail(self, server: MailServer, to: str, summary: Summary) -> None:
        try:
            send_mail(server, self._credentials.get, to, summary.subject, summary.text)
        except KeyringUnavailable as error:
            raise NotSent(str(error)) from None

    async def _logged(self, way: Way, members: tuple[SubjectRef, ...], call: Callable[[], None]) -> None:
        """The row first; what came of it is its outcome."""
        departments = tuple(dict.fromkeys(member.department for member in members))
        what = " ".join([way, *(f"{member.department}/{member.id}" for member in members)])
        asker = self._asker
        row = await self._audit.look(Look(asker.actor, asker.role, asker.purpose, "summary", departments, what, members))
        outcome = "not sent"
        try:
            await in_worker(self._worker, call)
            outcome = f"sent: {way}"
        except NotSent as error:
            outcome = "unknown" if error.unsure else "not sent"
            raise
        finally:
            with suppress(StoreUnavailable):  # what went out has gone out: to say otherwise would send it twice
                await self._audit.outcome(row, outcome)


def reachable(way: Way, to: str) -> bool:
    """Whether a text may be the address or number of this way."""
    if way == "email":
        return is_address(to)
    if way == "sms":
        return 5 <= sum(letter.isdigit() for letter in to) <= 15 and not set(to) - set("0123456789 +()-./")
    return bool(to.strip()) and not to.startswith("-")
