"""What a department takes: the part of a manifest under ``[[apply]]``, one table for each kind of change or action.

``sql`` (with ``params`` and ``rows``) for kind sql; ``method``, ``path``, ``headers`` and ``body`` for JSON over HTTP; an Open311 server's
form is its own. Templates have the values of the form, and those of ``ALWAYS``; ``adapters.apply_problems`` holds them to it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from adapters.manifest_maps import Value
from adapters.manifest_requests import Request
from models.changes import FormField
from models.records import State
from models.verification import Level

ALWAYS = ("subject", "record", "key", "version", "actor", "today")
"""Values that templates of a change have besides its form's. ``undo`` has ``receipt``, too, and ``before_NAME`` for each of the form's."""


class Statement(Struct, frozen=True, kw_only=True):
    """One thing sent that changes something."""

    sql: str = ""
    """One UPDATE, INSERT, DELETE or CALL with :parameters, or a SELECT that tells the receipt (sql)."""
    params: dict[str, str] = {}
    """Parameter name to template; one that comes out empty is written as NULL."""
    rows: Annotated[int, Meta(ge=0)] = 1
    """How many rows it must touch, or answer with where it answers (sql); another number takes everything back."""
    operation: str = ""
    """The operation of the WSDL, which is given ``body`` (soap)."""
    method: Literal["POST", "PUT", "PATCH", "DELETE"] = "POST"
    path: str = ""
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    """Such as ``If-Match = "{version}"`` and ``Idempotency-Key = "{key}"``; one whose template comes out empty is left out."""
    body: dict[str, str] = {}
    """JSON: key (``a.b`` is b within a) to template; one that comes out empty is sent as null. One value that ends in ``|number}`` or
    ``|boolean}`` is sent as such."""
    receipt: str = ""
    """Where the answer tells the department's number for it: a JMESPath (JSON), a column (sql: of RETURNING, a CALL, a SELECT)."""
    link: str = ""
    """Where the answer tells an address at which the caller can follow it."""
    note: str = ""
    """Where it tells more, in its own words."""


class Asking(Request, frozen=True, kw_only=True):
    """One question about what a change concerns. Only the first row or item of the answer counts."""

    values: dict[str, Value] = {}  # noqa: RUF012 - a Struct's field, copied for each
    """Field of the form to where its present value stands (``current``)."""
    version: Value | None = None
    """Where it says which state this is; without it, the answer's ETag."""
    locked: Value | None = None
    """Anything but empty, 0, false, no and n: the department takes no change now."""
    receipt: str = ""
    """Where the department's number of a change that was taken stands (``settled``); ``link`` and ``note`` likewise."""
    link: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Its templates are held to the form, which is not known here."""


class Apply(Struct, frozen=True, kw_only=True):
    """One kind of change that the department takes, and how."""

    change: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*\Z", description='a kind of change, such as "address"')]
    """A kind of change of the site, or the name of an action of this department's own, which then has a ``title``."""
    title: str = ""
    """What an action is called."""
    short: str = ""
    """What its button says, where the title is long for one."""
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
    send: tuple[Statement, ...] = ()
    """What makes the change. Of kind sql there may be several, all or none of which is done; each has the ``{receipt}`` of those before."""
    current: Asking | None = None
    """What the department has now."""
    settled: Asking | None = None
    """Whether a change of this ``{key}`` was taken: an item in the answer says yes."""
    undo: tuple[Statement, ...] = ()
    """What takes it back, under a ``{key}`` of its own."""
