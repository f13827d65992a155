"""How values are written on the screen: dates, amounts, times, states and parts of a query. All of it can be translated."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDate, QLocale, QTime

from models import people
from models.outcomes import Answered, Failed, NotPermitted, Outcome, Skipped, Waiting
from views.theme import Tone

if TYPE_CHECKING:
    from decimal import Decimal

    from models.people import Caller
    from models.records import Record

MASK = people.MASK
_SYMBOLS = {"USD": "$", "CAD": "$", "AUD": "$", "EUR": "€", "GBP": "£", "": ""}


def locale() -> QLocale:
    """The language of the desk; where the system names none ("C"), American English rather than numbers without any grouping."""
    found = QLocale()
    return QLocale("en_US") if found.language() == QLocale.Language.C else found


def language(tag: str) -> str:
    """What a language is called here: ``Spanish``; the tag where nobody knows."""
    found = QLocale(tag.replace("-", "_")).language()
    return tag if found == QLocale.Language.C else QLocale.languageToString(found)


def is_own_language(tag: str) -> bool:
    """Whether it is the language of the desk."""
    return QLocale(tag.replace("-", "_")).language() == locale().language()


def day(value: date | None, today: date) -> str:
    """``Nov 11``, with the year where it is another one; empty for None."""
    if value is None:
        return ""
    form = QCoreApplication.translate("Words", "MMM d") if value.year == today.year else QCoreApplication.translate("Words", "MMM d, yyyy")
    return locale().toString(QDate(value.year, value.month, value.day), form)


def long_day(value: date | None) -> str:
    """``March 4, 1984``; empty for None."""
    if value is None:
        return ""
    return locale().toString(QDate(value.year, value.month, value.day), QCoreApplication.translate("Words", "MMMM d, yyyy"))


def look(kind: str) -> str:
    """What kind of look, or of sign-in, a row of the audit log is."""
    tr = QCoreApplication.translate
    return {
        "search": tr("Words", "List of people"),
        "records": tr("Words", "File of a caller"),
        "lookup": tr("Words", "One record"),
        "reveal": tr("Words", "Masked field shown"),
        "verification": tr("Words", "Caller verified"),
        "break_glass": tr("Words", "Glass broken"),
        "review": tr("Words", "Emergency reviewed"),
        "link": tr("Words", "Records linked"),
        "part": tr("Words", "Records parted"),
        "unlink": tr("Words", "Decision taken back"),
        "proposal": tr("Words", "Read before a change"),
        "change": tr("Words", "Changed"),
        "undo": tr("Words", "Change taken back"),
        "summary": tr("Words", "Summary sent"),
        "document": tr("Words", "Document looked into"),
        "who_saw": tr("Words", "Who had looked"),
        "lock": tr("Words", "Desk locked"),
        "unlock": tr("Words", "Desk unlocked"),
    }.get(kind, kind)


def amount(value: Decimal | None, currency: str) -> str:
    """``$214.50``; empty for None."""
    if value is None:
        return ""
    symbol = _SYMBOLS.get(currency, f"{currency} ")
    sign = "−" if value < 0 else ""
    return f"{sign}{symbol}{locale().toString(float(abs(value)), 'f', 2)}"


def clock(value: datetime) -> str:
    """Local time of day, ``10:14:03``."""
    local = value.astimezone()
    return locale().toString(QTime(local.hour, local.minute, local.second), "HH:mm:ss")


def minutes(value: datetime) -> str:
    """Local time of day, ``10:14``."""
    return clock(value)[:5]


def moment(value: datetime) -> str:
    """Local day and time of day, ``Nov 11 10:14``."""
    return f"{day(value.astimezone().date(), datetime.now(UTC).astimezone().date())} {minutes(value)}"


def read_at(value: datetime) -> str:
    """When something was read: the time of day, and the day besides where that is a while ago."""
    return clock(value) if datetime.now(UTC) - value < timedelta(hours=1) else moment(value)


def running(span: timedelta) -> str:
    """A running clock: ``02:41``, from an hour on ``1:02:41``."""
    seconds = max(0, int(span.total_seconds()))
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60:02}:{rest % 60:02}"


def number(value: int) -> str:
    """A whole number, grouped as the language groups it."""
    return locale().toString(value)


def took(ms: float) -> str:
    """``38 ms``, from a second on ``2.1 s``."""
    return f"{ms / 1000:.1f} s" if ms >= 1000 else f"{ms:.0f} ms"


def part(name: str) -> str:
    """What a part of a query is called on its chip."""
    return {
        "name": QCoreApplication.translate("Words", "Name"),
        "given": QCoreApplication.translate("Words", "Given name"),
        "family": QCoreApplication.translate("Words", "Family name"),
        "birth_date": QCoreApplication.translate("Words", "Born"),
        "phone": QCoreApplication.translate("Words", "Phone"),
        "email": QCoreApplication.translate("Words", "E-mail"),
        "address": QCoreApplication.translate("Words", "Address"),
        "street": QCoreApplication.translate("Words", "Street"),
        "post_code": QCoreApplication.translate("Words", "Post code"),
        "reference": QCoreApplication.translate("Words", "Reference"),
    }.get(name, name)


def contact_outcome(name: str) -> str:
    """How a contact ended."""
    return {
        "resolved": QCoreApplication.translate("Words", "resolved"),
        "handed_over": QCoreApplication.translate("Words", "handed over"),
        "call_back": QCoreApplication.translate("Words", "call back"),
    }.get(name, QCoreApplication.translate("Words", "not said"))


def channel(name: str) -> str:
    """How a caller has come."""
    return {
        "phone": QCoreApplication.translate("Words", "Phone"),
        "desk": QCoreApplication.translate("Words", "Desk"),
        "email": QCoreApplication.translate("Words", "E-mail"),
        "letter": QCoreApplication.translate("Words", "Letter"),
    }.get(name, name)


def call_mark(mark: str) -> str:
    """How an open call stands."""
    return {
        "ringing": QCoreApplication.translate("Words", "Ringing"),
        "talking": QCoreApplication.translate("Words", "Talking"),
        "parked": QCoreApplication.translate("Words", "Parked"),
        "ended": QCoreApplication.translate("Words", "Hung up"),
    }.get(mark, mark)


def call_direction(direction: str) -> str:
    """Who has called whom."""
    return QCoreApplication.translate("Words", "Outbound") if direction == "out" else QCoreApplication.translate("Words", "Inbound")


def sharing(count: int) -> str:
    """How many persons are known by one telephone number."""
    return QCoreApplication.translate("Words", "{count} people share this number").format(count=count)


def nobody_known() -> str:
    """Of a telephone number."""
    return QCoreApplication.translate("Words", "nobody is known by this number")


def withheld() -> str:
    """Instead of a telephone number."""
    return QCoreApplication.translate("Words", "Number withheld")


def match(caller: Caller, *, alone: bool = False) -> tuple[str, Tone]:
    """The badge of a caller: how sure it is that these records are one person. Empty for one who stands ``alone`` with one record."""
    if caller.match == "certain":
        return QCoreApplication.translate("Words", "certain"), "good"
    if caller.match == "maybe":
        return QCoreApplication.translate("Words", "maybe"), "warn"
    return "" if alone else QCoreApplication.translate("Words", "other"), "neutral"


def status(record: Record) -> tuple[str, Tone]:
    """The department's own word and its tone; lateness is said in words too, never by colour alone."""
    text = record.status
    if record.attention == "late" and record.state != "late":
        late = QCoreApplication.translate("Words", "late")
        text = f"{text}, {late}" if text else late
    if record.state == "late":
        return text or QCoreApplication.translate("Words", "late"), "bad"
    if record.attention == "late":
        return text, "warn"
    tones: dict[str, Tone] = {"open": "info", "active": "good", "waiting": "info"}
    return text, tones.get(record.state, "neutral")


def due(record: Record, today: date) -> str:
    """How far off or past the due day is: ``12 days late``, ``ends in 9 days``; empty without a due day."""
    if record.due is None:
        return ""
    days = (record.due - today).days
    if days < -1:
        return QCoreApplication.translate("Words", "{days} days late").format(days=-days)
    if days == -1:
        return QCoreApplication.translate("Words", "1 day late")
    if days == 0:
        return QCoreApplication.translate("Words", "due today")
    if days == 1:
        return QCoreApplication.translate("Words", "due tomorrow")
    return QCoreApplication.translate("Words", "due in {days} days").format(days=days)


def listed(names: Iterable[str]) -> str:
    """``A``, ``A and B``, ``A, B and C``."""
    found = list(names)
    if len(found) < 2:
        return "".join(found)
    return QCoreApplication.translate("Words", "{some} and {last}").format(some=", ".join(found[:-1]), last=found[-1])


def counts(outcomes: Iterable[Outcome | None]) -> tuple[int, int, int]:
    """How many were asked, answered, and failed."""
    asked = answered = failed = 0
    for outcome in outcomes:
        asked += isinstance(outcome, Waiting | Answered | Failed)
        answered += isinstance(outcome, Answered)
        failed += isinstance(outcome, Failed)
    return asked, answered, failed


def not_asked(outcome: NotPermitted | Skipped) -> str:
    """Why a department was not asked, as a sentence."""
    if isinstance(outcome, Skipped):
        why = outcome.why or QCoreApplication.translate("Words", "it can do nothing with this search")
        return QCoreApplication.translate("Words", "Not asked: {why}").format(why=why)
    return QCoreApplication.translate(
        "Words", "Not permitted: your role, for this purpose, may not ask this department. Nothing was sent to it."
    )


def level(name: str) -> str:
    """A level of verification, as a predicate of the caller."""
    return {
        "identified": QCoreApplication.translate("Words", "identified"),
        "verified": QCoreApplication.translate("Words", "verified"),
        "strong": QCoreApplication.translate("Words", "strongly verified"),
    }.get(name, QCoreApplication.translate("Words", "not verified"))


def shut(why: str) -> str:
    """Why a value is masked."""
    if why == "reveal":
        return QCoreApplication.translate("Words", "masked")
    if why == "not permitted":
        return QCoreApplication.translate("Words", "not permitted")
    return QCoreApplication.translate("Words", "opens when the caller is {level}").format(level=level(why))
