"""Contacts kept in memory."""

from __future__ import annotations

from datetime import UTC, datetime

from app.viewmodels.call import ContactKeeper
from models.contacts import Contact, ContactDraft
from models.store.errors import StoreUnavailable


class FakeContacts(ContactKeeper):
    """``draft`` is what would be there after a crash; ``broken`` refuses every write."""

    def __init__(self, draft: ContactDraft | None = None) -> None:
        self.draft = draft
        self.saved: list[ContactDraft] = []
        self.broken = False

    async def restore(self) -> ContactDraft | None:
        return self.draft

    async def keep(self, draft: ContactDraft) -> None:
        self._refuse()
        self.draft = draft

    async def save(self, draft: ContactDraft) -> Contact:
        self._refuse()
        self.saved.append(draft)
        self.draft = None
        return self._contact(len(self.saved), draft)

    async def recent(self) -> tuple[Contact, ...]:
        return tuple(self._contact(number, draft) for number, draft in enumerate(self.saved, start=1))[::-1]

    def _refuse(self) -> None:
        if self.broken:
            raise StoreUnavailable("full", "The disk is full: make room, then try again.")

    @staticmethod
    def _contact(number: int, draft: ContactDraft) -> Contact:
        return Contact(
            number, "areyes", draft.started, datetime.now(UTC), draft.reason, draft.outcome, draft.note, draft.caller_name, draft.members
        )
