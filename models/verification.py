"""Who is on the line, and how sure that is: the ladder, the questions that lead up it, and what is kept of them.

Neither a right answer nor what was said is part of any value here: only which question was asked, and whether it was met.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Level = Literal["anonymous", "identified", "verified", "strong"]
LEVELS: tuple[Level, ...] = ("anonymous", "identified", "verified", "strong")
"""From general questions only to what only the person can know."""

Held = Literal["birth_date", "post_code", "house_number", "phone", "email", "identifier", "record"]


def reaches(have: Level, needed: Level) -> bool:
    """Whether a level opens what needs another."""
    return LEVELS.index(have) >= LEVELS.index(needed)


class Question(Struct, frozen=True):
    """A question that a site lets its agents ask. ``ask`` is said aloud, ``name`` stands on the chip and in the log.

    ``of`` says which of the things that departments hold answers it. An ``identifier`` is named by its ``scheme``; a ``record`` by
    its kind, and its ``value`` is ``id``, ``amount``, ``opened``, ``due``, ``title`` or the label of a field.
    """

    name: str
    ask: str
    of: Held
    points: Annotated[int, Meta(ge=1, le=10)] = 1
    departments: tuple[str, ...] = ()
    """Whose data may answer it; empty: any that knows the caller."""
    scheme: str = ""
    record: str = ""
    value: str = ""
    newest: bool = False
    """Only the newest record counts ("your last payment"); else any of the caller's."""

    def __post_init__(self) -> None:
        if self.of == "identifier" and not self.scheme:
            raise ValueError('a question of = "identifier" needs scheme = the identifier\'s scheme')
        if self.of == "record" and not (self.record and self.value):
            raise ValueError('a question of = "record" needs record = its kind and value = "amount", "id" or a field\'s label')


CALLING_NUMBER = "calling number"
"""The name under which the log and the contact keep that the number of the call spoke for the caller."""

QUESTIONS = (
    Question("birth date", "What is your date of birth?", "birth_date", 2),
    Question("post code", "What is your post code?", "post_code"),
    Question("phone", "Which phone number do we have for you?", "phone"),
    Question("house number", "What is the number of your house?", "house_number"),
    Question("e-mail", "Which e-mail address do we have for you?", "email"),
)
"""What every site can ask."""

GROUNDS = ("Parent or guardian", "Power of attorney", "Court order", "Authorised by the person")


class FactLevels(Struct, frozen=True):
    """The levels from which the caller's header shows what departments know of a person."""

    birth_date: Level = "verified"
    address: Level = "verified"
    phone: Level = "verified"
    email: Level = "verified"


class VerificationRules(Struct, frozen=True):
    """How a site verifies who calls. Two failures at most and five questions, as HMRC's inbound checks: a site can only be stricter."""

    identified: Annotated[int, Meta(ge=1)] = 1
    """Points from which each level is reached."""
    verified: Annotated[int, Meta(ge=1)] = 3
    strong: Annotated[int, Meta(ge=1)] = 5
    failures: Annotated[int, Meta(ge=1, le=2)] = 2
    """Wrong answers that lock the ladder for the call."""
    calling_number: Annotated[int, Meta(ge=0, le=10)] = 0
    """Points for a call from a number that departments know of this caller and nobody else found. Anybody can have the network show
    another's number, so it never verifies by itself."""
    most: Annotated[int, Meta(ge=1, le=5)] = 5
    """Questions put in one call."""
    question: tuple[Question, ...] = QUESTIONS
    grounds: tuple[str, ...] = GROUNDS
    """On which somebody may act for another."""
    facts: FactLevels = FactLevels()

    def __post_init__(self) -> None:
        if not self.identified <= self.verified <= self.strong:
            raise ValueError("the points of identified, verified and strong must not fall")
        if self.calling_number >= self.verified:
            raise ValueError("calling_number must be fewer points than verified: a number can be forged")
        names = [CALLING_NUMBER, *(question.name for question in self.question)]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two questions have the name {twice[0]!r}")

    def level(self, points: int) -> Level:
        """The level that so many points reach."""
        if points >= self.strong:
            return "strong"
        if points >= self.verified:
            return "verified"
        return "identified" if points >= self.identified else "anonymous"


class Asked(Struct, frozen=True):
    """A question that was put; ``right`` is None where the caller did not know."""

    question: str
    right: bool | None


class Mandate(Struct, frozen=True):
    """Whoever calls acts for the person whose file is open: ``name`` says who calls, ``ground`` by what right."""

    name: str
    ground: str


class Verification(Struct, frozen=True):
    """What is kept of verifying one caller in one contact: method and outcome."""

    level: Level = "anonymous"
    asked: tuple[Asked, ...] = ()
    mandate: Mandate | None = None
    locked: bool = False

    def met(self) -> tuple[str, ...]:
        """The names of the questions that were answered rightly."""
        return tuple(each.question for each in self.asked if each.right)
