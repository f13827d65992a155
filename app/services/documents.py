"""Documents looked into: written into the audit log, got from their department, and read into what can be shown."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from adapters.texts import clean
from app.services.bulkhead import Bulkhead
from app.services.departments import Asker, Departments, in_worker
from app.services.search import AuditTrail
from models.audit import Look
from models.outcomes import FAULT_WORDS, Failed, NotPermitted
from models.previews import Page, PictureForm, Preview
from models.records import Media, Record

MOST_TEXT = 300_000
"""Letters of a text that are shown."""
MOST_WORDS = 20_000
"""Letters of a page that a screen reader is given."""
MOST_ROWS, MOST_COLUMNS = 1_000, 60
MOST_PIXELS = 20_000_000
"""Of a drawn page: a page may claim any size."""
MOST_PAGES = 2_000

_MARKS: tuple[tuple[bytes, PictureForm], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
)
_DELIMITERS = (",", ";", "\t", "|")
_PDF_HEAD = 1024
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class NotShown(Exception):
    """A document could not be got; the text is for the user."""


class Documents:
    """Looks into documents, one at a time: what is open is forgotten when another is opened, or ``leave`` is called."""

    def __init__(self, departments: Departments, audit: AuditTrail, asker: Asker) -> None:
        self._departments = departments
        self._audit = audit
        self._asker = asker
        # One thread: PDFium, which draws pages, must not be called by two.
        self._worker = Bulkhead("documents", 1)
        self._pdf: Any = None

    async def open(self, record: Record) -> Preview:
        """What can be shown of a record's document. Raises NotShown, or StoreUnavailable: then nothing was asked."""
        media = record.media
        if media is None:
            raise NotShown("This record is no document.")
        asker, subjects = self._asker, self._departments.whose(record)
        name = record.ref.department
        row = await self._audit.look(Look(asker.actor, asker.role, asker.purpose, "document", (name,), f"{name}/{record.ref.id}", subjects))
        body = await self._departments.fetch(record, asker)
        if isinstance(body, Failed):
            await self._audit.outcome(row, body.fault.key)
            raise NotShown(_words(body))
        if not isinstance(body, bytes):
            await self._audit.outcome(row, "not permitted" if isinstance(body, NotPermitted) else "not asked")
            raise NotShown("Your role, or the purpose of this call, does not let you see it.")
        preview = await in_worker(self._worker, lambda: self._read(body, media))
        await self._audit.outcome(row, "shown" if preview.kind != "none" else "can't be shown")
        return preview

    async def page(self, number: int, width: int) -> Page | None:
        """A page of the open document, counted from 0, so many pixels wide; None where it can't be drawn or is open no more."""
        return await in_worker(self._worker, lambda: self._drawn(number, width))

    def leave(self) -> None:
        """Forget the open document."""
        self._worker.submit(self._forget, lambda result, error: None)

    def close(self) -> None:
        self.leave()
        self._worker.close()

    def _read(self, body: bytes, media: Media) -> Preview:
        self._forget()
        if b"%PDF-" not in body[:_PDF_HEAD]:
            return preview_of(body, media)
        try:
            import pypdfium2

            self._pdf = pypdfium2.PdfDocument(body)
            return Preview("pages", pages=min(len(self._pdf), MOST_PAGES), cut=len(self._pdf) > MOST_PAGES)
        except Exception as error:  # the library has one kind of error for all, and may stumble over what is no PDF
            self._forget()
            locked = "password" in str(error).lower()
            return Preview("none", why="It is locked by a password." if locked else "It is no PDF that can be read.")

    def _drawn(self, number: int, width: int) -> Page | None:
        if self._pdf is None or not 0 <= number < len(self._pdf):
            return None
        try:
            page = self._pdf[number]
            wide, high = page.get_size()
            scale = min(max(1, width) / max(1.0, wide), (MOST_PIXELS / max(1.0, wide * high)) ** 0.5)
            bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=True)
            words = page.get_textpage()
            drawn = Page(
                number, bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer), _fit(words.get_text_range()[:MOST_WORDS])
            )
            words.close()
            bitmap.close()
            page.close()
            return drawn
        except Exception:  # of one page, that is broken: the others can be seen
            return None

    def _forget(self) -> None:
        pdf, self._pdf = self._pdf, None
        if pdf is not None:
            pdf.close()


def preview_of(body: bytes, media: Media) -> Preview:
    """What a document's bytes are, PDFs aside. Pages of the web, mails and programs are text: nothing of them is run or fetched."""
    if form := _form(body):
        return Preview("picture", picture=body, form=form)
    if not body:
        return Preview("none", why="It is empty.")
    text = _text(body)
    if text is None:
        return Preview("none", why="Documents of this kind can't be shown here.")
    suffix = media.name.rpartition(".")[2].lower()
    if suffix in ("csv", "tsv") or media.type == "text/csv":
        return _table(text)
    return Preview("text", text=text[:MOST_TEXT], cut=len(text) > MOST_TEXT)


def _form(body: bytes) -> PictureForm | None:
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "webp"
    return next((form for mark, form in _MARKS if body.startswith(mark)), None)


def _text(body: bytes) -> str | None:
    """The text that the bytes are; None where they are none."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if body.startswith(mark):
            return _fit(body.decode(encoding, "replace"))
    if b"\0" in body:
        return None
    try:
        return _fit(body.decode("utf-8"))
    except UnicodeDecodeError:
        text = body.decode("cp1252", "replace")
        strange = len(_CONTROL.findall(text[:10_000])) + text[:10_000].count("\ufffd")
        return _fit(text) if strange * 50 < min(len(text), 10_000) else None


def _fit(text: str) -> str:
    """For the screen, line by line."""
    return "\n".join(line if line.isprintable() else _line(line.replace("\t", "    ")) for line in text.splitlines())


def _line(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" "))] + clean(line)


def _table(text: str) -> Preview:
    first = text.lstrip("\n").partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    rows: list[tuple[str, ...]] = []
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        for row in reader:
            if len(rows) == MOST_ROWS:
                return Preview("table", rows=tuple(rows), cut=True)
            if row:
                rows.append(tuple(row[:MOST_COLUMNS]))
    except csv.Error:
        return Preview("text", text=text[:MOST_TEXT], cut=len(text) > MOST_TEXT)
    return Preview("table", rows=tuple(rows))


def _words(failed: Failed) -> str:
    key = failed.fault.key
    if key == "too_large":
        return "The document is larger than may be got. An administrator can raise limits.bytes of its department."
    if key == "not_found":
        return "The document is not there any more."
    return FAULT_WORDS.get(key, FAULT_WORDS["unexpected"])[1]
