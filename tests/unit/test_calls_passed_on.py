"""A call that was passed on comes to the screen as it was; the one that is there is parked."""

from __future__ import annotations

import msgspec
import pytest

from models.contacts import ContactDraft, Inquiry
from models.people import SubjectRef
from models.verification import Asked, Verification
from tests.fakes.calls import NOW, Calls, play

pytestmark = pytest.mark.usefixtures("qapp")


def test_a_call_that_was_handed_over_goes_on_and_the_one_at_hand_is_parked() -> None:
    verified = Verification("verified", (Asked("birth date", True),))
    whose = (SubjectRef("revenue", "1"),)
    draft = ContactDraft(NOW, (Inquiry("Tax"),), note="hers", query="maria gonzalez", members=whose, verification=verified, id="handed-1")

    async def work(desk: Calls) -> None:
        await desk.opened("omar haddad")
        desk.call.set_note("his dog")
        await desk.switched(lambda: desk.calls.go_on(draft, verified))
        await desk.found("Maria Gonzalez")
        assert (desk.call.key, desk.call.state.note, desk.call.state.inquiry.subject) == ("handed-1", "hers", "Tax")
        assert desk.verification.state.level == "verified"
        assert [each.question for each in desk.verification.kept().asked] == ["birth date", "handed over"]
        assert desk.open_("parked").name == "Omar Haddad"
        await desk.switched(desk.calls.next)
        await desk.found("Omar Haddad")
        assert (desk.call.state.note, desk.verification.state.level) == ("his dog", "anonymous")
        back = msgspec.structs.replace(draft, id="")
        await desk.switched(lambda: desk.calls.go_on(back, Verification()))
        await desk.found("Maria Gonzalez")
        assert desk.verification.state.level == "anonymous"
        assert desk.call.key not in ("", "handed-1")

    play(work)
