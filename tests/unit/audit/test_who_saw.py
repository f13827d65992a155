"""Whom a look showed is in the log, and is told to whoever may ask."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.services.audit import AuditLog, AuditUnavailable
from models.people import SubjectRef
from models.store.store import Store
from tests.unit.audit.conftest import AT, IVAN, MARIA, look


def test_each_person_shown_is_a_row_of_the_same_chain(either: AuditLog) -> None:
    searched = either.append(look(), AT)
    either.seen(searched, (MARIA, IVAN, MARIA), AT)
    either.seen(searched, (), AT)
    read = either.append(look(kind="records", departments=("revenue",), subjects=(MARIA,)), AT)
    either.finish(read, "answered 1, failed 0", AT)
    proof = either.prove()
    assert (proof.rows, proof.breaks) == (6, ()), "a row for the look, one a subject, one for the outcome"
    newest, oldest = either.looks("ann", None, 10)
    assert (newest.kind, newest.outcome, len(newest.subjects)) == ("records", "answered 1, failed 0", 1)
    assert (oldest.kind, oldest.outcome, len(oldest.subjects)) == ("search", "", 2)


def test_a_citizen_is_told_who_saw_them_and_nothing_of_others(either: AuditLog) -> None:
    searched = either.append(look(), AT)
    either.seen(searched, (MARIA, IVAN), AT)
    either.finish(searched, "answered 2, failed 0", AT)
    either.append(look("bob", kind="records", purpose="Complaint", subjects=(MARIA,)), AT + timedelta(hours=1))
    either.append(look("bob", kind="records", subjects=(IVAN,)), AT)
    seen = either.who_saw((MARIA,))
    assert [(each.actor, each.kind, each.purpose, each.departments, each.outcome) for each in seen] == [
        ("bob", "records", "Complaint", ("revenue",), ""),
        ("ann", "search", "Inquiry", ("revenue",), "answered 2, failed 0"),
    ]
    assert seen[0].at == AT + timedelta(hours=1)
    both = either.who_saw((MARIA, IVAN))
    assert [(each.actor, each.departments) for each in both] == [
        ("bob", ("permits",)), ("bob", ("revenue",)), ("ann", ("revenue", "permits")),
    ]  # fmt: skip
    for other in (SubjectRef("revenue", "t-1"), SubjectRef("permits", "T-1"), SubjectRef("revenue", "T-1 ")):
        assert either.who_saw((other,)) == ()


def test_without_the_key_nobody_can_ask_whom_a_look_showed(log: AuditLog, store: Store) -> None:
    log.append(look(subjects=(MARIA,)), AT)
    assert AuditLog(store.audit, bytes(32)).who_saw((MARIA,)) == ()


def test_own_looks_are_paged_by_their_sequence(either: AuditLog) -> None:
    for number in range(7):
        either.append(look(purpose=str(number), subjects=(MARIA, IVAN)), AT)
        either.append(look("bob"), AT)
    pages, before = [], None
    while page := either.looks("ann", before, 3):
        pages.append([each.purpose for each in page])
        before = page[-1].sequence
    assert pages == [["6", "5", "4"], ["3", "2", "1"], ["0"]]
    assert {len(each.subjects) for each in either.looks("ann", None, 10)} == {2}
    assert either.looks("eve", None, 3) == ()


def test_a_look_and_its_subjects_are_written_together_or_not_at_all(log: AuditLog, store: Store) -> None:
    log.append(look(), AT)
    with store._database.writing() as connection:
        connection.execute(text("CREATE TRIGGER no BEFORE INSERT ON audit WHEN NEW.sequence = 4 BEGIN SELECT RAISE(ABORT, 'no'); END"))
    with pytest.raises(AuditUnavailable):
        log.append(look(subjects=(MARIA, IVAN)), AT)
    assert log.prove().rows == 1
