"""Opening a site for the desk: the slow part of starting, kept out of the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from adapters.registry import DESCRIBED
from app.bootstrap import Services, UnknownRole, open_services
from app.config import Site, SiteError, load_site
from app.doing import doing_for, open_link
from app.reporting import log_to
from app.services.bulkhead import Bulkhead
from app.services.credentials import KeyringUnavailable
from app.services.departments import in_worker
from app.services.hanging_up import HangingUp
from app.services.session import Watch
from app.services.telephony.numbers import readable
from app.tasks import Tasks
from app.viewmodels import ViewModels
from app.viewmodels.addresses import AddressesViewModel
from app.viewmodels.ahead import Ahead
from app.viewmodels.call import CallViewModel
from app.viewmodels.caller import CallerViewModel
from app.viewmodels.calls import CallsViewModel
from app.viewmodels.departments import DepartmentsViewModel
from app.viewmodels.document import DocumentViewModel
from app.viewmodels.glass import GlassViewModel, ReviewsViewModel
from app.viewmodels.hanging_up import HangingUpViewModel
from app.viewmodels.lock import LockViewModel
from app.viewmodels.saying import SayingViewModel
from app.viewmodels.screens import Screen
from app.viewmodels.search import SearchViewModel
from app.viewmodels.session import SessionViewModel
from app.viewmodels.setup import SetupDesk, SetupViewModel
from app.viewmodels.states import DepartmentState, SessionState
from app.viewmodels.trail import TrailViewModel
from app.viewmodels.verification import VerificationViewModel
from app.viewmodels.why import WhyViewModel
from app.viewmodels.wording import Wording
from app.viewmodels.wrapping_up import Around, WrappingUpViewModel
from models.contacts import HISTORY
from models.outcomes import Failed
from models.people import Caller
from models.query import SearchQuery
from models.records import Record, RecordRef
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


def site_problem(folder: Path) -> str:
    """Why a site can't be opened, in one line; empty where it can."""
    try:
        load_site(folder)
    except SiteError as error:
        return str(error).splitlines()[0]
    return ""


def _opened(folder: Path) -> Services:
    services = open_services(folder)
    log_to(services.site.store_folder)
    return services


def viewmodels_for(services: Services, tasks: Tasks) -> ViewModels:
    """The view models of a desk, wired to each other; what waits for departments begins to be sent. In the window's thread."""
    tasks.start(services.changes.outbox.run(), "outbox")
    ports = services.departments.ports.values()
    departments = tuple(
        DepartmentState(port.manifest.id, port.manifest.title, port.manifest.colour, kind=port.manifest.kind) for port in ports
    )

    session, site = services.session, services.site.settings

    def permitted(department: str) -> bool:
        return services.departments.permitted(department, session)

    search = SearchViewModel(departments, permitted, services.rules, services.new_search, services.disclosure, tasks)
    history = services.history()
    caller = CallerViewModel(
        (*departments, DepartmentState(HISTORY, "Contacts", "#475569", kind="store")),
        *(lambda: services.new_file(history), services.disclosure, services.revealing, tasks, site.reveal_reasons),
        open_links=site.open_links,
        open_link=open_link,
    )
    titles = {department.id: department.title for department in departments}
    verification = VerificationViewModel(
        *(services.verifier, caller.known, caller.reading, lambda: session.has_caller, titles, site.verification.grounds, tasks)
    )
    call = CallViewModel(
        *(_reasons(services), services.contacts, tasks, lambda: search.state.text, verification.kept),
        departments=tuple(titles.items()),
        tab=lambda: caller.state.tab,
    )
    glass = GlassViewModel(services.glass, caller.open_caller, tasks)
    demo = services.site.settings.demo
    broken = ", ".join(sorted({row.title for row in services.checks.rows() if row.state == "manifest error"}))
    here = SessionViewModel(
        SessionState(
            session.actor,
            session.role,
            session.purpose,
            site.name,
            demo is not None,
            demo.samples if demo else (),
            f"Left out, as their manifests have errors: {broken}. See Departments." if broken else "",
        )
    )

    saying = SayingViewModel(
        *(services.library, lambda language: Wording(language or site.language, site.region), titles, tasks),
        {"city.name": site.name},
    )
    rules = HangingUp(site.before_hang_up, Wording(site.language, site.region), titles, services.library.worker)
    hanging_up = HangingUpViewModel(rules, tasks)

    change, doing, passing_on = doing_for(services, caller, call, departments, titles, tasks)

    wrapping_up = WrappingUpViewModel(
        call,
        Around(lambda: caller.state, verification.kept, lambda: saying.said, lambda: saying.state.language),
        services.changes,
        services.summaries,
        kinds=lambda: {offer.kind.id: offer.kind for offer in services.changes.offers()},
        titles=titles,
        limits={port.manifest.id: port.manifest.note_limit for port in ports if port.manifest.note_limit},
        wording=lambda language: Wording(language or site.language, site.region),
        region=site.region,
        tasks=tasks,
    )

    def opened(who: Caller | None, record: Record | None, query: SearchQuery | None) -> None:
        caller.open(who, record, query)
        call.concern(who)

    def reclassified() -> None:
        """What may be seen has become another."""
        here.look_for(session.purpose)
        search.permissions_changed()
        caller.refresh()

    def verified() -> None:
        search.refresh()
        caller.refresh()
        call.verified()

    def reasoned(reason: str) -> None:
        saying.hear(reason)
        hanging_up.hear(reason)
        if session.give_reason(reason):
            reclassified()

    def next_contact() -> None:
        verification.next_contact()
        saying.next_contact()
        wrapping_up.next_contact()
        glass.end()

    change.silent = lambda: {each.id for each in search.state.departments if isinstance(each.outcome, Failed)}
    hanging_up.label, hanging_up.act, hanging_up.settled = doing.label, doing.act, doing.settled
    doing.state_changed.connect(lambda state: hanging_up.offers_changed())
    call.saved.connect(next_contact)  # before the next call comes to the screen
    of_call: dict[str, Screen] = {"caller": caller, "search": search, "saying": saying, "hanging_up": hanging_up, "change": change}
    of_call |= {"wrapping_up": wrapping_up}
    of_call |= {"verification": verification, "glass": glass}
    calls = CallsViewModel(
        *(call, search, of_call, services.verifier.ladder, services.contacts, tasks),
        ahead=lambda number: Ahead(number, services.rules, services.new_search(session.usual())),
        readable=lambda number: readable(number, site.region),
        fresh=lambda: reasoned(""),
    )

    passing_on.taken = lambda passed: calls.go_on(passed.draft, passed.verified)
    search.opened = opened
    search.asking = verification.hear
    caller.learnt = verification.follow
    verification.changed = verified
    glass.changed = reclassified
    call.reasoned = reasoned
    call.drafted = wrapping_up.drafted
    call.state_changed.connect(wrapping_up.hear)
    wrapping_up.late = call.complain
    call.restored = services.verifier.ladder.resume
    caller.state_changed.connect(saying.see)
    caller.state_changed.connect(hanging_up.see)
    caller.state_changed.connect(call.touched)
    calls.vouched = verification.called_from
    calls.greeted = verification.open
    settings = services.site.settings
    watch = Watch(settings.lock_minutes * 60, settings.session_hours * 3600)
    reviews = ReviewsViewModel(services.reviews, tasks)
    why = WhyViewModel(search, services.linking, services.disclosure, tasks)
    trail = TrailViewModel(services.audit.own_looks, titles | {HISTORY: "Contacts"}, tasks)
    screens: dict[str, Screen] = {"calls": calls, "passing_on": passing_on, "trail": trail, "why": why, "reviews": reviews}
    setup = SetupViewModel(lambda: _workbench(services.site), services.site.set_up_by(session.role), tuple(DESCRIBED), site.roles, tasks)
    screens["setup"] = setup

    def seen(ref: RecordRef) -> Record | None:
        return next((record for record in caller.state.records if record.ref == ref), None)

    document = screens["document"] = DocumentViewModel(services.documents, seen, tasks)
    lock = LockViewModel(session.actor, services.sign_in, services.gate, watch, screens, tasks)
    switch = services.switch if demo else None
    return ViewModels(
        search,
        caller,
        call,
        DepartmentsViewModel(services.checks, tasks, switch),
        here,
        lock,
        trail,
        verification,
        glass,
        reviews,
        why,
        AddressesViewModel(services.geocoding, tasks),
        saying,
        hanging_up,
        change,
        doing,
        passing_on,
        calls,
        setup,
        wrapping_up,
        document,
    )


def _workbench(site: Site) -> SetupDesk:
    from app.setup_desk import DeskWorkbench  # what few ever need is not in the memory of all

    return DeskWorkbench(site.folder, site.settings.roles)


def _reasons(services: Services) -> tuple[str, ...]:
    """What a call may be about: the site's reasons, and those of the purposes that this role has."""
    own = (reason for purpose in services.site.settings.purpose if services.session.role in purpose.roles for reason in purpose.reasons)
    return tuple(dict.fromkeys((*services.site.settings.reasons, *own)))
