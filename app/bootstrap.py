"""The one place that puts the application together; tests call it with fakes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from time import monotonic
from urllib.parse import urlsplit

from adapters.contract import CallContext, SignInNeeded
from adapters.geocoder import Geocoder
from adapters.registry import make_department
from adapters.transport import HttpRequest, Transport
from app.config import Site, SiteError, SiteSettings, load_site
from app.services.anchors import keep_anchor
from app.services.audit import AuditLog
from app.services.break_glass import BreakGlass, Reviews
from app.services.bulkhead import Bulkhead
from app.services.caller_file import CallerFile
from app.services.changes import Changes
from app.services.checks import Checks
from app.services.contacts import Contacts
from app.services.credentials import Credentials, KeyringUnavailable, open_keyring
from app.services.demo_keyring import DemoKeyring
from app.services.departments import Departments, in_worker, make_ports
from app.services.disclosure import Disclosure
from app.services.documents import Documents
from app.services.gate import StoredGate
from app.services.geocoding import Geocoding
from app.services.history import History
from app.services.identity.linker import ByHand
from app.services.identity.weights import Weights, WeightsError, site_weights
from app.services.knowledge import Knowledge
from app.services.library import Library
from app.services.linking import Linking, by_hand
from app.services.passing_on import PassingOn
from app.services.reading import ReadingRules
from app.services.revealing import Revealing
from app.services.sealing import Sealer
from app.services.search import Search
from app.services.session import Session, actor_name, role_of
from app.services.sign_in import AccountSignIn, DemoSignIn, SignIn
from app.services.summaries import Summaries
from app.services.telephony.lines import Lines
from app.services.verification import Ladder, Verifier
from app.stored import StoredLinks, StoredSeals, StoredWork
from models.audit import AuditRow, Look, Seen
from models.contacts import HISTORY, Contact, ContactDraft
from models.people import SubjectRef
from models.store.store import Store

CLOSING_TAKES = 5.0
"""Seconds that quitting waits for the store."""
ANCHOR_EVERY = 60.0
"""Seconds after which a look moves the anchor of the audit log on."""
RECENT = 6
"""Callers listed under "recent"."""


class StoredAudit:
    """The audit log awaited: written in the store's own thread, so that the window never waits for the disk."""

    def __init__(self, log: AuditLog, worker: Bulkhead, actor: str, credentials: Credentials) -> None:
        self._log = log
        self._worker = worker
        self._actor = actor
        self._credentials = credentials
        self._keyring = Bulkhead("anchor", 1)
        self._next_anchor = monotonic() + ANCHOR_EVERY

    async def look(self, look: Look) -> AuditRow:
        return await in_worker(self._worker, lambda: self._written(lambda: self._log.append(look, datetime.now(UTC))))

    async def seen(self, row: AuditRow, subjects: tuple[SubjectRef, ...]) -> None:
        await in_worker(self._worker, lambda: self._log.seen(row, subjects))

    async def outcome(self, row: AuditRow, words: str) -> None:
        await in_worker(self._worker, lambda: self._log.finish(row, words))

    async def who_saw(self, subjects: tuple[SubjectRef, ...]) -> tuple[Seen, ...]:
        return await in_worker(self._worker, lambda: self._log.who_saw(subjects))

    async def own_looks(self, before: int | None, limit: int) -> tuple[Seen, ...]:
        return await in_worker(self._worker, lambda: self._log.looks(self._actor, before, limit))

    def anchor(self) -> None:
        """Keep in the keyring how far the log has come. Blocking; never raises."""
        keep_anchor(self._credentials, self._log, self._actor)

    def close(self) -> None:
        self._keyring.close()

    def _written(self, write: Callable[[], AuditRow]) -> AuditRow:
        row = write()
        if monotonic() >= self._next_anchor:
            self._next_anchor = monotonic() + ANCHOR_EVERY
            self._keyring.submit(self.anchor, lambda result, error: None)  # a keyring may take its time
        return row


class StoredContacts:
    """The contacts of one actor awaited, in the store's own thread."""

    def __init__(self, contacts: Contacts, actor: str, worker: Bulkhead) -> None:
        self._contacts = contacts
        self._actor = actor
        self._worker = worker

    async def restore(self) -> tuple[ContactDraft, ...]:
        return await in_worker(self._worker, lambda: self._contacts.drafts(self._actor))

    async def keep(self, draft: ContactDraft) -> None:
        await in_worker(self._worker, lambda: self._contacts.keep_draft(self._actor, draft))

    async def save(self, draft: ContactDraft) -> Contact:
        return await in_worker(self._worker, lambda: self._contacts.save(draft, self._actor))

    async def recent(self) -> tuple[Contact, ...]:
        return await in_worker(self._worker, lambda: self._contacts.recent(self._actor, RECENT))

    async def about(self, members: tuple[SubjectRef, ...], since: datetime) -> tuple[Contact, ...]:
        return await in_worker(self._worker, lambda: self._contacts.about(members, since))


@dataclass(frozen=True)
class Services:
    """Everything free of Qt, ready to use. ``close()`` gives back connections and ends threads."""

    site: Site
    session: Session
    departments: Departments
    checks: Checks
    audit: StoredAudit
    sign_in: SignIn
    gate: StoredGate
    contacts: StoredContacts
    verifier: Verifier
    disclosure: Disclosure
    revealing: Revealing
    glass: BreakGlass
    reviews: Reviews
    linking: Linking
    links: StoredLinks
    library: Library
    summaries: Summaries
    changes: Changes
    lines: Lines
    passing_on: PassingOn
    weights: Weights
    rules: ReadingRules
    geocoding: Geocoding
    documents: Documents
    transport: Transport
    store: Store
    worker: Bulkhead = field(default_factory=lambda: Bulkhead("store", 1))

    def new_search(self, session: Session | None = None) -> Search:
        """For whoever works here and the purpose of now, or of another session."""
        return Search(self.departments, self.audit, session or self.session, self.weights, self._decided)

    async def _decided(self) -> ByHand:
        return by_hand(await self.links.standing())

    def new_file(self, history: History | None = None) -> CallerFile:
        return CallerFile(self.departments, self.audit, self.session, history)

    def history(self) -> History:
        """The contacts about a caller, as far as whoever works here may see them."""
        titles = {name: port.manifest.title for name, port in self.departments.ports.items()}
        return History(
            self.contacts,
            titles,
            lambda name: name not in titles or self.departments.permitted(name, self.session),
            lambda: self.session.allows(HISTORY),
        )

    async def switch(self, department: str, on: bool) -> None:
        """Switch a department of the demo city."""
        demo = self.site.settings.demo
        if demo is not None:
            body = json.dumps({"department": department, "on": on}).encode()
            request = HttpRequest("POST", f"{demo.control}/switch", {"Content-Type": "application/json"}, body)
            await in_worker(self.worker, lambda: self.transport.send(request, CallContext(monotonic() + 10), max_bytes=100_000))

    def close(self) -> None:
        self.lines.close()
        self.departments.close()
        self.checks.close()
        self.geocoding.close()
        self.documents.close()
        closed = Event()
        # Behind what is queued: the last keys of a note are written before the store is closed.
        self.worker.submit(self.audit.anchor, lambda result, error: None)
        self.worker.submit(self.store.close, lambda result, error: closed.set())
        closed.wait(CLOSING_TAKES)
        self.worker.close()
        self.audit.close()
        self.gate.close()
        self.library.close()
        self.summaries.close()
        self.transport.close()


def open_services(folder: Path, role: str = "", purpose: str = "", *, alone: bool = False) -> Services:
    """Put a site's services together. Blocking: reads files, keyring and store.

    ``purpose`` is the one to look for, whatever the reason of a contact; ``alone``: nobody can be on the line. Raises SiteError,
    KeyringUnavailable or StoreUnavailable, each with words for the user; UnknownRole for a role that the site does not have or a
    purpose that the role does not have.
    """
    site = load_site(folder)
    settings = site.settings
    actor = actor_name()
    role = role or role_of(actor, settings.staff, settings.default_role)
    if role not in settings.roles:
        raise UnknownRole(f"There is no role {role!r} in this site: choose one of {', '.join(settings.roles)}.")
    session = _session(settings, actor, role, purpose, alone=alone)
    try:
        weights = site_weights(folder)
    except WeightsError as error:
        raise SiteError(str(error)) from None
    transport = Transport(proxy=settings.proxy, plain_http=settings.plain_http, secret=lambda name: _shown(credentials, name))
    credentials = open_keyring(_demo_keyring(site, transport))
    key = credentials.audit_key()
    sealer = Sealer(credentials.draft_key)
    store = Store.open(site.store_folder)
    worker = Bulkhead("store", 1)
    ports, errors = make_ports(site.manifests, lambda manifest: make_department(manifest, transport, settings.allow_kinds))
    departments = Departments(ports, credentials)
    log = AuditLog(store.audit, key)
    audit = StoredAudit(log, worker, actor, credentials)
    rules = ReadingRules(
        settings.region,
        settings.date_order,
        settings.post_code,
        tuple((manifest.id, pattern) for manifest in site.manifests for pattern in manifest.references),
    )
    ladder = Ladder(settings.verification, rules)
    work = StoredWork(store.work, actor, worker)
    links = StoredLinks(store.links, actor, worker)
    sign_in: SignIn = AccountSignIn(actor) if settings.demo is None else DemoSignIn()
    problems = {**site.problems, **{name: error.problems for name, error in errors.items()}}
    return Services(
        site=site,
        session=session,
        departments=departments,
        checks=Checks(departments, problems, session),
        audit=audit,
        sign_in=sign_in,
        gate=StoredGate(sign_in, sealer, audit, session, worker),
        contacts=StoredContacts(Contacts(store.contacts, sealer), actor, worker),
        verifier=Verifier(ladder, audit, session),
        disclosure=Disclosure(session, ladder, site.manifests, settings.verification.facts),
        revealing=Revealing(audit, session),
        glass=BreakGlass(session, settings.break_glass, audit, work),
        reviews=Reviews(session, settings.break_glass, audit, work),
        linking=Linking(links, audit, session),
        links=links,
        summaries=Summaries(
            *(folder, settings.name, settings.language, settings.mail, settings.sms, settings.letter),
            *(credentials, audit, session),
        ),
        library=Library(
            Knowledge(folder / "knowledge", settings.language, {HISTORY, *site.problems, *(manifest.id for manifest in site.manifests)})
        ),
        passing_on=PassingOn(work, StoredSeals(sealer, worker), session),
        changes=Changes(departments, settings.change, store.changes, worker, log.entries, audit, session),
        lines=Lines(settings.telephony, actor, credentials),
        weights=weights,
        rules=rules,
        geocoding=_geocoding(settings, transport, credentials, rules),
        documents=Documents(departments, audit, session),
        transport=transport,
        store=store,
        worker=worker,
    )


class UnknownRole(Exception):
    """The role asked for is none of the site's, or the purpose none of the role's."""


def _session(settings: SiteSettings, actor: str, role: str, purpose: str, *, alone: bool) -> Session:
    session = Session(actor, role, settings.purpose)
    session.alone = alone
    if purpose:
        try:
            session.fix(purpose)
        except KeyError:
            known = ", ".join(session.purposes()) or "none"
            raise UnknownRole(f"There is no purpose {purpose!r} for the role {role!r}: there are: {known}.") from None
    return session


def _geocoding(settings: SiteSettings, transport: Transport, credentials: Credentials, rules: ReadingRules) -> Geocoding:
    asked = settings.geocoding
    if asked is None:
        return Geocoding(None, rules)
    secret = (lambda: _shown(credentials, asked.credential)) if asked.credential else None
    return Geocoding(Geocoder(transport, asked.address, asked.speaks, asked.parameters, asked.key), rules, secret)


def _shown(credentials: Credentials, name: str) -> str | None:
    """A secret for a department's call, which is where it is told if the keyring does not answer any more."""
    try:
        return credentials.get(name)
    except KeyringUnavailable as error:
        raise SignInNeeded(str(error), key="no_credential") from None


def _demo_keyring(site: Site, transport: Transport) -> DemoKeyring | None:
    """The keyring of a running demo city; None for any other site."""
    demo = site.settings.demo
    if demo is None:
        return None
    from adapters.contract import DepartmentError
    from app.config import SiteError

    try:
        return DemoKeyring(demo.credentials, transport)
    except DepartmentError:
        where = urlsplit(demo.credentials).netloc
        raise SiteError(
            f"The demo city of this site no longer runs (nothing answers at {where}): start it with 'civicdesk demo'."
        ) from None


def keyring_of(site: Site) -> Credentials:
    """The keyring of a site, without anything else of it. Raises KeyringUnavailable, of a demo city that no longer runs too."""
    from app.config import SiteError

    try:
        return open_keyring(_demo_keyring(site, Transport()))
    except SiteError as error:
        raise KeyringUnavailable(str(error)) from None


__all__ = ["Credentials", "Services", "UnknownRole", "keyring_of", "open_services"]
