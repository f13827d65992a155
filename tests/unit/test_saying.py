"""What may be said: suggestions follow the caller, the reason and the language, and no blank tells what is shut."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.services.blanks import EMPTY
from app.services.knowledge import Knowledge
from app.services.library import Library
from app.viewmodels.saying import SayingViewModel
from app.viewmodels.states import CallerState
from app.viewmodels.wording import Wording
from tests.fakes.desk import Desk, play
from tests.views import sample

pytestmark = pytest.mark.usefixtures("qapp")

ALL = "{{caller.name}} {{caller.address}} {{caller.phone}} {{caller.birth_date}} {{record.title}} {{record.Bank}} {{record.Sum}}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bill.md").write_text(f'+++\ntitle = "A bill"\n[[when]]\nkinds = ["bill"]\n+++\n{ALL}\n', encoding="utf-8")
    (tmp_path / "moving.md").write_text(
        '+++\ntitle = "Moving"\n[[when]]\nreasons = ["New address"]\n+++\n> From which day, {{caller.name}}?\n', encoding="utf-8"
    )
    (tmp_path / "moving.es.md").write_text('+++\ntitle = "Mudarse"\n+++\n> ¿Desde qué día, {{caller.name}}?\n', encoding="utf-8")
    return tmp_path


@pytest.fixture
def library(folder: Path) -> Iterator[Library]:
    made = Library(Knowledge(folder))
    yield made
    made.close()


def saying_for(library: Library, desk: Desk) -> SayingViewModel:
    made = SayingViewModel(library, lambda language: Wording(language or "en", "US"), {"revenue": "Revenue"}, desk.tasks)
    desk.caller.state_changed.connect(made.see)
    return made


def run(library: Library, work: Callable[[Desk, SayingViewModel], Awaitable[Any]]) -> None:
    async def with_saying(desk: Desk) -> None:
        await work(desk, saying_for(library, desk))

    play(with_saying)


def lead(saying: SayingViewModel) -> str:
    return saying.state.suggestions[0].lead if saying.state.suggestions else ""


def test_a_blank_tells_nothing_that_is_shut(library: Library) -> None:
    """Nobody is verified: only the name may be told, and the bill is not even known to be there."""

    async def work(desk: Desk, saying: SayingViewModel) -> None:
        told: list[str] = []
        saying.state_changed.connect(lambda state: told.append(repr(state)))
        saying.hear("New address")
        await desk.opened()
        await desk.until(lambda: lead(saying).startswith("From which day"))
        saying.read("bill", told=True)
        await desk.until(lambda: saying.state.reading is not None)
        assert [each.key for each in saying.state.suggestions] == ["moving"]
        text = saying.state.reading.blocks[0].text
        assert text == " ".join(["Maria Gonzalez", *[EMPTY] * 6])
        secrets = ("1984", "2210", "555", "Property", "DE02")
        assert not [secret for secret in secrets for each in told if secret in each]

    run(library, work)


def test_what_opens_with_verification_is_filled_and_what_is_masked_is_not(library: Library) -> None:
    async def work(desk: Desk, saying: SayingViewModel) -> None:
        await desk.opened()
        saying.read("bill")
        await desk.until(lambda: saying.state.reading is not None)
        assert EMPTY in saying.state.reading.blocks[0].text
        desk.verification.open()
        await desk.answered("3/9/1984")
        await desk.until(lambda: "Property tax" in lead(saying))
        assert lead(saying) == f"Maria Gonzalez 2210 N Clark St 60614 (312) 555-0142 March 9, 1984 Property tax {EMPTY} 12"
        await desk.until(lambda: "Property tax" in saying.state.reading.blocks[0].text)
        desk.caller.reveal(_bank(), "It is asked")
        await desk.until(lambda: desk.caller.state.revealed is not None)
        saying.read("bill")
        await asyncio.sleep(0.2)
        assert "DE02" not in repr(saying.state)

    run(library, work)


def _bank() -> Any:
    from tests.fakes.desk import PLACE

    return PLACE


def test_the_language_of_the_caller(library: Library) -> None:
    async def work(desk: Desk, saying: SayingViewModel) -> None:
        saying.hear("New address")
        await desk.opened()
        await desk.until(lambda: lead(saying) == "From which day, Maria Gonzalez?")
        saying.read("moving", told=True)
        await desk.until(lambda: saying.state.reading is not None)
        assert saying.state.reading.languages == (("en", "English"), ("es", "español"))
        saying.speak("es")
        await desk.until(lambda: lead(saying) == "¿Desde qué día, Maria Gonzalez?")
        await desk.until(lambda: saying.state.reading.language == "es")
        assert saying.said == ("Moving",)
        saying.search("dia")
        await desk.until(lambda: len(saying.state.found) == 1)
        assert saying.state.found[0].title == "Mudarse"

    run(library, work)


def test_what_was_only_looked_at_is_not_said(library: Library) -> None:
    async def work(desk: Desk, saying: SayingViewModel) -> None:
        saying.read("moving")
        saying.read("bill")
        await desk.until(lambda: saying.state.reading is not None)
        assert saying.state.reading.key == "bill"
        assert saying.said == ()
        saying.read("gone", told=True)
        await desk.until(lambda: bool(saying.state.problem))
        assert saying.said == ()

    run(library, work)


def test_nothing_of_a_caller_is_kept_for_the_next_one(library: Library) -> None:
    async def work(desk: Desk, saying: SayingViewModel) -> None:
        saying.hear("New address")
        await desk.opened()
        await desk.until(lambda: bool(lead(saying)))
        saying.read("moving", told=True)
        await desk.until(lambda: bool(saying.said))
        saying.read("bill")  # comes after the next contact has begun
        saying.next_contact()
        await asyncio.sleep(0.3)
        assert saying.said == ()
        assert "Maria" not in repr(saying.state)

    run(library, work)


def test_the_lock_takes_it_away_and_brings_back_the_language(library: Library) -> None:
    async def work(desk: Desk, saying: SayingViewModel) -> None:
        saying.speak("es")
        saying.hear("New address")
        await desk.opened()
        await desk.until(lambda: bool(lead(saying)))
        saying.read("moving", told=True)
        await desk.until(lambda: bool(saying.said))
        kept = msgspec.json.decode(msgspec.json.encode(await saying.suspend()))
        assert "Maria" not in repr(saying.state)
        saying.resume(kept)
        assert (saying.state.language, saying.said) == ("es", ("Mudarse",))
        await desk.until(lambda: lead(saying) == f"¿Desde qué día, {EMPTY}?")
        saying.resume(None)

    run(library, work)


def test_articles_that_are_left_out_are_told(folder: Path, library: Library) -> None:
    (folder / "bad.md").write_text("no front matter", encoding="utf-8")

    async def work(desk: Desk, saying: SayingViewModel) -> None:
        saying.enter()
        await desk.until(lambda: bool(saying.state.left_out))
        assert "bad.md:1" in saying.state.left_out[0]
        await desk.until(lambda: len(saying.state.found) == 2)

    run(library, work)


def test_answers_that_come_together_are_looked_at_once(library: Library) -> None:
    async def work(desk: Desk, saying: SayingViewModel) -> None:
        shown = 0

        def count(_state: object) -> None:
            nonlocal shown
            shown += 1

        for step in range(20):
            saying.see(msgspec.structs.replace(sample.CALLER, problem=str(step), records=sample.RECORDS[:step]))
        saying.state_changed.connect(count)
        saying.see(CallerState())
        saying.hear("New address")
        await desk.until(lambda: bool(lead(saying)))
        assert shown == 1

    run(library, work)


def test_articles_open_in_the_language_that_a_department_tells_of(library: Library) -> None:
    async def work(desk: Desk, saying: SayingViewModel) -> None:
        saying.hear("New address")
        await desk.opened()
        seen = desk.caller.state
        saying.see(msgspec.structs.replace(seen, caller=msgspec.structs.replace(seen.caller, language="es")))
        await desk.until(lambda: bool(lead(saying)))
        assert saying.state.language == "es"
        assert lead(saying) == "From which day, Maria Gonzalez?"  # what is suggested is for staff
        saying.read("moving")
        await desk.until(lambda: saying.state.reading is not None)
        assert saying.state.reading.language == "es"
        saying.speak("en")
        saying.see(msgspec.structs.replace(seen, caller=msgspec.structs.replace(seen.caller, language="pl")))
        assert saying.state.language == "en"  # what somebody chose stands
        saying.next_contact()
        saying.see(seen)
        assert saying.state.language == ""

    run(library, work)


def test_a_call_without_a_caller_has_its_article_too(folder: Path, library: Library) -> None:
    async def work(desk: Desk, saying: SayingViewModel) -> None:
        saying.hear("New address")
        await desk.until(lambda: bool(lead(saying)))
        assert lead(saying) == f"From which day, {EMPTY}?"

    run(library, work)
