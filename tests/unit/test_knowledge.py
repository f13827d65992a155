"""The site's knowledge: read without markup, found by full text, suggested by what is on the screen, with nothing masked in a blank."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.config import SiteSettings, load_site
from app.services.articles import ArticleError, read_article, read_blocks
from app.services.blanks import EMPTY, blanks, fill
from app.services.knowledge import Knowledge
from app.viewmodels.wording import Wording, language_name
from models.conditions import Condition
from models.people import Caller
from models.records import Field, Record, RecordRef
from resources import resource
from resources.demo.city import DemoCity
from tests.fakes.departments import READ_AT

TODAY = date(2026, 11, 24)
DEMO = Path(str(resource("demo", "site", "knowledge")))


def bill(**more: object) -> Record:
    given = {"state": "late", "attention": "late", "due": TODAY - timedelta(12), "amount": Decimal("214.50"), "currency": "USD", **more}
    return Record(RecordRef("revenue", "PT-9"), "bill", "Property tax Q3", READ_AT, **given)  # type: ignore[arg-type]


def write(folder: Path, name: str, body: str = "Say this.", **keys: str) -> None:
    front = "\n".join(f"{key} = {value}" for key, value in {"title": f'"{name}"', **keys}.items())
    (folder / f"{name}.md").write_text(f"+++\n{front}\n+++\n{body}\n", encoding="utf-8")


@pytest.fixture
def knowledge(tmp_path: Path):
    made = Knowledge(tmp_path)
    yield made
    made.close()


def test_markdown_becomes_plain_blocks() -> None:
    text = "# Head\n\nOne *two* **three**\nfour `five`\n\n> Say\n> it\n\n1. first\n2. second\n   - inner\n\n[More](other.md) and [city](https://x.example)\n"
    blocks, links = read_blocks(text)
    assert [(each.kind, each.mark, each.depth, each.text) for each in blocks] == [
        ("heading", "", 0, "Head"),
        ("text", "", 0, "One two three four five"),
        ("say", "", 0, "Say it"),
        ("item", "1.", 0, "first"),
        ("item", "2.", 0, "second"),
        ("item", "•", 1, "inner"),
        ("text", "", 0, "More and city (https://x.example)"),
    ]
    assert links == (("other", "More"),)


def test_html_is_text_and_pictures_are_left_out() -> None:
    blocks, links = read_blocks(
        "<img src=file:///x.png>\n\nHere ![alt](x.png) ![f](file:///x.png) <b>bold</b> [up](../../etc/passwd) [js](javascript:x)\n"
    )
    assert [each.text for each in blocks] == ["<img src=file:///x.png>", "Here  ![f](file:///x.png) <b>bold</b> up [js](javascript:x)"]
    assert links == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Say.", "page.md:1: has no front matter"),
        ("+++\ntitle = \n+++\nSay.", "not TOML"),
        ('+++\ntags = ["a"]\n+++\nSay.', "page.md:2: title is missing"),
        ('+++\ntitle = "A"\nwenn = 1\n+++\nSay.', "page.md:3: wenn is not a key of a front matter"),
        ('+++\ntitle = "A"\n[[when]]\nstates = ["broken"]\n+++\nSay.', "page.md:4: when.0.states.0"),
        ('+++\ntitle = "A"\n[[when]]\n+++\nSay.', "page.md:3: when.0: has no key"),
        ('+++\ntitle = "A"\n+++\n\n', "says nothing"),
    ],
)
def test_an_article_with_errors_says_where(tmp_path: Path, text: str, told: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    with pytest.raises(ArticleError) as caught:
        read_article(page, "en")
    assert told in str(caught.value)


def test_what_is_no_article_is_told_and_hides_no_other(tmp_path: Path, knowledge: Knowledge) -> None:
    write(tmp_path, "good")
    (tmp_path / "latin.md").write_bytes(b"+++\ntitle = 'caf\xe9'\n+++\nSay.")
    (tmp_path / "huge.md").write_bytes(b"x" * 200_001)
    (tmp_path / "folder.md").mkdir()
    assert [found.key for found in knowledge.search("")] == ["good"]
    assert [problem.removeprefix(f"{tmp_path}/").partition(":")[0] for problem in knowledge.problems()] == [
        "folder.md",
        "huge.md",
        "latin.md",
    ]


def test_a_department_that_there_is_not_is_told(tmp_path: Path) -> None:
    write(tmp_path, "tax", when="[{ departments = ['revenu'] }]")
    knowledge = Knowledge(tmp_path, departments=["revenue", "permits"])
    assert knowledge.problems() == (f"{tmp_path}/tax.md: 'revenu' is no department: write one of permits, revenue",)
    knowledge.close()


def test_words_are_found_by_their_first_letters_without_accents(tmp_path: Path, knowledge: Knowledge) -> None:
    write(tmp_path, "hours", "We open at eight.", tags='["city hall"]')
    write(tmp_path, "permit", "The permit ends. City hall renews it. Café.")
    assert [found.key for found in knowledge.search("city ha")] == ["hours", "permit"]  # in the tags before in the text
    assert [found.key for found in knowledge.search("CAFE perm")] == ["permit"]
    assert [found.key for found in knowledge.search("permit nowhere")] == ["permit"]  # not all words, but one
    assert knowledge.search("nowhere") == ()
    assert "renews" in knowledge.search("renew")[0].around


@pytest.mark.parametrize("text", ['"', "AND OR", "a* NEAR(b)", "title:x", "((", "'; DROP", "-", "\0", "é" * 300])
def test_no_text_is_an_error(tmp_path: Path, knowledge: Knowledge, text: str) -> None:
    write(tmp_path, "one")
    assert isinstance(knowledge.search(text), tuple)


def test_a_changed_file_is_read_again(tmp_path: Path, knowledge: Knowledge) -> None:
    assert knowledge.search("bins") == ()
    write(tmp_path, "bins", "On Monday.")
    assert knowledge.search("monday")[0].key == "bins"
    write(tmp_path, "bins", "On Tuesday, early.")
    assert knowledge.search("monday") == ()
    assert knowledge.search("tuesday")[0].key == "bins"
    (tmp_path / "bins.md").unlink()
    assert knowledge.search("tuesday") == ()


def test_an_article_in_the_callers_language(tmp_path: Path, knowledge: Knowledge) -> None:
    write(tmp_path, "tax", "Pay it.", when="[{ kinds = ['bill'] }]")
    write(tmp_path, "tax.es", "Páguelo.")
    write(tmp_path, "only", "Nur hier.", language='"de"')
    assert knowledge.article("tax", "es-MX")[0].lead == "Páguelo."
    assert knowledge.article("tax", "pl")[0].lead == "Pay it."
    assert knowledge.article("tax", "es")[1] == ("en", "es")
    assert knowledge.article("only", "es")[0].lead == "Nur hier."
    assert knowledge.article("gone") == (None, ())
    found = knowledge.suggest([bill()], "", (), "es", TODAY)
    assert [each.article.title for each in found] == ["tax.es"]  # the conditions of its other language count too


def test_what_fits_closest_comes_first(tmp_path: Path, knowledge: Knowledge) -> None:
    write(tmp_path, "any-bill", when="[{ kinds = ['bill'] }]")
    write(tmp_path, "late-bill", when="[{ departments = ['revenue'], kinds = ['bill'], states = ['late'], attention = ['late'] }]")
    write(tmp_path, "moving", when="[{ reasons = ['New address'] }, { differ = ['address'] }]")
    write(tmp_path, "permits", when="[{ departments = ['permits'] }]")
    found = knowledge.suggest([bill(state="open", attention="none"), bill()], "", (), "", TODAY)
    assert [each.article.key for each in found] == ["late-bill", "any-bill"]
    assert found[0].record == RecordRef("revenue", "PT-9")
    said = knowledge.suggest([bill()], "New address", (), "", TODAY)
    assert (said[0].article.key, said[0].reason) == ("moving", "New address")
    assert [each.article.key for each in knowledge.suggest([], "", ("address",), "", TODAY)] == ["moving"]
    assert knowledge.suggest([], "", (), "", TODAY) == ()


@pytest.mark.parametrize(
    ("condition", "record", "holds"),
    [
        (Condition(due_within=14), bill(due=TODAY + timedelta(14), state="active"), True),
        (Condition(due_within=14), bill(due=TODAY + timedelta(15), state="active"), False),
        (Condition(due_within=14), bill(due=TODAY - timedelta(1), state="active"), False),
        (Condition(due_within=14), bill(due=TODAY, state="closed"), False),
        (Condition(due_within=14), bill(due=None), False),
        (Condition(ended_within=90), bill(due=TODAY - timedelta(90), state="closed"), True),
        (Condition(ended_within=90), bill(due=TODAY), False),
        (Condition(field="Missing"), bill(fields=(Field("Missing", "lease"),)), True),
        (Condition(field="Missing"), bill(fields=(Field("Missing", ""),)), False),
        (Condition(departments=("revenue",), states=("open",)), bill(), False),
        (Condition(status=("Overdue",)), bill(status="Overdue"), True),
    ],
)
def test_conditions_on_a_record(condition: Condition, record: Record, holds: bool) -> None:
    assert condition.holds_for(record, TODAY) is holds


def test_blanks_are_filled_and_what_is_shut_stays_blank() -> None:
    caller = Caller("k", "Maria", date(1984, 3, 4), (), ("555",), (), "single", (), ())
    record = bill(fields=(Field("Balance", "$10"), Field("Bank", "DE02 SECRET", "bank"), Field("Card", "", "sensitive", "reveal")))
    values = blanks(Wording("en", "US"), caller, record, {"revenue": "Revenue"}, **{"city.name": "Springvale"})
    text = "{{caller.name}} {{caller.birth_date}} {{ caller.address }} {{record.due}} {{record.amount}} {{record.balance}} {{record.Bank}} "
    assert fill(text + "{{record.Card}} {{city.name}} {{caller.key}} {{}}", values) == (
        f"Maria March 4, 1984 {EMPTY} November 12, 2026 $214.50 $10 {EMPTY} {EMPTY} Springvale {EMPTY} {{{{}}}}"
    )
    assert fill("{{caller.name}}", {"caller.name": "{{record.Bank}}"}) == "{{record.Bank}}"  # a value is not filled again


def test_days_and_sums_as_a_language_writes_them() -> None:
    spanish = Wording("es", "US")
    assert (spanish.day(date(1984, 3, 4)), spanish.amount(Decimal("1214.5"), "USD")) == ("4 de marzo de 1984", "$1,214.50")
    assert Wording("de", "DE").day(date(1984, 3, 4)) == "4. März 1984"
    assert Wording("xx").amount(Decimal("-3"), "USD") == "−$3.00"
    assert [language_name(tag) for tag in ("en", "es", "pl", "qqq")] == ["English", "español", "polski", "qqq"]


def test_the_demo_citys_articles_are_whole() -> None:
    knowledge = Knowledge(DEMO, departments=DemoCity().departments)
    try:
        assert knowledge.problems() == ()
        keys = {found.key for found in knowledge.search("")}
        assert len(keys) >= 8
        for key in keys:
            for language in knowledge.article(key)[1]:
                article = knowledge.article(key, language)[0]
                assert {target for target, _ in article.links} <= keys
                assert any(block.kind == "say" for block in article.blocks)
        assert knowledge.suggest([bill()], "", (), "es", TODAY)[0].article.title.startswith("Un recibo")
    finally:
        knowledge.close()


def test_reasons_in_the_demo_citys_articles_are_the_citys() -> None:
    reasons = set(_demo_settings().reasons)
    named = {
        reason
        for path in DEMO.iterdir()
        for when in read_article(path, "en").when
        for reason in when.reasons
    }  # fmt: skip
    assert named <= reasons


def _demo_settings() -> SiteSettings:
    return load_site(DEMO.parent).settings
