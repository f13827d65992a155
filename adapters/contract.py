"""What a kind of back-end must be able to do, and how it says that it could not.

A *kind* is a class, made once per department from its manifest (``Kind(manifest, transport)``), synchronous, free of Qt,
and without state between calls beyond its connection pool. Methods run several at once: in the department's own worker threads
or, of a kind that waits nowhere but in the transport, in the transport's one thread (``reactor``), which costs a third. What a
class offers is held against the manifest's ``capabilities``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import ClassVar, Literal, Protocol, runtime_checkable

import msgspec

from adapters.reactor import Reactor
from models.changes import Current, FieldChoice, FormField, Receipt, Writing
from models.outcomes import Fault
from models.people import Person, SubjectRef
from models.query import SearchQuery
from models.records import Media, Record, RecordRef

Capability = Literal["find", "records", "lookup", "check", "apply", "fetch"]


class CallContext(msgspec.Struct, frozen=True):
    """One call's circumstances. ``deadline`` is a time.monotonic() reading; ``cancelled`` says whether anybody still waits."""

    deadline: float
    credential: str | None = None
    actor: str = ""
    role: str = ""
    purpose: str = ""
    now: datetime = msgspec.field(default_factory=lambda: datetime.now(UTC))
    cancelled: Callable[[], bool] = lambda: False
    idempotency_key: str = ""

    def remaining(self) -> float:
        """Seconds left, asked before more is sent; raises TimedOut when there are none, Cancelled when nobody waits any more."""
        if self.cancelled():
            raise Cancelled
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimedOut("deadline passed before the call was finished", sent=False)
        return left


class Health(msgspec.Struct, frozen=True):
    """What a department said of itself when it was reached. ``ms`` is the round trip; ``detail`` holds no personal data."""

    ms: float
    detail: str = ""


class Cancelled(Exception):
    """Raised inside a call whose answer nobody waits for; never shown."""


class DepartmentError(Exception):
    """A department could not answer; ``key`` is one of models.outcomes.FAULT_WORDS, ``detail`` is for operators.

    Of a change that was refused, ``detail`` is the department's own sentence, where it said why: for those who made the change.
    """

    key: ClassVar[str] = "unexpected"
    retryable: ClassVar[bool] = True

    def __init__(self, detail: str = "", *, key: str | None = None, retry_after: float | None = None, sent: bool = True) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fault_key = key or self.key
        self.retry_after = retry_after
        self.sent = sent
        """False: it is certain that nothing of the call reached the department, so that a change was not made."""

    def again(self) -> DepartmentError:
        """The same for another call, which has its own traceback."""
        return type(self)(self.detail, key=self.fault_key, retry_after=self.retry_after, sent=self.sent)

    def fault(self) -> Fault:
        return Fault(self.fault_key, self.detail, self.retryable, self.retry_after, self.sent)


class Unavailable(DepartmentError):
    """Not reached (``no_connection``), or it broke while answering (``server_error``)."""

    key = "no_connection"


class TimedOut(DepartmentError):
    """No first byte within the deadline (``timed_out``), or not the last (``too_slow``)."""

    key = "timed_out"


class RateLimited(DepartmentError):
    """429, or 503 with Retry-After; ``retry_after`` in seconds, capped."""

    key = "rate_limited"


class SignInNeeded(DepartmentError):
    """The credential was refused (``sign_in_needed``) or is not there (``no_credential``)."""

    key = "sign_in_needed"
    retryable = False


class Forbidden(DepartmentError):
    key = "forbidden"
    retryable = False


class NotFound(DepartmentError):
    key = "not_found"
    retryable = False


class Rejected(DepartmentError):
    """The department understood and refused: 400, 422, a constraint."""

    key = "rejected"
    retryable = False


class Conflict(DepartmentError):
    key = "conflict"


class BadAnswer(DepartmentError):
    """An answer that can't be used: ``not_data``, ``incomplete``, ``charset``, ``too_large``, ``unreadable`` or ``mapping``."""

    key = "unreadable"


def error_named(key: str, detail: str) -> DepartmentError:
    """The error whose fault has this key: what a manifest calls one of its department's own."""
    for kind in (NotFound, Forbidden, SignInNeeded, RateLimited, Rejected, Conflict):
        if kind.key == key:
            return kind(detail)
    return BadAnswer(detail, key=key) if key == "mapping" else Unavailable(detail, key=key)


@runtime_checkable
class Finds(Protocol):
    def find(self, query: SearchQuery, ctx: CallContext) -> Iterator[Person | Record]:
        """People who fit the query; and records that name no person, where a reference number led to one.

        May yield more than fits (a prefix search): the search service ranks and drops. Raises DepartmentError.
        """
        ...


@runtime_checkable
class ReadsRecords(Protocol):
    def records(self, subject: SubjectRef, ctx: CallContext) -> Iterator[Record]:
        """All records of one person of this department. Raises DepartmentError."""
        ...


@runtime_checkable
class LooksUp(Protocol):
    def lookup(self, ref: RecordRef, ctx: CallContext) -> Record:
        """One record by its key or reference number. Raises NotFound, or another DepartmentError."""
        ...


@runtime_checkable
class Checks(Protocol):
    def check(self, ctx: CallContext) -> Health:
        """Reach the department as cheaply as it allows, with the credential. Raises DepartmentError."""
        ...


@runtime_checkable
class Applies(Protocol):
    """Writes as the manifest's ``[[apply]]`` says. A kind of change that the manifest does not have is a bug of the caller."""

    def current(self, writing: Writing, ctx: CallContext) -> Current | None:
        """What the department has now; None where the manifest does not say how to ask. Raises NotFound, Conflict (``locked``) or another.

        Values are as the department writes them: ``1804 W BELMONT AVE``, a phone without the country's prefix.

        ``writing.values``, ``before`` and ``version`` say nothing here.
        """
        ...

    def apply(self, writing: Writing, ctx: CallContext) -> Receipt:
        """Make the change, under its key, all of it or nothing. One whose ``version`` is empty is made on whatever is there now.

        Where the manifest says how to ask whether it was made (``settled``), a change that was made under this key before is told
        again, not made twice.
        Raises Conflict where the department has another version than ``writing.version``; Rejected, Forbidden, NotFound, SignInNeeded
        or RateLimited where it was certainly not made; any other DepartmentError whose ``sent`` is True means that it may have been.
        """
        ...

    def settled(self, writing: Writing, ctx: CallContext) -> Receipt | None:
        """Whether a change of this key was made: by asking for the key, else by reading back; None: it was not.

        With ``writing.pending`` it was made, and its reference is asked for: the receipt is still ``pending`` while there is none.
        Raises DepartmentError when that can't be told now, Unsettled when this department can never tell.
        """
        ...

    def undo(self, writing: Writing, receipt: Receipt, ctx: CallContext) -> Receipt:
        """Take back a change that was made as ``writing`` says, unless the department has something else by now (Conflict).

        ``writing.key`` is a key of its own, under which it is told again rather than taken back twice. Raises as ``apply`` does.
        """
        ...


@runtime_checkable
class TellsForms(Protocol):
    """A kind whose department says itself what can be chosen, and what has to be said of it (Open311's services and their attributes)."""

    followed: ClassVar[str]
    """The field whose choices are the department's, and which further fields follow."""

    def choices(self, change: str, ctx: CallContext) -> tuple[FieldChoice, ...]:
        """What can be chosen there. Raises DepartmentError."""
        ...

    def following(self, change: str, choice: str, ctx: CallContext) -> tuple[FormField, ...]:
        """The fields that follow from a choice. Raises DepartmentError."""
        ...


class Unsettled(DepartmentError):
    """The department has no way to tell whether a change was made: a person has to look."""

    key = "unsettled"
    retryable = False


@runtime_checkable
class Fetches(Protocol):
    def fetch(self, media: Media, ctx: CallContext) -> bytes:
        """The content of a document that a record named, ``limits.bytes`` at most. Raises NotFound, or another DepartmentError."""
        ...


PROTOCOLS: dict[Capability, type] = {
    "find": Finds,
    "records": ReadsRecords,
    "lookup": LooksUp,
    "check": Checks,
    "apply": Applies,
    "fetch": Fetches,
}


class Department(Finds, ReadsRecords, LooksUp, Checks, Applies, Fetches, Protocol):
    """A kind made ready for one department. A kind that lacks a capability leaves the method out."""

    reactor: Reactor | None = None
    """The transport's, of a kind that waits nowhere else; without it, calls get threads of their own."""

    def can_find(self, query: SearchQuery) -> bool:
        """Whether the manifest has a question for the parts that this query has."""
        ...

    def close(self) -> None:
        """Give back connections. Called once, when no call runs any more."""
        ...
