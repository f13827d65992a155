"""A change of address in five departments, one of them down, as states for the dialog."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from app.viewmodels.doing_states import ChangeRow, ChangeState, Difference, Doable, DoingState, Done, FieldState
from models.change_kinds import USUAL_CHANGES
from models.records import RecordRef
from tests.views import sample

KIND = USUAL_CHANGES[0]
AT = datetime.now(UTC).replace(microsecond=0)
NEW = "1804 W Belmont Ave, 60657"
FIELDS = (FieldState(KIND.fields[0], NEW, NEW), FieldState(KIND.fields[1], "2026-12-01", "2026-12-01"))


def row(department: str, title: str, now: str, **more: object) -> ChangeRow:
    """A department that takes it."""
    return msgspec.structs.replace(
        ChangeRow(f"{department}/1/", department, title, "#336699", now=now, now_known=True, will=NEW),
        **more,  # type: ignore[arg-type]
    )


PROPOSED = (
    row("revenue", "Revenue", "2210 N Clark St, Apt 3, 60614"),
    row("permits", "Permits", "2210 North Clark #3, 60614"),
    row("cases", "Courts", "", now_known=False, hinder="no answer"),
    row("library", "Library", "2210 N Clark St, 60614"),
    row("benefits", "Benefits", "", now_shut="not permitted", will="", hinder="proof", detail="proof of residence", chosen=False),
)
FORM = ChangeState(phase="form", title=KIND.title, caller="Maria Gonzalez", fields=FIELDS, rows=PROPOSED, revision=1)
DELIVERED = (
    row("revenue", "Revenue", "2210 N Clark St, Apt 3, 60614", delivery=1, state="done", since=AT, receipt="RV-88213", can_undo=True),
    row(
        "permits", "Permits", "2210 North Clark #3, 60614", delivery=2, state="done", since=AT, receipt="55102",
        note="Zone 143 no longer applies: task made for Parking", link="https://permits.springvale.example/55102",
    ),
    row("cases", "Courts", "", now_known=False, delivery=3, state="waiting", since=AT, attempts=2, next_try=AT + timedelta(minutes=3),
        fault="timed_out"),
    row("library", "Library", "2210 N Clark St, 60614", delivery=4, state="conflict", since=AT,
        differences=(Difference("New address", NEW, "77 S Lake Rd, 60611"),)),
    row("benefits", "Benefits", "", now_shut="not permitted", will="", delivery=5, state="person", since=AT, fault="proof",
        detail="proof of residence"),
)  # fmt: skip
MADE = msgspec.structs.replace(FORM, phase="made", rows=DELIVERED)
OFFERS = (
    Doable("address", "Change of address", "Revenue, Permits, Courts, Library, Benefits", "New address"),
    Doable("payment_plan revenue R-2025-3", "Payment plan", "Property tax Q3 reminder", "", RecordRef("revenue", "R-2025-3")),
    Doable("report requests", "Report an issue", "Service requests"),
    Doable("renew permits", "Renew permit", "Residential parking, zone 143"),
    Doable("phone", "Change of phone", "Revenue, Permits"),
    Doable("call_back", "Call back"),
    Doable("transfer", "Transfer"),
)
DOING = DoingState(
    offers=OFFERS,
    done=(Done(1, "Change of address", 5, ("Courts",)),),
    waiting=(("Courts", 1),),
    macros=(("Moving within the city", "F9"),),
)
assert sample.MARIA.name == FORM.caller
