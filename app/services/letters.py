"""The summary that a caller gets: a letter in their language, made of what was done, with the numbers and links to follow it by.

It is made of names, titles, references and links only, never of what a form or a record says; nothing that is masked is at hand here.
A site has its own letters: ``summary.txt``, ``summary.es.txt``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from adapters.toml_lines import line_of
from adapters.toml_tables import Unusable, read_table
from app.services.blanks import Wording, fill
from models.summary import Done, DoneState, Summary

SHORTEST = 459
"""Letters of a text message: three parts of 153 (GSM 03.38), beyond which some networks cut."""
_FRONT = re.compile(r"\A\ufeff?\+\+\+[ \t]*\r?\n(.*?)^\+\+\+[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"https?://[^\s<>\"]{3,400}\Z")


class LetterError(Exception):
    """A letter of the site can't be used; the text has file, line and what to write."""


class Letter(Struct, frozen=True, kw_only=True):
    """How one language tells what was done. Blanks: ``{{caller.name}}``, ``{{city.name}}``, ``{{today}}``, and ``{{done}}``, the list."""

    subject: Annotated[str, Meta(min_length=1)]
    states: dict[str, str] = {}
    """Words for done, waiting, person, refused, resolved, handed_over, call_back."""
    number: str = "Number: {{reference}}"
    follow: str = "Follow it here: {{link}}"
    words: dict[str, str] = {}
    """Titles of changes, departments and reasons in this language. What has an empty one is for staff only, and left out."""
    text: str = ""


ENGLISH = Letter(
    subject="Your call to {{city.name}} on {{today}}",
    states={
        "done": "done",
        "waiting": "on its way; we see to it that it arrives",
        "person": "a colleague is working on it",
        "refused": "not possible as it is; please call again",
        "resolved": "settled in the call",
        "handed_over": "a colleague is working on it",
        "call_back": "we call you back",
    },
    text=(
        "Hello {{caller.name}},\n\nthank you for talking to us on {{today}}. This is what came of it:\n\n{{done}}\n\n"
        "Please keep the numbers; with them you can ask at any time.\n\n{{city.name}}\n"
    ),
)
"""For a site without a letter of its own."""


def read_letter(folder: Path, language: str, own: str) -> Letter:
    """The site's letter in this language, else in the city's ``own``, else the one that ships. Blocking. Raises LetterError."""
    short = language.partition("-")[0]
    for name in (*(f"summary.{tag}.txt" for tag in dict.fromkeys((language, short)) if tag and tag != own), "summary.txt"):
        if (folder / name).exists():
            return read_letter_file(folder / name)
    return ENGLISH


def read_letter_file(path: Path) -> Letter:
    """One letter of the site. Blocking. Raises LetterError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LetterError(f"{path}: can't be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}") from None
    found = _FRONT.match(text)
    if found is None:
        raise LetterError(f'{path}:1: has no front matter: write +++, then subject = "...", then +++ above the text')
    try:
        return read_table(Letter, tomllib.loads(found[1]) | {"text": text[found.end() :].strip() + "\n"}, "letter")
    except Unusable as error:
        raise LetterError("\n".join(f"{path}:{line_of(found[1], place) + 1}: {words}" for place, words in error.problems)) from None
    except tomllib.TOMLDecodeError as error:
        raise LetterError(f"{path}: the front matter is not TOML: {error}") from None


def compose(letter: Letter, done: Sequence[Done], caller: str, city: str, today: date, wording: Wording) -> Summary:
    """The letter filled. What the caller can't follow, such as what was undone, is not in it."""
    done = [each for each in done if letter.words.get(each.what, each.what)]
    items = [_item(letter, each) for each in done]
    values = {"caller.name": caller, "city.name": city, "today": wording.day(today), "done": "\n".join(items)}
    numbers = [f"{letter.words.get(each.what, each.what)} {each.reference}" for each in done if each.reference]
    short = f"{city}: {'; '.join(numbers or [_line(letter, each) for each in done])}"
    return Summary(
        " ".join(fill(letter.subject, values).split()),
        fill(letter.text or ENGLISH.text, values),
        short if len(short) <= SHORTEST else f"{short[: SHORTEST - 1]}…",
    )


def _item(letter: Letter, done: Done) -> str:
    lines = [f"- {_line(letter, done)}"]
    if done.reference:
        lines.append("  " + fill(letter.number, {"reference": " ".join(done.reference.split())}))
    if _LINK.match(done.link):
        lines.append("  " + fill(letter.follow, {"link": done.link}))
    return "\n".join(lines)


def _line(letter: Letter, done: Done) -> str:
    what, department = (letter.words.get(each, " ".join(each.split())) for each in (done.what, done.department))
    state = _state(letter, done.state)
    return f"{what} ({department}): {state}" if department and state else f"{what}: {state}" if state else what


def _state(letter: Letter, state: DoneState) -> str:
    return letter.states.get(state) or ENGLISH.states.get(state, "")
