"""Who is on the line: the question to read aloud, what came of the last one, and the level reached."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from app.services.verification import Known, Offer, Verifier
from app.tasks import Tasks
from app.viewmodels.base import ViewModel
from app.viewmodels.states import Ended, VerificationState
from models.people import Caller
from models.query import SearchQuery
from models.store.errors import StoreUnavailable
from models.verification import CALLING_NUMBER, Level, Mandate, Verification


class VerificationViewModel(ViewModel[VerificationState]):
    """Draws on what is known of the open caller (``known``); says by ``changed`` when data opens or something is to be kept.

    What the caller said passes through to be weighed and is kept nowhere.
    """

    def __init__(
        self,
        verifier: Verifier,
        known: Callable[[], Known | None],
        reading: Callable[[], bool],
        has_caller: Callable[[], bool],
        titles: dict[str, str],
        grounds: tuple[str, ...],
        tasks: Tasks,
    ) -> None:
        super().__init__(VerificationState(grounds=grounds))
        self._verifier = verifier
        self._known = known
        self._reading = reading
        self._has_caller = has_caller
        self._titles = titles
        self._tasks = tasks
        self._offer: Offer | None = None
        self.changed: Callable[[], None] = lambda: None

    def hear(self, query: SearchQuery) -> None:
        """What is searched for is no question any more."""
        self._verifier.ladder.hear(query)

    def follow(self) -> None:
        """Another caller is open, or more is known of them. A question that is being put stays."""
        known = self._known()
        if known is None or not self._has_caller():
            self._offer = None
            self._show(VerificationState(grounds=self.state.grounds))
            return
        if known.caller.key != self.state.caller:
            self._offer = None
            self._show(VerificationState(grounds=self.state.grounds, caller=known.caller.key, name=known.caller.name))
        self._draw(known)

    def open(self) -> None:
        """Put the questions on the screen."""
        known = self._known()
        if known is not None and self.state.caller:
            self._change(open=True, problem="")
            self._draw(known)

    def close(self) -> None:
        """Take the questions from the screen; what was reached stays."""
        self._change(open=False, problem="")

    def answer(self, said: str) -> None:
        """What the caller said to the question on the screen."""
        if said.strip():
            self._weigh(said)

    def do_not_know(self) -> None:
        """The caller does not know: no failure, and no point."""
        self._weigh(None)

    def act_for(self, name: str, ground: str) -> None:
        """Whoever calls acts for the person whose file is open."""
        known = self._known()
        if known is None or self.state.busy:
            return
        if not name.strip() or ground not in self.state.grounds:
            self._change(problem="Write down who calls, and choose on what ground they act.")
            return
        self._start_mandate(known, Mandate(" ".join(name.split())[:120], ground))

    def act_for_themselves(self) -> None:
        """It is the person themselves who calls, after all."""
        known = self._known()
        if known is not None and not self.state.busy and self.state.mandate is not None:
            self._start_mandate(known, None)

    def called_from(self, caller: Caller) -> None:
        """The call comes from a number of this caller's alone."""
        if self._has_caller():
            self._tasks.start(self._called_from(caller), "calling number")

    def next_contact(self) -> None:
        """Nobody is known any more."""
        self._verifier.ladder.reset()
        self._offer = None
        self._show(VerificationState(grounds=self.state.grounds))

    async def suspend(self) -> None:
        """Nobody knows who is on the line after a lock: levels begin anew. Failures come back with the call."""
        self.next_contact()

    def resume(self, kept: object) -> None:
        """There is nothing to bring back."""

    def kept(self) -> Verification:
        """What the contact keeps of it."""
        known = self._known()
        return self._verifier.ladder.kept(known.caller) if known is not None and self.state.caller else Verification()

    def _weigh(self, said: str | None) -> None:
        known, offer = self._known(), self._offer
        if known is not None and offer is not None and not self.state.busy:
            self._change(busy=True, problem="")
            self._tasks.start(self._answer(known, offer, said), "verify")

    def _start_mandate(self, known: Known, mandate: Mandate | None) -> None:
        self._change(busy=True, problem="")
        self._tasks.start(self._act(known, mandate), "mandate")

    async def _answer(self, known: Known, offer: Offer, said: str | None) -> None:
        try:
            await self._verifier.answer(known, offer, said)
        except StoreUnavailable as error:
            self._change(busy=False, problem=f"Not weighed: {error}")
            return
        self._offer = None
        self._done()

    async def _act(self, known: Known, mandate: Mandate | None) -> None:
        try:
            await self._verifier.act_for(known.caller, mandate)
        except StoreUnavailable as error:
            self._change(busy=False, problem=f"Not written down: {error}")
            return
        self._done()

    async def _called_from(self, caller: Caller) -> None:
        with suppress(StoreUnavailable):  # not written down, not counted: questions are still there
            await self._verifier.called_from(caller)
            if (known := self._known()) is not None and known.caller.key == caller.key:  # else they have hung up meanwhile
                self.follow()
                self.changed()

    def _done(self) -> None:
        self._change(busy=False)
        self.follow()
        self.changed()

    def _draw(self, known: Known) -> None:
        ladder = self._verifier.ladder
        if self._offer is None and self.state.open and not self.state.busy:
            self._offer = ladder.offer(known)
        kept, offer = ladder.kept(known.caller), self._offer
        ended: Ended = ""
        if offer is None:
            ended = "locked" if kept.locked else "strong" if kept.level == "strong" else "reading" if self._reading() else "none"
        reached_now = kept.level != self.state.level and opens(kept.level)
        self._change(
            level=kept.level,
            asked=kept.asked,
            mandate=kept.mandate,
            ask=offer.question.ask if offer else "",
            question=offer.question.name if offer else "",
            source=self._titles.get(offer.department, offer.department) if offer else "",
            number=sum(each.question != CALLING_NUMBER for each in kept.asked) + 1,
            ended=ended,
            open=self.state.open and not reached_now,
        )


def opens(level: Level) -> bool:
    """Whether what most departments hold is open: then the questions make room for it."""
    return level in ("verified", "strong")
