"""Setting departments up from the screen: the workbench of the command line, in a worker, its words for an administrator."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from adapters.registry import DESCRIBED
from app.config import SiteError
from app.department import DepartmentError, Draft, ManifestError, Refused, Wanted, Workbench, in_words
from app.services.bulkhead import Bulkhead
from app.services.credentials import KeyringUnavailable
from app.services.departments import in_worker
from app.services.setup.trial import Trial
from app.viewmodels.setup import SetupProblem
from app.viewmodels.states import SetupAsked, Tried
from models.outcomes import FAULT_WORDS
from models.store.errors import StoreUnavailable

T = TypeVar("T")


class DeskWorkbench:
    """One department being set up; what it has opened is given back by ``leave``."""

    def __init__(self, folder: Path, roles: tuple[str, ...]) -> None:
        self.kinds = tuple(DESCRIBED)
        self.roles = roles
        self._folder = folder
        self._worker = Bulkhead("setting up", 1)
        self._bench: Workbench | None = None
        self._draft: Draft | None = None

    async def propose(self, asked: SetupAsked) -> tuple[str, tuple[tuple[str, str], ...], tuple[str, ...], str]:
        """See app.viewmodels.setup.SetupDesk."""
        wanted = Wanted(
            *(asked.name, asked.kind, asked.address, asked.description, asked.title),
            roles=asked.roles,
            secret=asked.secret or None,
            auth={"user": asked.user} if asked.user else {},
        )
        draft = self._draft = await self._done(lambda bench: bench.propose(wanted))
        return draft.text, tuple(draft.proposal.facts.items()), draft.proposal.gaps, draft.wanted.credential

    async def try_out(self, text: str, search: str) -> tuple[str, Tried]:
        """See app.viewmodels.setup.SetupDesk."""
        draft = self._edited(text)
        by_hand = draft is not self._draft
        tried, trial = await self._done(lambda bench: bench.try_out(draft, search, as_it_is=by_hand))
        self._draft = tried
        return tried.text, _told(trial)

    async def write(self, text: str) -> str:
        """See app.viewmodels.setup.SetupDesk."""
        draft = self._edited(text)
        return str(await self._done(lambda bench: bench.write(draft)))

    def leave(self) -> None:
        """See app.viewmodels.setup.SetupDesk."""
        self._draft = None

        def close() -> None:
            if self._bench is not None:
                self._bench.close()

        self._worker.submit(close, lambda result, error: None)
        self._worker.close()

    def _edited(self, text: str) -> Draft:
        assert self._draft is not None
        return self._draft if text == self._draft.text else msgspec.structs.replace(self._draft, text=text)

    async def _done(self, act: Callable[[Workbench], T]) -> T:
        def acted() -> T:
            if self._bench is None:
                self._bench = Workbench(self._folder)
            return act(self._bench)

        try:
            return await in_worker(self._worker, acted)
        except (Refused, SiteError, KeyringUnavailable, StoreUnavailable) as error:
            raise SetupProblem(str(error)) from None
        except ManifestError as error:
            lines = "\n".join(f"Line {problem.line}: {problem.text}" for problem in error.problems[:5])
            raise SetupProblem(f"The manifest is not right yet.\n{lines}") from None
        except DepartmentError as error:
            raise SetupProblem(in_words(error)) from None


def _told(trial: Trial) -> Tried:
    steps = []
    for step in trial.steps:
        came = f"{step.found} found in {step.ms:.0f} ms" if step.found else f"answered in {step.ms:.0f} ms"
        if step.fault is not None:
            came = f"{FAULT_WORDS[step.fault.key][0]} ({step.fault.detail})" if step.fault.detail else FAULT_WORDS[step.fault.key][0]
        steps.append((step.name, came, step.fault is None and (step.name != "find" or bool(step.found))))
    people = tuple(f"{each.full_name}, {each.birth_date or 'no birth date'}" for each in trial.people[:3])
    records = tuple(f"{each.opened or 'no date'}  {each.title}: {each.status or 'no status'}" for each in trial.records[:5])
    missing = tuple(fact.replace("_", " ") for fact, share in trial.coverage.items() if share == 0)
    return Tried(tuple(steps), people, records, missing, trial.passed)
