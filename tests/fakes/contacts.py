"""Contacts kept in memory."""

from __future__ import annotations

from datetime import UTC, datetime

from app.viewmodels.call import ContactKeeper
from models.contacts import Contact, ContactDraft
from models.store.errors import StoreUnavailable


class FakeContacts(ContactKeeper):
    """``drafts`` are what would be there after a crash; ``broken`` refuses every write."""

    def __init__(self, *drafts: ContactDraft) -> None:
        self.drafts = {draft.id: draft for draft in drafts}
        self.saved: list[ContactDraft] = []
        self.broken = False

    async def restore(self) -> tuple[ContactDraft, ...]:
        return tuple(self.drafts.values())

    async def keep(self, draft: ContactDraft) -> None:
        self._refuse()
        self.drafts[draft.id] = draft

    async def save(self, draft: ContactDraft) -> Contact:
        self._refuse()
        self.saved.append(draft)
        self.drafts.pop(draft.id, None)
        return self._contact(len(self.saved), draft)

    async def recent(self) -> tuple[Contact, ...]:
        return tuple(self._contact(number, draft) for number, draft in enumerate(self.saved, start=1))[::-1]

    def _refuse(self) -> None:
        if self.broken:
            raise StoreUnavailable("full", "The disk is full: make room, then try again.")

    @staticmethod
    def _contact(number: int, draft: ContactDraft) -> Contact:
        return Contact(number, "areyes", draft.started, datetime.now(UTC), draft.inquiries, draft.note, draft.caller_name, draft.members)
