"""What ``civicdesk department`` does: a department proposed, tried, written, reported on, recorded and played again."""

from __future__ import annotations

import getpass
import json
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from adapters.contract import BadAnswer, CallContext, DepartmentError
from adapters.description import Description, Given
from adapters.manifest import Auth, Manifest, ManifestError
from adapters.registry import describe, make_department
from adapters.transport import Transport
from app.bootstrap import keyring_of
from app.config import ADMINISTRATOR, Site, load_department, load_site
from app.services.audit import AuditLog
from app.services.credentials import Credentials
from app.services.reading import ReadingRules, read_query
from app.services.session import actor_name, role_of
from app.services.setup.conformance import Report, conformance
from app.services.setup.manifest_text import manifest_text
from app.services.setup.proposal import Proposal, propose, variants
from app.services.setup.recording import FORMAT, NotRecorded, Recording, RecordingTransport, StandIns, anonymous
from app.services.setup.trial import Trial, run_trial
from app.terminal import table
from models.audit import Look
from models.outcomes import FAULT_WORDS
from models.people import SubjectRef
from models.query import SearchQuery
from models.store.store import Store

PURPOSE = "Setting up a department"
"""The purpose under which looks at a test person are logged."""
COLOURS = ("#6b4fbb", "#0b7a75", "#a8327d", "#2f7d32", "#b25c0a", "#1f66d1", "#8a6d00", "#b3261e", "#00696d", "#5b5f97")
_DESCRIBING = 30.0
"""Seconds for reading a description."""
NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}\Z")


class Refused(Exception):
    """It can't be done so; the text is for the user."""


class Wanted(msgspec.Struct, frozen=True):
    """What an administrator says of a new department. ``description``: a file or an address, where the kind has such."""

    name: str
    kind: str
    address: str = ""
    description: str = ""
    title: str = ""
    colour: str = ""
    roles: tuple[str, ...] = ("agent", "caseworker", "supervisor")
    credential: str = ""
    """Its name in the keyring."""
    secret: str | None = None
    auth: dict[str, str] = {}


class Draft(msgspec.Struct, frozen=True):
    """A manifest that is not written yet: its text, and what was proposed."""

    wanted: Wanted
    text: str
    proposal: Proposal


class Workbench:
    """One site, opened to set its departments up. Closed by ``close``."""

    def __init__(self, folder: Path) -> None:
        """Raises SiteError, KeyringUnavailable, StoreUnavailable or Refused (the role may not)."""
        self.site: Site = load_site(folder, may_be_empty=True)
        self._actor = actor_name()
        self._role = _administrator(self.site, self._actor)
        settings = self.site.settings
        self.credentials: Credentials = keyring_of(self.site)
        self.transport = Transport(proxy=settings.proxy, plain_http=settings.plain_http, secret=self.credentials.get)
        self._store = Store.open(self.site.store_folder)
        self._audit = AuditLog(self._store.audit, self.credentials.audit_key())

    def close(self) -> None:
        """Give back connections."""
        self.transport.close()
        self._store.close()

    def propose(self, wanted: Wanted) -> Draft:
        """Read what the back-end says of itself, and put a manifest together. Raises Refused or DepartmentError."""
        self._check_name(wanted)
        described = self._described(wanted)
        address = wanted.address or described.address
        if not address:
            raise Refused("The description does not say where the department is: name it with --address.")
        title = wanted.title or described.title[:40] or wanted.name.replace("_", " ").capitalize()
        taken = {manifest.colour for manifest in self.site.manifests}
        colour = wanted.colour or next((each for each in COLOURS if each not in taken), COLOURS[0])
        proposal = propose(described, wanted.kind, title, address, colour, wanted.roles)
        auth = {**proposal.manifest.get("auth", {}), **wanted.auth}
        manifest = dict(proposal.manifest)
        manifest.pop("auth", None)
        if wanted.credential or auth.get("type", "none") != "none":
            manifest["credential"] = wanted.credential or f"{wanted.name}-credential"
        if auth and auth.get("type") != "none":
            manifest["auth"] = auth
        order = ("kind", "title", "colour", "address", "credential", "auth")
        manifest = {key: manifest[key] for key in order if key in manifest} | {k: v for k, v in manifest.items() if k not in order}
        named = msgspec.structs.replace(wanted, title=title, credential=str(manifest.get("credential", "")))
        return _with_manifest(Draft(named, "", proposal), manifest)

    def checked(self, name: str, text: str) -> Manifest:
        """The manifest of a text that is not written yet. Raises ManifestError."""
        with tempfile.TemporaryDirectory(prefix="civicdesk-") as folder:
            file = Path(folder) / f"{name}.toml"
            file.write_text(text, encoding="utf-8")
            return load_department(file, self.site.folder, self.site.settings)

    def try_out(self, draft: Draft, search: str, *, as_it_is: bool = False) -> tuple[Draft, Trial]:
        """Find a test person with it, or, unless it was changed by hand, with a variant of it, which then is the draft; looks, and logged.

        Raises ManifestError or StoreUnavailable.
        """
        tried = (draft, self._tried(draft, search))
        for tables in () if as_it_is else list(variants(draft.proposal.manifest))[1:]:
            if tried[1].people:
                break
            other = _with_manifest(draft, tables)
            again = self._tried(other, search)
            if again.people:
                tried = (other, again)
        return tried

    def _tried(self, draft: Draft, search: str) -> Trial:
        manifest = self.checked(draft.wanted.name, draft.text)
        secret = draft.wanted.secret or self._secret(manifest)
        department = make_department(manifest, self.transport, self.site.settings.allow_kinds)
        try:
            with self._logged(manifest.id, search) as seen:
                trial = run_trial(department, manifest, self._query(search), secret, self._actor, self._role)
                seen(tuple(person.ref for person in trial.people))
                return trial
        finally:
            department.close()

    def write(self, draft: Draft, *, replace: bool = False) -> Path:
        """Put the secret into the keyring and the manifest into the site. Raises ManifestError, Refused or KeyringUnavailable."""
        self.checked(draft.wanted.name, draft.text)
        file = self.site.folder / "departments" / f"{draft.wanted.name}.toml"
        if file.exists() and not replace:
            raise Refused(f"{file} is there already: choose another name, or write over it with --replace.")
        if draft.wanted.secret is not None and draft.wanted.credential:
            self.credentials.put(draft.wanted.credential, draft.wanted.secret)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            fresh = file.with_suffix(".new")
            fresh.write_text(draft.text, encoding="utf-8")
            fresh.replace(file)
        except OSError as error:
            raise Refused(f"{file} can't be written: {error.strerror}.") from None
        return file

    def report(self, name: str, search: str) -> Report:
        """The conformance report of a department of the site. Raises Refused, ManifestError or StoreUnavailable."""
        manifest = self._manifest(name)
        with self._logged(name, search) as seen:
            seen(())
            query = self._query(search or self._sample())
            allowed = self.site.settings.allow_kinds
            return conformance(manifest, self.transport, allowed, query, self._secret(manifest), self._actor, self._role)

    def record(self, name: str, search: str) -> Recording:
        """Ask for a test person and keep the answers without their data. Raises Refused, NotRecorded or StoreUnavailable."""
        from resources.demo.words import GROUPS

        manifest = self._manifest(name)
        if urlsplit(manifest.address).scheme not in ("http", "https"):
            raise NotRecorded(f"{manifest.title} is not asked over HTTP, so there is nothing to record: copy a test database instead.")
        recorder = RecordingTransport(self.transport)
        department = make_department(manifest, recorder, self.site.settings.allow_kinds)
        search = search or self._sample()
        try:
            with self._logged(name, search) as seen:
                trial = run_trial(department, manifest, self._query(search), self._secret(manifest), self._actor, self._role)
                seen(tuple(person.ref for person in trial.people))
        finally:
            department.close()
        if not trial.people:
            faults = ", ".join(FAULT_WORDS[step.fault.key][0] for step in trial.steps if step.fault)
            raise NotRecorded(
                f"Nobody was found{f' ({faults})' if faults else ''}: name a person whom {manifest.title} knows with --search."
            )
        stand_ins = StandIns(word for _, women, men, families in GROUPS for word in f"{women} {men} {families}".split() if word.isascii())
        for person in trial.people:
            stand_ins.learn_person(person)
        for record in trial.records:
            stand_ins.learn_record(record)
        exchanges = tuple(anonymous(recorder.exchanges, manifest.address, stand_ins))
        taken = datetime.now(UTC).strftime("%Y-%m-%d")
        return Recording(FORMAT, name, manifest.kind, taken, exchanges, stand_ins.replaced(search))

    def _described(self, wanted: Wanted) -> Description:
        ctx = CallContext(time.monotonic() + _DESCRIBING, wanted.secret, self._actor, self._role, PURPOSE)
        auth = msgspec.convert(wanted.auth, Auth)
        given = Given(wanted.address, wanted.description, auth)
        return describe(wanted.kind, given, self.transport, ctx)

    def _check_name(self, wanted: Wanted) -> None:
        if not NAME.match(wanted.name):
            raise Refused(f"{wanted.name!r} can't be a department's id: small letters, digits, - and _, 40 at most, a letter first.")
        for role in wanted.roles:
            if role not in self.site.settings.roles:
                raise Refused(f"The site has no role {role!r}: choose among {', '.join(self.site.settings.roles)}.")

    def _manifest(self, name: str) -> Manifest:
        if name in self.site.problems:
            raise Refused("\n".join(str(problem) for problem in self.site.problems[name]))
        found = next((each for each in self.site.manifests if each.id == name), None)
        if found is None:
            known = ", ".join(each.id for each in self.site.manifests) or "none"
            raise Refused(f"There is no department {name!r} in this site: there are {known}.")
        return found

    def _secret(self, manifest: Manifest) -> str | None:
        return self.credentials.get(manifest.credential) if manifest.credential else None

    def _sample(self) -> str:
        demo = self.site.settings.demo
        if demo is not None and demo.samples:
            return demo.samples[0]
        raise Refused("Name a person whom the department knows, as an agent would search: --search TEXT.")

    def _query(self, search: str) -> SearchQuery:
        settings = self.site.settings
        patterns = tuple((manifest.id, pattern) for manifest in self.site.manifests for pattern in manifest.references)
        rules = ReadingRules(settings.region, settings.date_order, settings.post_code, patterns)
        return read_query(search, rules, date.today())[0]

    @contextmanager
    def _logged(self, department: str, search: str) -> Iterator[_Shown]:
        """A look at a test person: written down before, whom it showed, and how it ended."""
        at = datetime.now(UTC)
        row = self._audit.append(Look(self._actor, self._role, PURPOSE, "search", (department,), search), at)
        shown = _Shown(self._audit, row)
        yield shown
        self._audit.finish(row, "tried")


class _Shown:
    def __init__(self, audit: AuditLog, row: object) -> None:
        self._audit, self._row = audit, row

    def __call__(self, subjects: tuple[SubjectRef, ...]) -> None:
        if subjects:
            self._audit.seen(self._row, subjects)  # type: ignore[arg-type]


def _with_manifest(draft: Draft, manifest: dict[str, Any]) -> Draft:
    heading = f"{draft.wanted.title}: proposed from what the back-end says of itself, {date.today():%Y-%m-%d}. Every line may be changed."
    proposal = msgspec.structs.replace(draft.proposal, manifest=manifest)
    return msgspec.structs.replace(draft, text=manifest_text(manifest, heading), proposal=proposal)


def _administrator(site: Site, actor: str) -> str:
    role = role_of(actor, site.settings.staff, site.settings.default_role)
    if not site.set_up_by(role):
        raise Refused(f"Only the role {ADMINISTRATOR} may set departments up, and yours is {role}: see staff in the site's site.toml.")
    return role


def draft_as_text(draft: Draft) -> str:
    """What was found where, what is missing, and the file as it would be written."""
    rows = [("Fact", "From"), *sorted(draft.proposal.facts.items())]
    lines = [*table(rows), ""] if len(rows) > 1 else []
    lines += [f"Missing: {gap}." for gap in draft.proposal.gaps]
    return "\n".join([*lines, *([""] if draft.proposal.gaps else []), draft.text.rstrip()])


def trial_as_text(trial: Trial) -> str:
    """Each question with its time, who was found, and what is missing in them."""
    lines = []
    for step in trial.steps:
        came = (
            f"{FAULT_WORDS[step.fault.key][0]} ({step.fault.detail})" if step.fault else f"{step.found} found" if step.found else "answered"
        )
        lines.append(f"  {step.name:<8} {step.ms:6.0f} ms  {came}")
    for person in trial.people[:3]:
        born = person.birth_date.isoformat() if person.birth_date else "no birth date"
        lines.append(f"  {person.full_name}, {born}, {', '.join(each.full for each in person.addresses) or 'no address'}")
    for record in trial.records[:5]:
        amount = f" {record.amount} {record.currency}" if record.amount is not None else ""
        lines.append(f"    {record.opened or 'no date'}  {record.title}: {record.status or 'no status'}{amount}")
    rare = [fact.replace("_", " ") for fact, share in trial.coverage.items() if share == 0]
    if rare:
        lines.append(f"  Nobody and nothing had: {', '.join(rare)}.")
    return "\n".join(lines)


def report_as_text(report: Report) -> str:
    """A line for each thing that was tried."""
    rows = [("Part", "What", "State", "ms", "")]
    rows += [(line.part, line.what, line.state, f"{line.ms:.0f}" if line.ms is not None else "", line.detail) for line in report.lines]
    failed = sum(line.state == "failed" for line in report.lines)
    verdict = "conforms" if report.passed else f"does not conform: {failed} failed"
    return "\n".join([f"{report.title} ({report.department}, kind {report.kind}) {verdict}.", "", *table(rows)])


def report_as_json(report: Report) -> str:
    """``{"department", "title", "kind", "passed", "lines": [{"part", "what", "state", "detail", "ms"}]}``."""
    return json.dumps({**msgspec.to_builtins(report), "passed": report.passed}, ensure_ascii=False)


def report_as_html(report: Report) -> str:
    """One page that needs nothing else."""
    marks = {"passed": "#1b7f3b", "failed": "#b3261e", "to look at": "#8a5a00", "not tried": "#5f6b7a"}
    rows = "".join(
        f"<tr><td>{escape(line.part)}<td>{escape(line.what)}<td style='color:{marks[line.state]}'><b>{escape(line.state)}</b>"
        f"<td class=n>{f'{line.ms:.0f}' if line.ms is not None else ''}<td>{escape(line.detail)}</tr>"
        for line in report.lines
    )
    verdict = "conforms" if report.passed else "does not conform"
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        f"<title>{escape(report.title)}: conformance</title><style>body{{font:15px system-ui,sans-serif;margin:2em;color:#1b2733}}"
        "table{border-collapse:collapse}td,th{padding:.35em .9em;border-bottom:1px solid #dfe4ea;text-align:left}"
        ".n{text-align:right;font-variant-numeric:tabular-nums}</style>"
        f"<h1>{escape(report.title)} {verdict}</h1><p>Department {escape(report.department)}, kind {escape(report.kind)}, "
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC.</p><table><tr><th>Part<th>What<th>State<th>ms<th></tr>{rows}</table></html>\n"
    )


def in_words(error: DepartmentError) -> str:
    """Why a back-end could not be read, for whoever sets it up: what is wrong with a description is told by its own words."""
    if error.fault_key == "mapping" and error.detail:
        return f"{error.detail[0].upper()}{error.detail[1:].rstrip('.')}."
    return f"{FAULT_WORDS[error.fault_key][1]} ({error.detail or error.fault_key})"


def ask_secret(credential: str) -> str | None:
    """The secret as it is typed, unseen; None where nothing was typed."""
    with suppress(EOFError):
        return getpass.getpass(f"Secret for {credential} (goes into the keyring; Enter for none): ") or None
    return None


__all__ = ["BadAnswer", "DepartmentError", "Draft", "ManifestError", "NotRecorded", "Refused", "Wanted", "Workbench"]
