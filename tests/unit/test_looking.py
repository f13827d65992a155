"""Documents looked into: logged before they are asked for, shown by what their bytes are, forgotten when they are left."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from adapters.contract import BadAnswer, CallContext, NotFound
from app.services.departments import Departments
from app.services.documents import MOST_ROWS, MOST_TEXT, Documents, NotShown, preview_of
from app.tasks import Tasks
from app.viewmodels.document import DocumentViewModel
from models.people import SubjectRef
from models.previews import Page, Preview
from models.records import Media, Record, RecordRef
from models.store.errors import StoreUnavailable
from tests.fakes.departments import FakeAsker, FakeAudit, FakeDepartment, departments, record

LETTER = record("archive", "d1", "Letter", SubjectRef("archive", "7"), media=Media("/dav/d1", "d1.txt", "text/plain", 5))


def pdf(pages: int = 2, size: tuple[float, float] = (300, 400)) -> bytes:
    import pypdfium2

    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(*size)
    body = io.BytesIO()
    document.save(body)
    document.close()
    return body.getvalue()


class Archive(FakeDepartment):
    """Gives the same content for every document, or raises."""

    content: bytes | Exception = b"hello"
    fetched: list[Media]

    def fetch(self, media: Media, ctx: CallContext) -> bytes:
        self.fetched = [*getattr(self, "fetched", []), media]
        if isinstance(self.content, Exception):
            raise self.content
        return self.content


class Desk:
    """A store of documents, and what looks into it."""

    def __init__(self, **manifest: Any) -> None:
        self.archive = Archive()
        self.audit = FakeAudit()
        more = {"capabilities": ("records", "fetch"), "documents": {"of": "permits"}, **manifest}
        self.departments: Departments = departments({"archive": self.archive, "permits": FakeDepartment()}, archive=more)
        self.documents = Documents(self.departments, self.audit, FakeAsker())

    def open(self, content: bytes | Exception, letter: Record = LETTER) -> Preview:
        self.archive.content = content
        return asyncio.run(self.documents.open(letter))

    def close(self) -> None:
        self.documents.close()
        self.departments.close()


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.close()


def test_a_look_is_logged_for_everybody_whom_it_concerns(desk: Desk) -> None:
    assert desk.open(b"hello") == Preview("text", text="hello")
    [look] = desk.audit.looks
    assert (look.kind, look.departments, look.what) == ("document", ("archive",), "archive/d1")
    assert look.subjects == (SubjectRef("archive", "7"), SubjectRef("permits", "7"))
    assert desk.archive.fetched == [LETTER.media]


def test_nothing_is_asked_where_the_log_can_not_be_written(desk: Desk) -> None:
    desk.audit.broken = True
    with pytest.raises(StoreUnavailable):
        desk.open(b"hello")
    assert not hasattr(desk.archive, "fetched")


@pytest.mark.parametrize(
    ("error", "words"),
    [(NotFound(), "not there any more"), (BadAnswer(key="too_large"), "larger than may be got"), (BadAnswer(), "could not be read")],
)
def test_what_can_not_be_got_is_told_in_words(desk: Desk, error: Exception, words: str) -> None:
    with pytest.raises(NotShown, match=words):
        desk.open(error)


def test_a_role_that_may_not_and_a_department_that_can_not_are_asked_nothing() -> None:
    for manifest in ({"roles": ("judge",)}, {"capabilities": ("records",)}):
        desk = Desk(**manifest)
        with pytest.raises(NotShown, match="does not let you"):
            desk.open(b"hello")
        assert not hasattr(desk.archive, "fetched")
        desk.close()


def test_a_record_that_is_no_document_is_none(desk: Desk) -> None:
    with pytest.raises(NotShown):
        desk.open(b"", record("archive", "x"))


def test_pages_are_drawn_one_by_one_and_forgotten_when_left(desk: Desk) -> None:
    assert desk.open(pdf(3)) == Preview("pages", pages=3)
    page = asyncio.run(desk.documents.page(1, 600))
    assert page is not None
    assert (page.number, page.width, page.height) == (1, 600, 800)
    assert len(page.pixels) == page.stride * page.height
    assert page.pixels[:3] == b"\xff\xff\xff"
    assert asyncio.run(desk.documents.page(3, 600)) is None
    desk.documents.leave()
    assert asyncio.run(desk.documents.page(0, 600)) is None


def test_the_words_of_a_page_are_told_to_screen_readers(desk: Desk, qapp: object) -> None:
    from PySide6.QtCore import QBuffer, QIODevice
    from PySide6.QtGui import QPainter, QPdfWriter

    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    painter = QPainter(writer)
    painter.drawText(1000, 1000, "Notice of assessment")
    painter.end()
    desk.open(bytes(buffer.data().data()))
    page = asyncio.run(desk.documents.page(0, 300))
    assert page is not None
    assert page.text == "Notice of assessment"


def test_a_page_of_any_size_stays_within_bounds(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.documents.MOST_PIXELS", 1_000_000)
    desk.open(pdf(1, (14_400, 14_400)))
    page = asyncio.run(desk.documents.page(0, 100_000))
    assert page is not None
    assert page.width * page.height <= 1_010_000


@pytest.mark.parametrize("body", [b"%PDF-1.7\n%%EOF", pdf()[:200], b"%PDF-" + b"\xff" * 5000])
def test_what_is_no_pdf_says_so(desk: Desk, body: bytes) -> None:
    assert desk.open(body) == Preview("none", why="It is no PDF that can be read.")


def of(body: bytes, name: str = "x", kind: str = "") -> Preview:
    return preview_of(body, Media("x", name, kind))


@pytest.mark.parametrize(
    ("body", "form"),
    [(b"\x89PNG\r\n\x1a\nx", "png"), (b"\xff\xd8\xff\xe0", "jpeg"), (b"GIF89a", "gif"), (b"RIFF\0\0\0\0WEBP", "webp"), (b"MM\0*", "tiff")],
)
def test_pictures_are_known_by_their_bytes(body: bytes, form: str) -> None:
    assert of(body, "letter.txt", "text/plain") == Preview("picture", picture=body, form=form)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Größe\r\n\tx".encode(), "Größe\n    x"),
        ("Größe".encode("cp1252"), "Größe"),
        ("Größe".encode("utf-16"), "Größe"),
        (b"\xef\xbb\xbfx", "x"),
        (b"<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("zz\u202ekawoN\x07".encode(), "zzkawoN\ufffd"),
    ],
)
def test_text_is_text_whatever_it_is_called(body: bytes, text: str) -> None:
    assert of(body, "x.png", "image/png") == Preview("text", text=text)


@pytest.mark.parametrize(
    "body", [b"MZ\x90\0\x03\0", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", b"PK\x03\x04\0\0", bytes(range(1, 32)) * 20 + b"\xff"]
)
def test_what_is_neither_is_not_shown(body: bytes) -> None:
    assert of(body, "x.txt", "text/plain").kind == "none"


def test_tables_are_shown_as_tables_up_to_a_bound() -> None:
    assert of(b"a;b\n1;x\n\n2;y;z\n", "x.csv").rows == (("a", "b"), ("1", "x"), ("2", "y", "z"))
    many = of(b"a,b\n" * (MOST_ROWS + 5), "x", "text/csv")
    assert (len(many.rows), many.cut) == (MOST_ROWS, True)
    long = of(b"x" * (MOST_TEXT + 1))
    assert (len(long.text), long.cut) == (MOST_TEXT, True)
    assert of(b"").why == "It is empty."


class Slow:
    """Opens and draws when a test lets it."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.left = 0

    async def open(self, record: Record) -> Preview:
        await self.go.wait()
        return Preview("pages", pages=3)

    async def page(self, number: int, width: int) -> Page | None:
        return Page(number, width, 1, 4 * width, b"")

    def leave(self) -> None:
        self.left += 1


def test_what_comes_after_it_was_left_is_not_shown(qapp: object) -> None:
    async def scene() -> None:
        slow, tasks = Slow(), Tasks()
        model = DocumentViewModel(slow, lambda ref: LETTER if ref == LETTER.ref else None, tasks)
        model.open(RecordRef("archive", "unseen"))
        assert model.state.phase == "closed"
        model.open(LETTER.ref)
        assert (model.state.phase, model.state.title) == ("reading", "Letter")
        await model.suspend()
        slow.go.set()
        await asyncio.sleep(0.01)
        assert model.state.phase == "closed"
        assert slow.left == 1
        model.open(LETTER.ref)
        await asyncio.sleep(0.01)
        assert model.state.preview == Preview("pages", pages=3)
        model.turn(9)
        model.fit(500)
        await asyncio.sleep(0.01)
        assert model.state.page == Page(2, 500, 1, 2000, b"")
        await tasks.close()

    asyncio.run(scene())


def test_a_record_without_a_document_opens_nothing(qapp: object) -> None:
    model = DocumentViewModel(Slow(), lambda ref: msgspec.structs.replace(LETTER, media=None), Tasks())
    model.open(LETTER.ref)
    assert model.state.phase == "closed"
