"""Anchors: how far each actor's chain of the audit log has come, kept in the keyring, so that a tail that was cut away is missed.

It stops whoever can change the store's file but not open the keyring. What came after the last anchor can't be proven: one is set
at most a minute after a look, and when the desk is closed.
"""

from __future__ import annotations

import json
import logging
from typing import Protocol

from app.services.credentials import KeyringUnavailable
from models.audit_chain import Anchor
from models.store.errors import StoreUnavailable

ANCHORS = "audit-anchors"
"""Name of the keyring's entry: a JSON object, actor to [sequence, hash]."""

log = logging.getLogger(__name__)


class Secrets(Protocol):
    """The keyring. Both raise KeyringUnavailable."""

    def get(self, name: str) -> str | None: ...

    def put(self, name: str, secret: str) -> None: ...


class Ends(Protocol):
    """The log. Raises StoreUnavailable."""

    def end(self, actor: str, known: Anchor | None = None) -> Anchor | None: ...


def read_anchors(secrets: Secrets) -> dict[str, Anchor]:
    """What the keyring keeps; one that is damaged is as if it were not there. Raises KeyringUnavailable."""
    try:
        kept = json.loads(secrets.get(ANCHORS) or "{}")
        return {actor: Anchor(int(sequence), str(hash_)) for actor, (sequence, hash_) in kept.items()}
    except (ValueError, TypeError, AttributeError):
        return {}


def keep_anchor(secrets: Secrets, log_: Ends, actor: str) -> bool:
    """Move the actor's anchor to the end of their chain. Blocking; never raises: the log itself holds without it.

    An anchor that the log no longer holds stays where it is, so that what was cut away or written anew is found for good.
    """
    try:
        kept = read_anchors(secrets)
        known = kept.get(actor)
        end = log_.end(actor, known)
        if end is None or end == known:
            if end is None and known is not None:
                log.error("the audit log of %s does not hold what the keyring knows of it: run 'civicdesk audit verify'", actor)
            return end is not None
        kept[actor] = end
        secrets.put(ANCHORS, json.dumps(kept, separators=(",", ":")))
        return True
    except (KeyringUnavailable, StoreUnavailable) as error:
        log.info("the end of the audit log was not anchored: %s", type(error).__name__)
        return False
