"""How a department's part of a change is told: what hinders it before, how far it is after, and what is typed into its form."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from app.viewmodels.doing_states import SILENT
from models.outcomes import FAULT_WORDS
from views import fault_words, words
from views.theme import Tone

if TYPE_CHECKING:
    from app.viewmodels.doing_states import ChangeRow, FieldState


def state(row: ChangeRow) -> tuple[str, Tone]:
    """What stands on the chip of a row; empty where nothing hinders and nothing was sent."""
    return _delivered(row) if row.state else _proposed(row)


def _proposed(row: ChangeRow) -> tuple[str, Tone]:
    tr = QCoreApplication.translate
    if row.hinder == "not found" and row.detail == SILENT:
        return tr("Change", "Did not answer the search"), "warn"
    said: dict[str, tuple[str, Tone]] = {
        "proof": (tr("Change", "Task for a caseworker"), "neutral"),
        "not permitted": (tr("Change", "Task for a caseworker"), "neutral"),
        "level": (tr("Change", "Needs a caller who is {level}").format(level=words.level(row.detail)), "warn"),
        "locked": (tr("Change", "Locked there: takes no change now"), "bad"),
        "no answer": (tr("Change", "Kept, sent as soon as {department} answers").format(department=row.title), "warn"),
        "not found": (tr("Change", "Nothing known of this person there"), "neutral"),
        "same": (tr("Change", "Has this already"), "neutral"),
    }
    return said.get(row.hinder, ("", "neutral"))


def _delivered(row: ChangeRow) -> tuple[str, Tone]:
    tr = QCoreApplication.translate
    at = words.clock(row.since) if row.since is not None else ""
    if row.state == "done":
        text = tr("Change", "Done {at}").format(at=at)
        if row.fault == "same":
            return tr("Change", "Had this already"), "good"
        if row.receipt:
            text += tr("Change", " · receipt {number}").format(number=row.receipt)
        elif row.pending:
            text += tr("Change", " · its number follows")
        return text, "good"
    if row.state == "waiting":
        if not row.attempts and not row.fault:
            return tr("Change", "Waiting to be sent"), "info"
        return tr("Change", "Kept, sent as soon as {department} answers").format(department=row.title), "warn"
    if row.state == "conflict":
        return tr("Change", "Changed by someone else at {at}").format(at=at[:5]), "bad"
    if row.state == "refused" and row.fault == "conflict":
        return tr("Change", "Theirs kept"), "neutral"
    if row.state == "refused":
        return tr("Change", "Not taken"), "bad"
    said: dict[str, tuple[str, Tone]] = {
        "sending": (tr("Change", "Sending…"), "info"),
        "unknown": (tr("Change", "Asking {department} whether it was taken").format(department=row.title), "warn"),
        "person": (tr("Change", "Task for a caseworker"), "neutral"),
        "undone": (tr("Change", "Taken back {at}").format(at=at), "neutral"),
    }
    return said.get(row.state, (row.state, "neutral"))


def below(row: ChangeRow) -> str:
    """A second line under the chip: what the department said, or when it is tried again."""
    tr = QCoreApplication.translate
    if row.note or row.link:
        return "\n".join(filter(None, (row.note, row.link)))
    if row.hinder == "not permitted" or (row.state == "person" and row.fault == "not permitted"):
        return tr("Change", "Your role may not change it there")
    if row.state == "person" and row.fault == "unsettled":
        return tr("Change", "Nobody can tell from here whether it was taken")
    if row.hinder == "not found" and row.detail == SILENT:
        return tr("Change", "Ask it again (F5), or leave it to a caseworker")
    if row.state in ("refused", "person", "unknown") and row.fault not in ("conflict", "proof"):
        return row.detail or fault_words.of_change(row.fault)
    if row.state == "waiting" and row.attempts:
        tried = tr("Change", "Tried {times} times").format(times=row.attempts) if row.attempts > 1 else tr("Change", "Tried once")
        if row.next_try is None or row.next_try <= datetime.now(UTC):
            return tried
        return tr("Change", "{tried}, again at {at}").format(tried=tried, at=words.minutes(row.next_try))
    return ""


def now(row: ChangeRow) -> str:
    """What the department has, or why that is not told."""
    tr = QCoreApplication.translate
    if row.reading:
        return tr("Change", "asking…")
    if row.now_shut == "not permitted":
        return tr("Change", "hidden for your role")
    if row.now_shut == "reveal":
        return tr("Change", "hidden")
    if row.now_shut:
        return tr("Change", "hidden until {level}").format(level=words.level(row.now_shut))
    if row.now_known:
        return row.now or "–"
    if "not permitted" in (row.hinder, row.fault):
        return tr("Change", "hidden for your role")
    if row.hinder in ("level", "proof") or row.fault == "proof":
        return tr("Change", "hidden")
    if SILENT in (row.hinder, row.detail) or row.fault in FAULT_WORDS:
        return tr("Change", "not known, no answer")
    return "–"


def will(row: ChangeRow) -> str:
    """What it will have, or what the caller must show first."""
    if "proof" in (row.hinder, row.fault):
        proof = row.detail or QCoreApplication.translate("Change", "a proof")
        return QCoreApplication.translate("Change", "needs {proof}").format(proof=proof)
    return row.will or "–"


def value(of: FieldState) -> str:
    """How a field is read, where that is not what was typed: a date with its weekday, a choice by its label."""
    kind = of.field.type
    if not of.value:
        return ""
    if kind == "date":
        found = date.fromisoformat(of.value)
        weekday = words.locale().dayName(QDate(found.year, found.month, found.day).dayOfWeek(), QLocale.FormatType.ShortFormat)
        return f"{weekday}, {words.long_day(found)}"
    if kind == "choice":
        return next((each.label for each in of.field.choices if each.value == of.value), of.value)
    if kind == "several":
        return ", ".join(each.label for each in of.field.choices if each.value in of.value.splitlines())
    if kind == "yes_no":
        return QCoreApplication.translate("Change", "yes") if of.value == "yes" else QCoreApplication.translate("Change", "no")
    return of.value


def typed_date(of: FieldState) -> str:
    """A date as somebody would type it, so that it is read again when only a part of it is changed."""
    if not of.value:
        return of.text
    found = date.fromisoformat(of.value)
    return words.locale().toString(QDate(found.year, found.month, found.day), "MMM d, yyyy")


def summed_up(fields: tuple[FieldState, ...]) -> str:
    """``From Dec 1: 1804 W Belmont Ave, 60657``: what was filled in, in one line."""
    today = date.today()
    since = next((each for each in fields if each.field.type == "date" and each.value and each.field.name == "from_date"), None)
    rest = ", ".join(_said(each, today) for each in fields if each is not since and each.value)
    if since is None:
        return rest
    when = QCoreApplication.translate("Change", "From {day}").format(day=words.day(date.fromisoformat(since.value), today))
    return f"{when}: {rest}" if rest else when


def _said(of: FieldState, today: date) -> str:
    return words.day(date.fromisoformat(of.value), today) if of.field.type == "date" else value(of)
