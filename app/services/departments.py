"""The departments of a site, each behind its bulkhead: who may ask, with which credential, and what came of it.

Every call ends in an Outcome and never raises, within the department's deadline: one that is down, slow or wrong is its own
outcome and nobody else's trouble.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

from adapters.contract import CallContext, Cancelled, Department, DepartmentError, Health, SignInNeeded, TimedOut
from adapters.manifest import Manifest, ManifestError, ManifestProblem
from adapters.reactor import aside
from app.services.breaker import Breaker
from app.services.bulkhead import Begun, Bulkhead, Inbox, Overdue
from app.services.credentials import KeyringUnavailable
from models.changes import Current, Receipt, Writing
from models.outcomes import Answered, Failed, Fault, NotPermitted, Outcome, Skipped
from models.people import Person, SubjectRef
from models.query import SearchQuery
from models.records import Record, RecordRef

log = logging.getLogger(__name__)

GRACE = 0.25
"""Seconds beyond a department's deadline after which its outcome is "no answer", whatever its thread still does."""

T = TypeVar("T")
Reading = Callable[[Department, CallContext], Iterator[Person | Record]]


class Secrets(Protocol):
    """Where credentials come from. Blocking: called in a department's worker."""

    def get(self, name: str) -> str | None: ...


class Asker(Protocol):
    """Who asks: a session."""

    @property
    def actor(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def purpose(self) -> str: ...
    def allows(self, department: str) -> bool:
        """Whether the purpose lets this department be asked."""
        ...


class Port:
    """One department made ready: manifest, adapter, bulkhead, and a tally of today's calls."""

    def __init__(self, manifest: Manifest, department: Department) -> None:
        self.manifest = manifest
        self.department = department
        self.bulkhead = Bulkhead(manifest.id, manifest.concurrent, getattr(department, "reactor", None))
        self.asked = 0
        self.failed = 0
        self.down_since: datetime | None = None
        self.latencies: deque[float] = deque(maxlen=200)
        self.secret: str | None = None
        self.breaker = Breaker()

    def p95(self) -> float:
        """95th percentile of the last 200 answers in ms; 0 when there were none."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))] if ordered else 0.0


class Departments:
    """All departments of a site that could be made ready, in the order of their titles."""

    def __init__(self, ports: Iterable[Port], secrets: Secrets) -> None:
        self.ports = {port.manifest.id: port for port in sorted(ports, key=lambda each: each.manifest.title)}
        self._secrets = secrets
        self.back: Callable[[str], None] = lambda department: None
        """Called when a department answers that had failed."""

    def kept_under(self, subject: SubjectRef, asker: Asker) -> tuple[SubjectRef, ...]:
        """A person's records: their department's, and those that stores of documents keep under the same key, where they may be asked."""
        beside = (name for name, port in self.ports.items() if port.manifest.documents.of == subject.department)
        return (subject, *(SubjectRef(name, subject.id) for name in beside if self.permitted(name, asker)))

    def permitted(self, department: str, asker: Asker) -> bool:
        """Whether both the department, for this role, and the purpose let it be asked."""
        return asker.role in self.ports[department].manifest.roles and asker.allows(department)

    def find(
        self, department: str, query: SearchQuery, asker: Asker, cancelled: Callable[[], bool], *, anyway: bool = False
    ) -> Awaitable[Outcome]:
        """People (and records that name none) of one department for a query; ``anyway``: even while it rests."""
        port = self.ports[department]
        if not self.permitted(department, asker):
            return _at_once(NotPermitted())
        if "find" not in port.manifest.capabilities:
            return _at_once(Skipped("this department can't be searched"))
        if not port.department.can_find(query):
            return _at_once(Skipped("can't be searched by what was typed"))
        if not anyway and (resting := _resting(port)):
            return _at_once(resting)
        return self._ask(port, asker, lambda adapter, ctx: adapter.find(query, ctx), port.manifest.limits.people, cancelled)

    def records(self, subject: SubjectRef, asker: Asker, cancelled: Callable[[], bool], *, anyway: bool = False) -> Awaitable[Outcome]:
        """All records of one person; ``anyway``: even while the department rests."""
        port = self.ports[subject.department]
        if not self.permitted(subject.department, asker):
            return _at_once(NotPermitted())
        if "records" not in port.manifest.capabilities:
            return _at_once(Skipped("this department keeps no records of persons"))
        if not anyway and (resting := _resting(port)):
            return _at_once(resting)
        return self._ask(port, asker, lambda adapter, ctx: adapter.records(subject, ctx), port.manifest.limits.records, cancelled)

    def lookup(self, ref: RecordRef, asker: Asker, cancelled: Callable[[], bool]) -> Awaitable[Outcome]:
        """One record by its number."""
        port = self.ports[ref.department]
        if not self.permitted(ref.department, asker):
            return _at_once(NotPermitted())
        return self._ask(port, asker, lambda adapter, ctx: iter((adapter.lookup(ref, ctx),)), 1, cancelled)

    async def check(self, department: str, asker: Asker) -> Health | Fault:
        """Reach one department."""
        found = await self._call(self.ports[department], asker, lambda adapter, ctx: adapter.check(ctx))
        return found.fault if isinstance(found, Failed) else found

    async def fetch(self, record: Record, asker: Asker) -> bytes | Failed | NotPermitted | Skipped:
        """The content of a record's document."""
        port, media = self.ports[record.ref.department], record.media
        if media is None or "fetch" not in port.manifest.capabilities or not self.permitted(record.ref.department, asker):
            return NotPermitted()
        if (resting := _resting(port)) is not None:
            return resting
        found: bytes | Failed | Skipped = await self._call(port, asker, lambda adapter, ctx: adapter.fetch(media, ctx))
        return found

    def whose(self, record: Record) -> tuple[SubjectRef, ...]:
        """The person records that a record is about: its department's, and those of the department under whose keys it keeps them."""
        if record.subject is None:
            return ()
        of = self.ports[record.ref.department].manifest.documents.of
        return (record.subject, SubjectRef(of, record.subject.id)) if of else (record.subject,)

    def may_write(self, department: str, kind: str, asker: Asker) -> bool:
        """Whether the department takes this kind of change from this role, for this purpose."""
        manifest = self.ports[department].manifest
        apply = manifest.apply_for(kind)
        return (
            "apply" in manifest.capabilities
            and apply is not None
            and self.permitted(department, asker)
            and (not apply.roles or asker.role in apply.roles)
        )

    async def current(
        self, department: str, writing: Writing, asker: Asker, *, anyway: bool = False
    ) -> Current | Failed | NotPermitted | None:
        """What the department has now; None where it can't be asked. ``anyway``: even while it rests."""
        if not anyway and self.may_write(department, writing.kind, asker) and (resting := _resting(self.ports[department])):
            return resting
        found: Current | Failed | NotPermitted | None = await self._write(
            department, writing, asker, lambda adapter, ctx: adapter.current(writing, ctx)
        )
        return found

    async def apply(self, department: str, writing: Writing, asker: Asker) -> Receipt | Failed | NotPermitted:
        """Make a change. A fault whose ``sent`` is True may have made it, unless its key says that it was refused."""
        made: Receipt | Failed | NotPermitted = await self._write(
            department, writing, asker, lambda adapter, ctx: adapter.apply(writing, ctx)
        )
        return made

    async def settled(self, department: str, writing: Writing, asker: Asker) -> Receipt | Failed | NotPermitted | None:
        """Whether a change of this key was made; None: it was not."""
        found: Receipt | Failed | NotPermitted | None = await self._write(
            department, writing, asker, lambda adapter, ctx: adapter.settled(writing, ctx)
        )
        return found

    async def undo(self, department: str, writing: Writing, receipt: Receipt, asker: Asker) -> Receipt | Failed | NotPermitted:
        """Take a change back."""
        made: Receipt | Failed | NotPermitted = await self._write(
            department, writing, asker, lambda adapter, ctx: adapter.undo(writing, receipt, ctx)
        )
        return made

    async def form(self, department: str, change: str, asker: Asker, ask: Callable[[Any, CallContext], tuple[T, ...]]) -> Any:
        """What a department that ``TellsForms`` says of the form of a change; Failed, or NotPermitted."""
        return await self._write(department, Writing(change, "", {}), asker, ask)

    def has_credential(self, department: str) -> bool:
        """Whether the keyring holds the department's credential. Blocking."""
        name = self.ports[department].manifest.credential
        return not name or self._secrets.get(name) is not None

    def close(self) -> None:
        for port in self.ports.values():
            port.bulkhead.close()
            port.department.close()

    def _ask(self, port: Port, asker: Asker, reading: Reading, limit: int, cancelled: Callable[[], bool]) -> asyncio.Future[Outcome]:
        return self._call(
            *(port, asker, lambda adapter, ctx: _gathered(reading(adapter, ctx), limit)),
            cancelled=cancelled,
            told=lambda answer, ms: Answered(answer.people, answer.records, ms, answer.truncated, answer.partial),
        )

    async def _write(self, department: str, writing: Writing, asker: Asker, work: Callable[[Department, CallContext], T]) -> Any:
        if not self.may_write(department, writing.kind, asker):
            return NotPermitted()
        return await self._call(self.ports[department], asker, work, key=writing.key)

    def _call(
        self,
        port: Port,
        asker: Asker,
        work: Callable[[Department, CallContext], T],
        *,
        cancelled: Callable[[], bool] = lambda: False,
        key: str = "",
        told: Callable[[T, float], Any] = lambda result, ms: result,
    ) -> asyncio.Future[Any]:
        """What ``told`` makes of the call's result and its milliseconds; Failed, or Skipped when it was cancelled."""
        manifest = port.manifest
        started = time.monotonic()
        deadline = started + manifest.deadline
        begun = Begun()

        def call() -> T:
            if cancelled() or not begun.begin():
                raise Cancelled
            if manifest.credential and port.secret is None:
                port.secret = self._secret(manifest.credential, deadline)
            now = datetime.now(UTC)
            return work(
                port.department,
                CallContext(deadline, port.secret, asker.actor, asker.role, asker.purpose, now, cancelled, idempotency_key=key),
            )

        def end(result: T | None, error: BaseException | None) -> Any:
            ms = (time.monotonic() - started) * 1000
            if error is None:
                self._well(port, ms)
                return told(result, ms)  # type: ignore[arg-type]
            return self._ended_by(port, error, ms, sent=not begun.prevent())

        port.asked += 1
        return _inbox().call(port.bulkhead, call, until=deadline + GRACE, told=end)

    def _ended_by(self, port: Port, error: BaseException, ms: float, *, sent: bool) -> Failed | Skipped:
        if isinstance(error, Overdue):
            return self._failed(port, Fault("timed_out", f"no answer within {port.manifest.deadline:g} s", sent=sent), ms)
        if isinstance(error, Cancelled):
            port.breaker.unused()
            return Skipped("superseded")
        if isinstance(error, DepartmentError):
            if error.fault_key in ("sign_in_needed", "no_credential"):
                port.secret = None  # it may have been renewed in the keyring
            return self._failed(port, error.fault(), ms)
        log.error("department %s: unexpected %s", port.manifest.id, type(error).__name__, exc_info=error)
        return self._failed(port, Fault("unexpected", type(error).__name__), ms)

    def _secret(self, name: str, deadline: float) -> str | None:
        try:
            return aside(lambda: self._secrets.get(name), deadline)
        except KeyringUnavailable as error:  # it was locked or ended while we work
            raise SignInNeeded(str(error), key="no_credential", sent=False) from None
        except TimeoutError:
            raise TimedOut("the keyring did not answer in time", sent=False) from None

    @staticmethod
    def _failed(port: Port, fault: Fault, ms: float) -> Failed:
        port.failed += 1
        if port.down_since is None:  # one message per fault, not one a call
            port.down_since = datetime.now(UTC)
            log.info("department %s fails: %s", port.manifest.id, fault.key)
        if port.breaker.failed(fault.key, fault.retry_after):
            log.info("department %s is left to rest, and asked now and then until it answers", port.manifest.id)
        return Failed(fault, ms)

    def _well(self, port: Port, ms: float) -> None:
        port.latencies.append(ms)
        port.breaker.answered()
        if port.down_since is not None:
            port.down_since = None
            log.info("department %s answers again", port.manifest.id)
            self.back(port.manifest.id)


def _resting(port: Port) -> Failed | None:
    """Why the department is not asked now; None where it is."""
    left = port.breaker.hold(port.manifest.deadline + GRACE)
    if not left:
        return None
    until = datetime.now(UTC) + timedelta(seconds=left)
    return Failed(Fault("resting", f"after {port.breaker.last}", retry_after=left, until=until))


def _at_once(outcome: Outcome) -> Awaitable[Outcome]:
    """An outcome for which nobody had to be asked."""
    future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    future.set_result(outcome)
    return future


PARTIAL = frozenset({"stale", "left_out"})
"""Faults of an answer that is whole all the same, even where it is that nobody was found."""


def _gathered(items: Iterator[Person | Record], limit: int) -> Answered:
    """Everything a department yields, up to its limit; what came before a part that could not be read is kept."""
    people: list[Person] = []
    records: list[Record] = []
    partial: Fault | None = None
    try:
        for item in items:
            if len(people) + len(records) >= limit:
                return Answered(tuple(people), tuple(records), truncated=True)
            if isinstance(item, Person):
                people.append(item)
            else:
                records.append(item)
    except DepartmentError as error:
        if error.fault_key not in PARTIAL and (error.fault_key != "mapping" or not (people or records)):
            raise
        partial = error.fault()
    return Answered(tuple(people), tuple(records), partial=partial)


async def in_worker(bulkhead: Bulkhead, call: Callable[[], T]) -> T:
    """The result of a blocking call, made behind a bulkhead. Raises what the call raises."""
    result: T = await _inbox().call(bulkhead, call)
    return result


async def as_they_end(calls: Iterable[Coroutine[Any, Any, T]]) -> AsyncIterator[list[T]]:
    """The results of calls made at the same time; those that end in one turn of the loop come together."""
    waiting = {asyncio.ensure_future(call) for call in calls}
    try:
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            yield [task.result() for task in done]
    finally:
        for task in waiting:
            task.cancel()


_inboxes: dict[int, tuple[asyncio.AbstractEventLoop, Inbox]] = {}


def _inbox() -> Inbox:
    """The running loop's inbox: one, so that answers of many departments share a wake-up."""
    loop = asyncio.get_running_loop()
    known = _inboxes.get(id(loop))
    if known is None or known[0] is not loop:
        known = _inboxes[id(loop)] = (loop, Inbox(loop))
    return known[1]


def make_ports(manifests: Iterable[Manifest], make: Callable[[Manifest], Department]) -> tuple[list[Port], dict[str, ManifestError]]:
    """A port for each manifest that ``make`` accepts, and the errors of the others by department id."""
    ports: list[Port] = []
    errors: dict[str, ManifestError] = {}
    for manifest in manifests:
        try:
            ports.append(Port(manifest, make(manifest)))
        except ManifestError as error:
            errors[manifest.id] = error
        except Exception as error:  # one that nobody foresaw, of a third party's kind perhaps, is nobody else's trouble
            log.exception("department %s can't be made", manifest.id)
            words = f"kind {manifest.kind} fails on this manifest ({type(error).__name__}): the log tells where"
            errors[manifest.id] = ManifestError([ManifestProblem(manifest.path, 1, words)])
    return ports, errors
