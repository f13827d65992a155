"""Plays one story: ``python -m tests.end2end.stories NAME SITE SHOTS``. Prints its steps, and one line of JSON with the keys it took."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtCore import Qt

from app.demo_call import MARIA_SAYS
from app.playing import CONTROL, Player, StuckError, perform
from tests.end2end.stories.agent import Agent, folder_of


def hold(fact: object, words: str) -> None:
    """What must be so for the story to be told. Raises StuckError."""
    if not fact:
        raise StuckError(words)


MARIA_CALLS = "+13125550142"


async def what_is_my_tax_balance(agent: Agent) -> None:
    await agent.ring(MARIA_CALLS)
    await agent.verify("verified")
    bills = [record for record in agent.models.caller.state.records if record.kind == "bill" and record.attention == "late"]
    hold(bills and bills[0].amount is not None, "the balance is not on the screen")
    await agent.macro(Qt.Key.Key_F7)
    contact = await agent.wrap_up()
    hold(contact.inquiries[0].outcome == "resolved" and contact.number, "the contact does not tell how it ended, or who called")
    agent.told("balance", note=contact.note)


async def tax_balance_and_a_payment_plan(agent: Agent) -> None:
    await agent.ring(MARIA_CALLS)
    await agent.verify("verified")
    bills = [record for record in agent.models.caller.state.records if record.kind == "bill" and record.attention == "late"]
    hold(bills and bills[0].amount is not None, "the balance is not on the screen")
    await agent.picture("balance")
    await agent.do("payment plan")
    await agent.picture("plan")
    states = await agent.send()
    hold(states == {"revenue": "done"}, f"the plan was not taken: {states}")
    hold(agent.receipts()["revenue"], "there is no receipt")
    await agent.picture("done")
    await agent.close_dialog()
    contact = await agent.wrap_up("Tax bill or reminder", 1)
    hold("payment plan" in contact.note.lower(), f"the note does not tell of the plan: {contact.note!r}")
    agent.told("tax", note=contact.note)


async def moving_while_one_department_is_down(agent: Agent) -> None:
    await agent.ring(MARIA_CALLS)
    await agent.verify("verified")
    await agent.switch("cases", False)
    await agent.macro(Qt.Key.Key_F8)
    await agent.form()
    await agent.fill("address", "1804 W Belmont Ave 60657")
    await agent.picture("address")
    states = await agent.send()
    await agent.picture("one-waits")
    hold(states.get("cases") == "waiting", f"what can't be sent was not kept: {states}")
    done = sorted(name for name, state in states.items() if state == "done")
    hold(done == ["parking", "permits", "requests", "revenue"], f"not all that answer have taken it: {states}")
    await agent.close_dialog()
    contact = await agent.wrap_up()
    await agent.switch("cases", True)
    await agent.until(lambda: not agent.models.doing.state.waiting, "what was kept was not sent when the department was back")
    await agent.picture("all-sent")
    agent.told("moving", departments=len(states), note=contact.note)


async def a_pothole_reported_twice_and_escalated(agent: Agent) -> None:
    await agent.ring(MARIA_CALLS)
    await agent.verify("identified")
    late = [record for record in agent.models.caller.state.records if record.kind == "service_request" and record.attention == "late"]
    hold(late, "the first report is not on the screen")
    await agent.picture("late")
    await agent.do("escalate")
    await agent.fill("text", "Two tyres burst, and it was promised for last week.")
    states = await agent.send()
    hold(states == {"requests": "done"}, f"it was not escalated: {states}")
    await agent.picture("escalated")
    await agent.close_dialog()
    contact = await agent.wrap_up("Status of a request", 1)
    agent.told("pothole", note=contact.note)


async def an_expired_permit_renewed(agent: Agent) -> None:
    await agent.ring("+13125550190")
    await agent.verify("verified")
    permits = [record for record in agent.models.caller.state.records if record.status == "Expired"]
    hold(permits, "the permit that has ended is not on the screen")
    await agent.picture("expired")
    await agent.do("renew")
    await agent.picture("renew")
    states = await agent.send()
    hold(states == {"permits": "done"}, f"it was not renewed: {states}")
    await agent.picture("renewed")
    await agent.close_dialog()
    contact = await agent.wrap_up("Permit or licence", 1)
    agent.told("permit", note=contact.note)


async def a_daughter_calling_for_her_father(agent: Agent) -> None:
    await agent.search("312 555 0119")
    await agent.act_for("Nora Keane", 1)
    await agent.verify("verified")
    hold(agent.models.verification.state.mandate is not None, "who acts for whom was not kept")
    await agent.picture("for-her-father")
    await agent.do("call back")
    await agent.picture("call-back")
    await agent.fill("day", "tomorrow")
    agent.press(Qt.Key.Key_Tab)
    await agent.fill("time", "10:00")
    await agent.send_own()
    contact = await agent.wrap_up("Status of a request", 3)
    hold(contact.verification.mandate is not None, "the contact does not tell who called for whom")
    agent.told("daughter", note=contact.note)


async def an_anonymous_caller_asks_opening_hours(agent: Agent) -> None:
    agent.press(Qt.Key.Key_J, CONTROL)
    agent.type("opening hours")
    await agent.until(lambda: agent.models.saying.state.found, "no article was found")
    await agent.picture("article")
    await agent.close_dialog()
    await agent.macro(Qt.Key.Key_F9)
    contact = await agent.wrap_up()
    hold(not contact.members and contact.inquiries[0].outcome == "resolved", "the contact is not what was said")
    agent.told("hours", note=contact.note)


SHORT = {**MARIA_SAYS, "birth date": "030984"}
"""As agents type a birth date."""
MARIO_SAYS = {"birth date": "12/5/1991", "post code": "60657", "phone": "312 555 0190", "permit number": "1991"}
FATHER_SAYS = {"birth date": "4/17/1951", "phone": "312 555 0119", "permit number": "0510", "last payment": "0"}
STORIES: dict[str, tuple[Callable[[Agent], Awaitable[None]], dict[str, str]]] = {
    "balance": (what_is_my_tax_balance, SHORT),
    "tax": (tax_balance_and_a_payment_plan, SHORT),
    "moving": (moving_while_one_department_is_down, SHORT),
    "pothole": (a_pothole_reported_twice_and_escalated, SHORT),
    "permit": (an_expired_permit_renewed, MARIO_SAYS),
    "daughter": (a_daughter_calling_for_her_father, FATHER_SAYS),
    "hours": (an_anonymous_caller_asks_opening_hours, {}),
}


def main(name: str, site: str, shots: str) -> int:
    """Play a story on a site; returns the exit code."""
    story, says = STORIES[name]

    async def play(player: Player) -> None:
        await story(Agent.of(player, says))

    return perform(lambda: Path(site), folder_of(name, Path(shots)), play)


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
