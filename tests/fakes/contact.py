"""One contact for tests: who works here, for what purpose, and how sure it is who calls; with the real services over fakes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from adapters.manifest import Manifest
from app.services.disclosure import Disclosure
from app.services.reading import ReadingRules
from app.services.revealing import Revealing
from app.services.session import Session
from app.services.verification import Ladder, Verifier
from models.purposes import USUAL, Purpose
from models.verification import VerificationRules
from tests.fakes.departments import FakeAudit

TODAY = date(2026, 11, 24)


class FakeContact:
    """``alone``: nobody is on the line, so that all is open."""

    def __init__(
        self,
        manifests: Iterable[Manifest] = (),
        *,
        audit: FakeAudit | None = None,
        role: str = "agent",
        purposes: tuple[Purpose, ...] = USUAL,
        rules: VerificationRules | None = None,
        alone: bool = False,
    ) -> None:
        rules = rules or VerificationRules()
        self.audit = audit or FakeAudit()
        self.session = Session("areyes", role, purposes)
        self.session.alone = alone
        self.ladder = Ladder(rules, ReadingRules(), lambda: TODAY)
        self.verifier = Verifier(self.ladder, self.audit, self.session)
        self.revealing = Revealing(self.audit, self.session)
        self.disclosure = Disclosure(self.session, self.ladder, manifests, rules.facts)
