"""Setting a department up: what the screen is told at each step, and what is forgotten."""

from __future__ import annotations

import asyncio

import pytest

from app.tasks import Tasks
from app.viewmodels.setup import SetupProblem, SetupViewModel
from app.viewmodels.states import SetupAsked, Tried

ASKED = SetupAsked("licences", "rest", "https://x.example", secret="s3cret")


class FakeSetupDesk:
    kinds = ("rest",)
    roles = ("agent",)

    def __init__(self, problem: str = "") -> None:
        self.problem = problem
        self.left = False

    async def propose(self, asked: SetupAsked) -> tuple[str, tuple[tuple[str, str], ...], tuple[str, ...], str]:
        self._fail()
        return f'kind = "{asked.kind}"', (("family_name", "last"),), (), "licences-credential"

    async def try_out(self, text: str, search: str) -> tuple[str, Tried]:
        self._fail()
        return text + "\nstart = 0", Tried((("find", "1 found", True),), (search,), (), (), True)

    async def write(self, text: str) -> str:
        self._fail()
        return "/site/licences.toml"

    def leave(self) -> None:
        self.left = True

    def _fail(self) -> None:
        if self.problem:
            raise SetupProblem(self.problem)


async def settled(model: SetupViewModel) -> None:
    for _ in range(50):
        await asyncio.sleep(0)
        if not model.state.busy:
            return


@pytest.mark.usefixtures("qapp")
def test_proposed_tried_written_forgotten() -> None:
    async def play() -> None:
        tasks, desk = Tasks(), FakeSetupDesk()
        model = SetupViewModel(lambda: desk, True, ("rest",), ("agent",), tasks)
        written: list[bool] = []
        model.written.connect(lambda: written.append(True))
        model.propose(ASKED)
        assert model.state.busy
        await settled(model)
        assert (model.state.text, model.state.credential) == ('kind = "rest"', "licences-credential")
        model.try_out("  ")
        assert "Name a test person" in model.state.problem
        model.try_out("maria")
        await settled(model)
        assert model.state.tried is not None
        assert model.state.text.endswith("start = 0")
        model.edit("changed")
        assert model.state.tried is None
        model.write()
        await settled(model)
        assert (model.state.written, written) == ("/site/licences.toml", [True])
        await model.suspend()
        assert (desk.left, model.state.text, model.state.allowed) == (True, "", True)
        await tasks.close()

    asyncio.run(play())


@pytest.mark.usefixtures("qapp")
def test_what_hinders_is_told_and_can_be_tried_again() -> None:
    async def play() -> None:
        tasks, desk = Tasks(), FakeSetupDesk("The OpenAPI file can't be read.")
        model = SetupViewModel(lambda: desk, True, ("rest",), ("agent",), tasks)
        model.propose(ASKED)
        await settled(model)
        assert model.state.problem == "The OpenAPI file can't be read."
        desk.problem = ""
        model.propose(ASKED)
        await settled(model)
        assert (model.state.problem, bool(model.state.text)) == ("", True)
        desk.problem = "No."
        for act in (lambda: model.try_out("maria"), model.write):
            act()
            await settled(model)
            assert model.state.problem == "No."
        await tasks.close()

    asyncio.run(play())
