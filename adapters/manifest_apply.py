"""What a department takes: the part of a manifest under ``[[apply]]``, one table for each kind of change or action.

``sql`` (with ``params`` and ``rows``) for kind sql; ``method``, ``path``, ``headers`` and ``body`` for JSON over HTTP; an Open311 server's
form is its own. Templates have the values of the form, and ``{subject}``, ``{record}``, ``{key}``, ``{version}``, ``{actor}``, ``{today}``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from adapters.manifest_maps import Value
from models.changes import FormField
from models.records import State
from models.verification import Level


class Statement(Struct, frozen=True, kw_only=True):
    """One thing sent that changes something."""

    sql: str = ""
    """One UPDATE, INSERT, DELETE or CALL with :parameters (sql)."""
    params: dict[str, str] = {}
    rows: Annotated[int, Meta(ge=1)] = 1
    """How many rows it must touch (sql); another number is taken back. None, where ``version`` was read, is a conflict."""
    method: Literal["POST", "PUT", "PATCH", "DELETE"] = "POST"
    path: str = ""
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    """Such as ``If-Match = "{version}"`` and ``Idempotency-Key = "{key}"``; one whose template comes out empty is left out."""
    body: dict[str, str] = {}
    """JSON: key (``a.b`` is b within a) to template; one whose template comes out empty is sent as null."""
    receipt: str = ""
    """Where the answer tells the department's number for it: a JMESPath (JSON), a column (sql with RETURNING)."""
    link: str = ""
    """Where the answer tells an address at which the caller can follow it."""
    note: str = ""


class Asking(Struct, frozen=True, kw_only=True):
    """One question about what a change concerns: as ``sql`` with ``params``, or ``path`` with ``query``."""

    sql: str = ""
    params: dict[str, str] = {}
    path: str = ""
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    items: str = ""
    """Where in the answer (JMESPath); empty is the whole answer, or the first row."""
    values: dict[str, Value] = {}
    """Field of the form to where its present value stands (``current``)."""
    version: Value | None = None
    """Where it says which state this is; without it, the answer's ETag."""
    locked: Value | None = None
    """Anything but empty, 0, false, no and n: the department takes no change now."""
    receipt: str = ""
    """Where the department's number of a change that was taken stands (``settled``)."""


class Apply(Struct, frozen=True, kw_only=True):
    """One kind of change that the department takes, and how."""

    change: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*\Z", description='a kind of change, such as "address"')]
    """A kind of change of the site, or the name of an action of this department's own, which then has a ``title``."""
    title: str = ""
    """What the button of an action says."""
    on: tuple[str, ...] = ()
    """Kinds of records on which the action is offered; none: on the person, or on nobody (``anonymous``)."""
    states: tuple[State, ...] = ()
    """States of such a record for which it is offered; none: all."""
    fields: tuple[FormField, ...] = ()
    """The form of an action."""
    reasons: tuple[str, ...] = ()
    """Reasons of a call for which the action is offered first."""
    anonymous: bool = False
    """It needs no person: it is offered with nobody opened, too."""
    roles: tuple[str, ...] = ()
    """Who may do it; none: all who may ask the department."""
    level: Level | None = None
    """From which level of verification on; else that of the kind of change, or of the department."""
    proof: str = ""
    """What the caller must show first: then it becomes a task for ``queue``, and nothing is sent."""
    queue: str = "Caseworkers"
    """Where tasks about it go."""
    repeatable: bool = False
    """Sending it again with the same key has no second effect: the department keeps keys, or the statement sets what it sets."""
    send: Statement = Statement()
    current: Asking | None = None
    """What the department has now."""
    settled: Asking | None = None
    """Whether a change of this ``{key}`` was taken: an item in the answer says yes."""
    undo: Statement | None = None
    """What takes it back; templates also have ``{receipt}`` and ``{before_NAME}`` for each field."""
