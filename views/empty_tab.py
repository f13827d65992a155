"""Why there are no records on a tab, in words: "nothing on record" and "did not answer" never look alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from models.outcomes import Answered, Failed, NotPermitted, Outcome, Skipped, Waiting
from views import fault_words, words
from views.theme import Tone


class Why(NamedTuple):
    """What EmptyState shows; ``button`` is empty where asking again would not help."""

    heading: str
    text: str
    icon: str
    tone: Tone = "neutral"
    button: str = ""


def of_all(outcomes: Sequence[Outcome | None], failed: Sequence[str]) -> Why:
    """Of the overview; ``failed`` are the titles of the departments that did not answer."""
    asked, answered, _failed = words.counts(outcomes)
    if asked > answered + len(failed) or not asked:
        return Why(
            QCoreApplication.translate("EmptyTab", "Reading the records…"),
            QCoreApplication.translate("EmptyTab", "They appear here as the departments answer."),
            "clock",
        )
    if failed:
        text = QCoreApplication.translate("EmptyTab", "{names} did not answer, so there may be records. The others have none.")
        return Why(
            QCoreApplication.translate("EmptyTab", "No records so far, but not all answered"),
            text.format(names=words.listed(failed)),
            "triangle-alert",
            "warn",
            QCoreApplication.translate("EmptyTab", "Ask again"),
        )
    return Why(
        QCoreApplication.translate("EmptyTab", "No records"),
        QCoreApplication.translate("EmptyTab", "All departments answered: none has anything on record."),
        "search-x",
    )


def of_shut(title: str, level: str, *, locked: bool) -> Why:
    """Of a tab, or of the overview, that opens only when it is surer who calls; ``locked``: nothing more may be asked in this call."""
    heading = QCoreApplication.translate("EmptyTab", "{title} opens when the caller is {level}")
    if locked:
        text = QCoreApplication.translate(
            "EmptyTab", "Too many answers were wrong: it stays shut for this call. General questions may be answered."
        )
        return Why(heading.format(title=title, level=words.level(level)), text, "lock")
    text = QCoreApplication.translate("EmptyTab", "Until then nothing of it is shown. The questions to put come with Ctrl+Shift+V.")
    button = QCoreApplication.translate("EmptyTab", "Verify the caller   Ctrl+Shift+V")
    return Why(heading.format(title=title, level=words.level(level)), text, "lock", "neutral", button)


def of_one(title: str, outcome: Outcome | None) -> Why:
    """Of one department's tab."""
    if isinstance(outcome, Failed):
        heading = f"{title}: {fault_words.on_chip(outcome.fault)}"
        again = QCoreApplication.translate("EmptyTab", "Retry")
        return Why(heading, fault_words.in_a_sentence(outcome.fault), "triangle-alert", "bad", again)
    if isinstance(outcome, NotPermitted | Skipped):
        return Why(title, words.not_asked(outcome), "lock" if isinstance(outcome, NotPermitted) else "minus")
    if isinstance(outcome, Answered):
        text = QCoreApplication.translate("EmptyTab", "{title} answered in {took}: it has nothing on record for this caller.")
        heading = QCoreApplication.translate("EmptyTab", "No records")
        return Why(heading, text.format(title=title, took=words.took(outcome.ms)), "search-x")
    if isinstance(outcome, Waiting):
        return Why(QCoreApplication.translate("EmptyTab", "Waiting for {title}…").format(title=title), "", "clock")
    text = QCoreApplication.translate("EmptyTab", "The search found nobody in {title} who is this caller, so there is nothing to read.")
    return Why(QCoreApplication.translate("EmptyTab", "Not known there"), text.format(title=title), "search-x")
