"""Opening a site for the desk: the slow part of starting, kept out of the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.bootstrap import Services, UnknownRole, open_services
from app.config import SiteError
from app.reporting import log_to
from app.services.bulkhead import Bulkhead
from app.services.credentials import KeyringUnavailable
from app.services.departments import in_worker
from app.services.session import Watch
from app.tasks import Tasks
from app.viewmodels import ViewModels
from app.viewmodels.call import CallViewModel
from app.viewmodels.caller import CallerViewModel
from app.viewmodels.departments import DepartmentsViewModel
from app.viewmodels.lock import LockViewModel, Screen
from app.viewmodels.search import SearchViewModel
from app.viewmodels.session import SessionViewModel
from app.viewmodels.states import DepartmentState, SessionState
from app.viewmodels.trail import TrailViewModel
from models.people import Caller
from models.records import Record
from models.store.errors import StoreUnavailable


async def open_site(site: Callable[[], Path]) -> Services | str:
    """A site's services, or in words why there are none."""
    worker = Bulkhead("opening", 1)
    try:
        return await in_worker(worker, lambda: _opened(site()))
    except (SiteError, UnknownRole, KeyringUnavailable, StoreUnavailable) as error:
        return str(error)
    finally:
        worker.close()


def _opened(folder: Path) -> Services:
    services = open_services(folder)
    log_to(services.site.store_folder)
    return services


def viewmodels_for(services: Services, tasks: Tasks) -> ViewModels:
    """The view models of a desk, wired to each other. In the window's thread."""
    ports = services.departments.ports.values()
    departments = tuple(
        DepartmentState(port.manifest.id, port.manifest.title, port.manifest.colour, kind=port.manifest.kind) for port in ports
    )

    def permitted(department: str) -> bool:
        return services.departments.permitted(department, services.session.role)

    search = SearchViewModel(departments, permitted, services.rules, services.new_search, tasks)
    caller = CallerViewModel(departments, permitted, services.new_file, tasks)
    call = CallViewModel(services.site.settings.reasons, services.contacts, tasks, lambda: search.state.text)
    demo = services.site.settings.demo
    broken = ", ".join(sorted({row.title for row in services.checks.rows() if row.state == "manifest error"}))
    session = SessionViewModel(
        SessionState(
            services.session.actor,
            services.session.role,
            services.session.purpose,
            services.site.settings.name,
            demo is not None,
            demo.samples if demo else (),
            f"Left out, as their manifests have errors: {broken}. See Departments." if broken else "",
        )
    )

    def opened(who: Caller | None, record: Record | None) -> None:
        caller.open(who, record)
        call.concern(who)

    search.opened = opened
    settings = services.site.settings
    watch = Watch(settings.lock_minutes * 60, settings.session_hours * 3600)
    trail = TrailViewModel(services.audit.own_looks, {each.id: each.title for each in departments}, tasks)
    screens: dict[str, Screen] = {"call": call, "search": search, "trail": trail}
    lock = LockViewModel(services.session.actor, services.sign_in, services.gate, watch, screens, tasks)
    switch = services.switch if demo else None
    return ViewModels(search, caller, call, DepartmentsViewModel(services.checks, tasks, switch), session, lock, trail)
