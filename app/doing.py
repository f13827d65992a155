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
from app.tasks import Tasks
from app.viewmodels.call import CallViewModel
from app.viewmodels.caller import CallerViewModel
from app.viewmodels.change import ChangeViewModel
from app.viewmodels.doing import DoingViewModel
from app.viewmodels.states import DepartmentState
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

    def reason(self) -> str:
        return self.of_call.state.inquiry.subject

    def call(self) -> str:
        return self.of_call.key


async def _content(path: str) -> bytes:
    return await in_worker(_FILES, lambda: read_media(path))


def _open(link: str) -> None:
    QDesktopServices.openUrl(QUrl(link))


def doing_for(
    services: Services,
    caller: CallerViewModel,
    call: CallViewModel,
    departments: tuple[DepartmentState, ...],
    titles: Mapping[str, str],
    tasks: Tasks,
) -> tuple[ChangeViewModel, DoingViewModel]:
    """The form and the list of what can be done, which follow the call and the outbox."""
    site = services.site.settings
    change = ChangeViewModel(
        *(services.changes, services.disclosure, FormReader(services.rules, services.geocoding.read), _content, departments),
        *(lambda: call.key, ChangeRefused, tasks),
        open_link=_open,
        hosts=site.open_links,
    )
    now = Now(caller, call)
    doing = DoingViewModel(services.changes, change, now, call, titles, (), {}, site.macro, tasks)
    services.changes.changed = doing.learnt
    call.state_changed.connect(lambda state: doing.follow())
    call.saved.connect(doing.call_is_over)
    caller.state_changed.connect(lambda state: doing.refresh())
    return change, doing
