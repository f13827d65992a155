"""How a department is asked one thing: the part of a manifest that questions for people, records and changes have in common."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from adapters.templates import problems


class Paging(Struct, frozen=True, kw_only=True):
    """How further pages are asked for (rest): by ``page`` number, row ``offset``, ``cursor`` or ``link`` header."""

    by: Literal["page", "offset", "cursor", "link"]
    parameter: str = ""
    """The query parameter that carries the page number, offset or cursor."""
    size_parameter: str = ""
    size: Annotated[int, Meta(ge=1, le=10_000)] = 100
    start: int = 1
    """The number of the first page (``page``)."""
    next: str = ""
    """JMESPath of the next cursor in the answer; empty or null ends (``cursor``)."""

    def __post_init__(self) -> None:
        if self.by != "link" and not self.parameter:
            raise ValueError(f'paging by {self.by} needs parameter = "..."')
        if self.by == "cursor" and not self.next:
            raise ValueError('paging by cursor needs next = "..." (where the answer names the next cursor)')


class Request(Struct, frozen=True, kw_only=True):
    """One question to the department: ``sql`` (kind sql), ``operation`` (soap, graphql), or ``path`` with ``query`` and ``headers``."""

    sql: str = ""
    """One SELECT with :parameters."""
    params: dict[str, str] = {}
    """Parameter name to template: the SELECT's parameters (sql)."""
    method: Literal["GET", "POST"] = "GET"
    path: str = ""
    query: dict[str, str] = {}
    """Parameter name to template; one whose template comes out empty is left out."""
    headers: dict[str, str] = {}
    body: dict[str, str] = {}
    """JSON body of a POST that only asks, or what an operation is given (soap, where ``a.b`` is b within a; graphql): key to template."""
    operation: str = ""
    """The operation of the WSDL (soap), or the text of one named query (graphql)."""
    base: str = ""
    """Where in the directory (ldap): the name of an entry; empty is its root."""
    scope: Literal["subtree", "one", "base"] = "subtree"
    """All that is below ``base``, what stands directly below it, or itself alone (ldap)."""
    filter: str = ""
    """A search filter (ldap)."""
    items: str = ""
    """JMESPath (JSON) or XPath (XML) of the list in the answer; empty is the whole answer."""
    paging: Paging | None = None

    def __post_init__(self) -> None:
        templates = [
            self.path,
            self.base,
            self.filter,
            *self.params.values(),
            *self.query.values(),
            *self.headers.values(),
            *self.body.values(),
        ]
        if found := [problem for template in templates for problem in problems(template)]:
            raise ValueError("; ".join(found))
