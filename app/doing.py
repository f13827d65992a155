"""What is done for callers, put together for the desk: the form that is open, and what can be done now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from app.bootstrap import Services
from app.services.bulkhead import Bulkhead
from app.services.changes import ChangeRefused
from app.services.departments import in_worker
from app.services.forms import FormReader, read_media
from app.services.told_forms import told_form
from app.tasks import Tasks
from app.viewmodels.call import CallViewModel
from app.viewmodels.caller import CallerViewModel
from app.viewmodels.change import ChangeViewModel
from app.viewmodels.doing import DoingViewModel
from app.viewmodels.form import FollowUp
from app.viewmodels.passing_on import CallBack, PassingOnViewModel, Transfer
from app.viewmodels.states import DepartmentState
from models.changes import Delivery, Offer
from models.people import Caller
from models.records import Record

_FILES = Bulkhead("files", 1)
"""A file on a share may take its time."""


@dataclass(frozen=True)
class Now:
    """The call as it is now."""

    of_caller: CallerViewModel
    of_call: CallViewModel

    def caller(self) -> Caller | None:
        return self.of_caller.open_caller()

    def records(self) -> tuple[Record, ...]:
        return self.of_caller.state.records

    def going(self) -> bool:
        return self.of_caller.state.caller is not None or self.of_call.state.started is not None

    def reason(self) -> str:
        return self.of_call.state.inquiry.subject

    def call(self) -> str:
        return self.of_call.key


async def _content(path: str) -> bytes:
    return await in_worker(_FILES, lambda: read_media(path))


def open_link(link: str) -> None:
    """In the browser."""
    QDesktopServices.openUrl(QUrl(link))


def doing_for(
    services: Services,
    caller: CallerViewModel,
    call: CallViewModel,
    departments: tuple[DepartmentState, ...],
    titles: Mapping[str, str],
    tasks: Tasks,
) -> tuple[ChangeViewModel, DoingViewModel, PassingOnViewModel]:
    """The form and the list of what can be done, which follow the call and the outbox; and calls that are passed on."""
    site, session = services.site.settings, services.session
    change = ChangeViewModel(
        *(services.changes, services.disclosure, FormReader(services.rules, services.geocoding.read), _content, departments),
        *(lambda: call.key, ChangeRefused, tasks),
        open_link=open_link,
        hosts=site.open_links,
    )
    now = Now(caller, call)
    passing_on = PassingOnViewModel(services.passing_on, tasks)
    questions = {port.manifest.id: port.manifest.call_back for port in services.departments.ports.values()}
    back = CallBack(services.passing_on, call, session.actor, site.roles, titles, questions, passing_on.load)
    transfer = Transfer(services.passing_on, call, site.roles, passing_on.load)
    own = (back.own(lambda: {"phone": _number(caller, call)}), transfer.own())

    def follow_up(offer: Offer) -> FollowUp | None:
        return told_form(services.departments, offer, session)

    doing = DoingViewModel(services.changes, change, now, call, titles, own, follow_up, site.macro, tasks)
    services.changes.changed = doing.learnt
    call.forms, change.typed = lambda: change.left, call.touched
    doing.begun = call.begin

    def written(delivery: Delivery) -> None:
        """Its records are read again; the person as such is not: they were found by what they said, which may not be true any more."""
        open_caller = caller.open_caller()
        if open_caller is not None and any(member.ref.department == delivery.department for member in open_caller.members):
            caller.retry(delivery.department)

    doing.written = written
    call.state_changed.connect(lambda state: doing.follow())
    call.saved.connect(doing.call_is_over)
    caller.state_changed.connect(lambda state: doing.refresh())
    call.saved.connect(passing_on.load)
    return change, doing, passing_on


def _number(caller: CallerViewModel, call: CallViewModel) -> str:
    """Where to call back: where the call comes from, else what may be seen of the caller's numbers."""
    seen = caller.state.caller
    return call.state.number or (seen.phones[0] if seen is not None and seen.phones else "")
