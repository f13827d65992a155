"""Who may be calling: the search for a number while it rings, before anybody is on the screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from app.services.reading import ReadingRules, read_query
from app.services.search import Findings, Search
from app.services.telephony.numbers import holders
from models.people import Caller
from models.store.errors import StoreUnavailable


class Ahead:
    """One look of its own, for the purpose that is usual. ``callers`` are those who have the number, as far as it is known."""

    def __init__(self, number: str, rules: ReadingRules, search: Search) -> None:
        self.query, _ = read_query(number, rules, date.today())
        self.search = search
        self.findings: Findings | None = None
        self._number = number

    @property
    def finished(self) -> bool:
        """Whether all have answered who will."""
        return self.findings is not None and self.findings.finished

    @property
    def callers(self) -> tuple[Caller, ...]:
        """The persons known by this number."""
        return holders(self.findings.callers, self._number) if self.findings is not None else ()

    async def run(self, told: Callable[[], None]) -> None:
        """Ask; ``told`` is called whenever more is known. A log that can't be written refuses the look: nothing is known then."""
        if not self.query.phone:
            return
        try:
            async for findings in self.search.run(self.query):
                self.findings = findings
                told()
        except StoreUnavailable:
            told()
