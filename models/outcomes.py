"""What came of asking one department: a closed union, so that "no answer" never passes for "nothing found"."""

from __future__ import annotations

from datetime import datetime

import msgspec

from models.people import Person
from models.records import Record


class Fault(msgspec.Struct, frozen=True):
    """Why a department did not answer. ``key`` is one of FAULT_WORDS; ``detail`` is for operators and holds no personal data."""

    key: str
    detail: str = ""
    retryable: bool = True
    retry_after: float | None = None
    """Seconds to wait before asking again, where the department said so."""
    sent: bool = True
    """False: it is certain that nothing reached the department, so that a change was not made."""
    until: datetime | None = None
    """When it will be asked again, where it is left to rest."""


class Waiting(msgspec.Struct, frozen=True):
    """Asked, no answer yet. ``since`` is a time.monotonic() reading."""

    since: float


class Answered(msgspec.Struct, frozen=True):
    """The answer, ``ms`` milliseconds after it was asked. ``truncated``: the department has more than its manifest's limit.

    ``partial``: some items could not be read and are left out; what is here was read well.
    """

    people: tuple[Person, ...] = ()
    records: tuple[Record, ...] = ()
    ms: float = 0.0
    truncated: bool = False
    partial: Fault | None = None


class Failed(msgspec.Struct, frozen=True):
    """No usable answer."""

    fault: Fault
    ms: float = 0.0


class NotPermitted(msgspec.Struct, frozen=True):
    """The role may not ask this department. Nothing was sent."""


class Skipped(msgspec.Struct, frozen=True):
    """Not asked, because it can do nothing with this query."""

    why: str


Outcome = Waiting | Answered | Failed | NotPermitted | Skipped

FAULT_WORDS: dict[str, tuple[str, str]] = {
    # key: (on the chip, in a sentence that says what to do)
    "no_connection": ("no connection", "The department's system can't be reached. Try again, or tell the caller it is down."),
    "not_trusted": ("not trusted", "The department's certificate is not one that we trust, so nothing was asked. Tell the administrator."),
    "server_error": ("error there", "The department's system reported an error of its own. Try again in a moment."),
    "timed_out": ("no answer", "The department did not answer in time. Try again."),
    "too_slow": ("too slow", "The department began to answer but did not finish in time. Try again."),
    "rate_limited": ("too busy", "The department asks us to wait before the next question."),
    "resting": (
        "resting",
        "Not asked: it failed several times in a row, or wants us to wait. Press its chip or F5 to ask it all the same.",
    ),
    "sign_in_needed": ("sign-in refused", "The department refused our credential. An administrator must renew it."),
    "no_credential": ("no credential", "The credential of this department is not in the keyring. An administrator must add it."),
    "forbidden": ("refused", "The department does not let this credential see what was asked."),
    "not_found": ("not found there", "The department does not know this number."),
    "rejected": ("question refused", "The department did not accept the question. An administrator should check the manifest."),
    "conflict": ("changed meanwhile", "The department's data changed meanwhile. Read it again."),
    "locked": ("locked there", "The department has locked this matter: it takes no change now."),
    "unsettled": (
        "outcome unknown",
        "Nobody can tell from here whether the department made the change. A person must look there.",
    ),
    "not_data": ("not data", "The department sent a web page instead of data. It may be under maintenance."),
    "incomplete": ("incomplete answer", "The answer broke off half-way. Nothing of it is shown. Try again."),
    "charset": ("unreadable text", "The answer is not in the character set it claims. Nothing of it is shown."),
    "too_large": ("too much", "The answer was larger than allowed and was not read. Narrow the search."),
    "unreadable": ("unreadable answer", "The answer could not be read. Tell the administrator of this department."),
    "stale": ("old data", "What the department delivers is older than it should be: much may have changed. Tell the administrator."),
    "left_out": ("some left out", "Some of what the department delivered can't be read and is left out. Tell the administrator."),
    "mapping": ("unexpected form", "The answer does not have the form that the manifest describes."),
    "circular_link": ("endless pages", "The department's pages never end. Only an administrator can mend this."),
    "unexpected": ("unexpected error", "Something unexpected happened here. It was logged; the other departments are not affected."),
}

WRITING_WORDS: dict[str, str] = {
    # Of a change that was not made (yet): where a sentence of FAULT_WORDS is about a question, or a Hinder is meant.
    "no_connection": "The department's system can't be reached. The change is kept and sent as soon as it can be.",
    "server_error": "The department's system reported an error of its own.",
    "timed_out": "The department did not answer in time.",
    "too_slow": "The department began to answer but did not finish in time.",
    "incomplete": "The answer broke off half-way.",
    "rate_limited": "The department asks us to wait before the next change.",
    "forbidden": "The department does not let this credential make the change.",
    "not_found": "The department does not know what was to be changed.",
    "rejected": "The department did not accept the change.",
    "conflict": "The department's data changed meanwhile: compare, then decide.",
    "proof": "The caller must show a proof first.",
    "not permitted": "The role does not allow this change there.",
    "level": "The caller must be verified further first.",
    "no answer": "The department does not answer now. The change is kept and sent as soon as it does.",
    "not found": "Nothing is known there of this person.",
    "same": "The department has these values already.",
}

DELIVERY_WORDS: dict[str, str] = {
    # What a state of models.changes.DELIVERY_STATES is called.
    "waiting": "kept, not sent yet",
    "sending": "being sent",
    "unknown": "outcome unknown, being checked",
    "done": "done",
    "conflict": "changed by somebody else",
    "refused": "refused",
    "person": "to be done by hand",
    "undone": "taken back",
}
