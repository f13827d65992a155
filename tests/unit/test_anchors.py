"""Anchors in the keyring: they move on with the log, and stay where the log no longer holds them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.services.anchors import ANCHORS, keep_anchor, read_anchors
from app.services.audit import AuditLog
from app.services.credentials import SERVICE, Credentials
from models.audit import Look
from models.audit_chain import Anchor
from models.store.errors import StoreUnavailable
from tests.fakes.keyring_backend import Memory
from tests.fakes.store import FakeAuditRows

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Desk:
    def __init__(self) -> None:
        self.rows, self.backend = FakeAuditRows(), Memory()
        self.log, self.secrets = AuditLog(self.rows, bytes(32)), Credentials(self.backend)

    def look(self, actor: str = "ann", purpose: str = "Inquiry") -> Anchor:
        row = self.log.append(Look(actor, "agent", purpose, "search", ("revenue",), "x"), AT)
        return Anchor(row.sequence, row.hash)


def test_an_anchor_moves_on_with_its_actors_chain() -> None:
    desk = Desk()
    assert not keep_anchor(desk.secrets, desk.log, "ann"), "nothing to anchor yet"
    assert read_anchors(desk.secrets) == {}
    for _ in range(2):
        end, other = desk.look(), desk.look("bob")
        assert keep_anchor(desk.secrets, desk.log, "ann")
        assert read_anchors(desk.secrets) == {"ann": end}
    assert keep_anchor(desk.secrets, desk.log, "bob")
    assert read_anchors(desk.secrets) == {"ann": end, "bob": other}
    assert desk.log.prove(read_anchors(desk.secrets)).breaks == ()


@pytest.mark.expect_log("does not hold what the keyring knows")
def test_an_anchor_that_the_log_lost_stays_so_that_the_loss_is_found_later_too() -> None:
    desk = Desk()
    for _ in range(3):
        end = desk.look()
    keep_anchor(desk.secrets, desk.log, "ann")
    desk.rows.stored.clear()  # an older backup was put back
    for _ in range(5):
        desk.look(purpose="Other")
    assert not keep_anchor(desk.secrets, desk.log, "ann")
    assert read_anchors(desk.secrets) == {"ann": end}
    assert [(found.sequence, found.wrong) for found in desk.log.prove(read_anchors(desk.secrets)).breaks] == [(3, "rewritten")]


@pytest.mark.parametrize("damaged", ["", "no", "[]", "{}", '{"ann": 3}', '{"ann": ["x", "y"]}', '{"ann": [1]}'])
def test_a_damaged_entry_is_as_if_there_were_none(damaged: str) -> None:
    desk = Desk()
    desk.backend.secrets[SERVICE, ANCHORS] = damaged
    assert read_anchors(desk.secrets) == {}


def test_without_keyring_or_log_looking_goes_on() -> None:
    desk = Desk()
    desk.look()
    desk.backend.fault = OSError("gone")
    assert not keep_anchor(desk.secrets, desk.log, "ann")
    desk.backend.fault = None
    desk.rows.unavailable = StoreUnavailable("locked", "busy")
    assert not keep_anchor(desk.secrets, desk.log, "ann")
    assert desk.backend.secrets == {}
