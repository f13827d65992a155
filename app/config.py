"""A site: the folder that says which city this is and which departments it has.

``load_site`` reads ``site.toml`` and every ``departments/*.toml``. A manifest with errors does not hide the others: its
problems are kept beside the manifests that are right.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from msgspec import Meta, Struct
from platformdirs import user_config_path, user_data_path

from adapters.mail import MailServer
from adapters.manifest import PROXY, Manifest, ManifestError, ManifestProblem, load_manifest
from adapters.site_command import SiteCommand
from adapters.toml_lines import line_of
from adapters.toml_tables import Place, Unusable, read_table, regular_expression, time_zone
from adapters.transport import host_of, on_this_machine
from models.change_kinds import USUAL_CHANGES
from models.changes import ChangeKind
from models.contacts import HISTORY
from models.hanging_up import USUAL_RULES, HangUpRule
from models.macros import Macro
from models.purposes import CITIZEN_ROLES, USUAL, BreakGlassRules, Purpose
from models.telephony import TelephonySettings
from models.verification import VerificationRules

ADMINISTRATOR = "administrator"
"""The role that may set departments up."""
SITE_VARIABLE = "CIVICDESK_SITE"


class DemoSettings(Struct, frozen=True):
    """Where a running demo city hands out its throwaway credentials and takes orders; written by the demo city only."""

    credentials: str
    control: str
    samples: tuple[str, ...] = ()
    """Searches that find somebody, for people who see the desk for the first time."""

    def __post_init__(self) -> None:
        for address in (self.credentials, self.control):
            if not address.startswith("http://") or not on_this_machine(host_of(address)):
                raise ValueError("a demo city answers on this machine only: http://127.0.0.1:...")


class GeocodingSettings(Struct, frozen=True):
    """Where addresses are suggested from while they are typed."""

    address: str
    """The URL of its search."""
    speaks: Literal["photon", "nominatim"] = "photon"
    parameters: dict[str, str] = {}
    """Sent with each question: a language, a country, a box."""
    credential: str = ""
    """The name of its key in the keyring; empty where none is needed."""
    key: str = "key"
    """The parameter in which the key is sent."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.address)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            raise Unusable([(("address",), "address is no web address: write https://host/api")])


class SiteSettings(Struct, frozen=True, kw_only=True):
    """The keys of ``site.toml``."""

    name: Annotated[str, Meta(min_length=1)]
    region: Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z", description='two capitals, such as "US"')] = "US"
    """ISO 3166 code of the country whose phone numbers are written without a prefix."""
    date_order: Literal["mdy", "dmy", "ymd"] = "mdy"
    """How 3/4/1984 is to be read."""
    post_code: str = r"\d{5}(?:-\d{4})?"
    """Regular expression of a post code."""
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z", description='three capitals, such as "USD"')] = "USD"
    time_zone: str = "UTC"
    language: Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z", description='a language tag, such as "en"')] = "en"
    """What the city's own articles are written in."""
    roles: tuple[str, ...] = ("agent", "caseworker", "supervisor", "auditor", "administrator")
    default_role: str = "agent"
    staff: dict[str, str] = {}
    """Role by name of the OS user; everybody else has ``default_role``."""
    reasons: tuple[str, ...] = ("General question",)
    """What calls are about."""
    purpose: Annotated[tuple[Purpose, ...], Meta(min_length=1)] = USUAL
    """Why somebody may look, and at what; of those without reasons, the first that a role has is its usual one."""
    before_hang_up: tuple[HangUpRule, ...] = USUAL_RULES
    """What is to be settled before the caller hangs up."""
    verification: VerificationRules = VerificationRules()
    """Which questions are put to a caller, and where they lead."""
    break_glass: BreakGlassRules = BreakGlassRules()
    change: tuple[ChangeKind, ...] = USUAL_CHANGES
    """Kinds of change that departments may take."""
    macro: tuple[Macro, ...] = ()
    """Steps that are bundled for what is asked every day."""
    open_links: tuple[str, ...] = ()
    """Hosts whose https links may be opened from the desk; others can only be copied."""
    mail: MailServer | None = None
    """The server by which callers are written to."""
    sms: SiteCommand | None = None
    """What sends a text message."""
    letter: SiteCommand | None = None
    """What sends a letter."""
    reveal_reasons: Annotated[tuple[str, ...], Meta(min_length=1)] = (
        "The caller asks for it",
        "To compare with a document",
        "To correct it",
    )
    """For which a masked field may be shown."""
    allow_kinds: tuple[str, ...] = ()
    """Third-party kinds that may be used."""
    proxy: Annotated[str, Meta(pattern=rf"^({PROXY})?\Z", description='a proxy as "http://host:port"')] = ""
    """Through which departments are asked, where their manifests say nothing else; never those on this machine."""
    plain_http: tuple[str, ...] = ()
    """Hosts that may be asked by http://, without TLS: everybody on the way reads and changes what is said."""
    lock_minutes: Annotated[int, Meta(ge=1, le=15, description="a number of minutes from 1 to 15")] = 15
    """Minutes after which an unattended screen is locked."""
    session_hours: Annotated[int, Meta(ge=1, le=24, description="a number of hours from 1 to 24")] = 12
    """Hours after which everybody must sign in again."""
    geocoding: GeocodingSettings | None = None
    telephony: TelephonySettings = TelephonySettings()
    """How the desk is told of calls."""
    demo: DemoSettings | None = None

    def __post_init__(self) -> None:
        regular_expression(self.post_code, "post_code")
        time_zone(self.time_zone, "time_zone")
        named: dict[Place, str] = {("default_role",): self.default_role} | {("staff", who): role for who, role in self.staff.items()}
        for at, purpose in enumerate(self.purpose):
            if purpose.roles != CITIZEN_ROLES:
                named |= {("purpose", at, "roles", i): role for i, role in enumerate(purpose.roles)}
        for key in ("roles", "reviewers"):
            if (given := getattr(self.break_glass, key)) != getattr(BreakGlassRules(), key):
                named |= {("break_glass", key, i): role for i, role in enumerate(given)}
        words = f"is no role: write one of {', '.join(self.roles)}"
        if self.demo is not None and self.geocoding is not None and not on_this_machine(host_of(self.geocoding.address)):
            raise Unusable([(("geocoding", "address"), "a demo site's geocoder is on this machine: write an address at 127.0.0.1")])
        if self.geocoding is not None and (host := _unsecured(self.geocoding.address)) and host not in self.plain_http:
            raise Unusable([(("geocoding", "address"), f"address has no TLS: write https://, or name {host!r} in plain_http")])
        if problems := [(place, f"{role!r} {words}") for place, role in named.items() if role not in self.roles]:
            raise Unusable(problems)


class Site(Struct, frozen=True):
    """A loaded site. ``problems`` holds the errors of manifests that were left out, by department id."""

    folder: Path
    settings: SiteSettings
    manifests: tuple[Manifest, ...]
    problems: dict[str, list[ManifestProblem]] = {}

    @property
    def store_folder(self) -> Path:
        """Where contacts and the audit log are kept: with the demo city, or in the user's data folder."""
        return self.folder / "store" if self.settings.demo else user_data_path("civicdesk", appauthor=False)

    def set_up_by(self, role: str) -> bool:
        """Whether this role may set departments up: in a demo city, whose people are made up, everybody may."""
        return role == ADMINISTRATOR or self.settings.demo is not None


class SiteError(Exception):
    """The site can't be used; the text says what to do."""


def site_folder(given: Path | None) -> Path:
    """The folder to use: the one given, else the environment's CIVICDESK_SITE, else the user's configuration folder."""
    if given is not None:
        return given
    if named := os.environ.get(SITE_VARIABLE):
        return Path(named)
    return user_config_path("civicdesk", appauthor=False) / "site"


def load_site(folder: Path, *, may_be_empty: bool = False) -> Site:
    """Read a site. Raises SiteError when there is none, ``site.toml`` has errors, or it has no department and may not be empty."""
    settings = _settings(folder)
    manifests: list[Manifest] = []
    problems: dict[str, list[ManifestProblem]] = {}
    for file in _manifests(folder / "departments"):
        try:
            manifests.append(load_department(file, folder, settings))
        except ManifestError as error:
            problems[file.stem] = error.problems
    known = {*problems, *(manifest.id for manifest in manifests)}
    for manifest in [each for each in manifests if each.documents.of and each.documents.of not in known]:
        words = f'of = "{manifest.documents.of}" is no department: write one of {", ".join(sorted(known - {manifest.id}))}'
        line = line_of(Path(manifest.path).read_text(encoding="utf-8"), ("documents", "of"))
        problems[manifest.id] = [ManifestProblem(manifest.path, line, words)]
        manifests.remove(manifest)
    if not manifests and not problems and not may_be_empty:
        raise SiteError(f"The site in {folder} has no departments: put a manifest into {folder / 'departments'}.")
    _check_departments_named(folder / "site.toml", settings, {HISTORY, *problems, *(manifest.id for manifest in manifests)})
    if not problems:  # what is left out may have what a macro opens
        _check_macros(folder / "site.toml", settings, {apply.change for manifest in manifests for apply in manifest.apply})
    return Site(folder, settings, tuple(manifests), problems)


def load_department(file: Path, folder: Path, settings: SiteSettings) -> Manifest:
    """Read one manifest as part of the site in ``folder``. Raises ManifestError."""
    manifest = load_manifest(file, folder, settings.change)
    _check_against_site(manifest, settings, folder)
    return manifest


def _manifests(folder: Path) -> list[Path]:
    try:
        return sorted(file for file in folder.iterdir() if file.suffix == ".toml")
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise SiteError(f"{folder} can't be read: {error.strerror}") from None


def _settings(folder: Path) -> SiteSettings:
    path = folder / "site.toml"
    try:
        text = path.read_text(encoding="utf-8-sig")
        data: dict[str, Any] = tomllib.loads(text)
        return read_table(SiteSettings, data, "site.toml")
    except Unusable as error:
        raise SiteError("\n".join(f"{path}:{line_of(text, place)}: {words}" for place, words in error.problems)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SiteError(f"{path} is not TOML in UTF-8: {error}") from None
    except (FileNotFoundError, NotADirectoryError):
        words = f"There is no site in {folder}: it needs a site.toml. Try 'civicdesk demo', or name a folder with --site."
        raise SiteError(words) from None
    except OSError as error:
        raise SiteError(f"{path} can't be read: {error.strerror}") from None


def _check_departments_named(path: Path, settings: SiteSettings, known: set[str]) -> None:
    """Purposes and questions name departments that there are. Raises SiteError."""
    named: list[tuple[Place, tuple[str, ...]]] = [
        *((("purpose", at, "departments"), each.departments) for at, each in enumerate(settings.purpose)),
        *((("verification", "question", at, "departments"), each.departments) for at, each in enumerate(settings.verification.question)),
    ]
    if settings.before_hang_up is not USUAL_RULES:
        named += [(("before_hang_up", at, "when"), each.when.departments) for at, each in enumerate(settings.before_hang_up)]
    text = path.read_text(encoding="utf-8")
    problems = [
        f"{path}:{line_of(text, place)}: {'.'.join(map(str, place))}: {name!r} is no department: write one of {', '.join(sorted(known))}"
        for place, names in named
        for name in names
        if name not in known
    ]
    if problems:
        raise SiteError("\n".join(problems))


def _check_macros(path: Path, settings: SiteSettings, actions: set[str]) -> None:
    """A macro opens a form that there is, and no two have one key. Raises SiteError."""
    known = {kind.id for kind in settings.change} | actions
    keys = [macro.key for macro in settings.macro if macro.key]
    text = path.read_text(encoding="utf-8")
    problems = [
        f"{path}:{line_of(text, ('macro', at, 'key'))}: macro.{at}.key: another macro has {macro.key!r}: give each a key of its own"
        for at, macro in enumerate(settings.macro)
        if macro.key and macro.key in keys[: sum(bool(each.key) for each in settings.macro[:at])]
    ]
    problems += [
        f"{path}:{line_of(text, ('macro', at, 'steps'))}: macro.{at}.steps: {step.open!r} is no change and no action: "
        f"write one of {', '.join(sorted(known))}"
        for at, macro in enumerate(settings.macro)
        for step in macro.steps
        if step.open and step.open not in known
    ]
    if problems:
        raise SiteError("\n".join(problems))


def _check_against_site(manifest: Manifest, settings: SiteSettings, folder: Path) -> None:
    """What only the site knows: its roles; and that a demo site, whose secrets are no secrets, stays on this machine."""
    text = Path(manifest.path).read_text(encoding="utf-8")
    if manifest.id == HISTORY:
        words = f"the id {HISTORY!r} stands for the contacts that the site itself keeps: give the file another name"
        raise ManifestError([ManifestProblem(manifest.path, 1, words)])
    for role in manifest.roles:
        if role not in settings.roles:
            words = f"roles names {role!r}, which the site does not have: write one of {', '.join(settings.roles)}"
            raise ManifestError([ManifestProblem(manifest.path, line_of(text, ("roles",)), words)])
    if settings.demo is not None and not _on_this_machine(manifest.address, folder):
        words = "a demo site may name only departments on this machine: write an address at 127.0.0.1, or a file in the site's folder"
        raise ManifestError([ManifestProblem(manifest.path, line_of(text, ("address",)), words)])
    addresses: tuple[tuple[Place, str], ...] = (
        (("address",), manifest.address),
        (("auth", "token_url"), manifest.auth.token_url),
        (("open311", "discovery"), manifest.open311.discovery),
        (("soap", "wsdl"), manifest.soap.wsdl),
    )
    problems = []
    for place, address in addresses:
        if (host := _unsecured(address)) and host not in settings.plain_http:
            key = ".".join(map(str, place))
            words = f"{key} has no TLS: write https://, or, if that network is the city's own, name {host!r} in plain_http of site.toml"
            problems.append(ManifestProblem(manifest.path, line_of(text, place), words))
    if problems:
        raise ManifestError(problems)


def _unsecured(address: str) -> str:
    """The host of an address that is reached without TLS, unless it is this machine; else nothing."""
    host = host_of(address)
    return "" if not address.lower().startswith("http://") or on_this_machine(host) else host


def _on_this_machine(address: str, folder: Path) -> bool:
    if address.startswith(("sqlite:", "file:")) or len(urlsplit(address).scheme) < 2:  # a path, of Windows with its drive
        return folder.resolve().as_posix() in address
    return on_this_machine(host_of(address))
