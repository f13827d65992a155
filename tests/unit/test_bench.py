"""The benchmarks can be put together: they run apart from the tests, and would break unseen."""

from __future__ import annotations

import asyncio

import pytest

from app.tasks import Tasks
from app.viewmodels import ViewModels
from tests.bench.gui import desk_models
from tests.fakes.departments import FakeDepartment, departments


@pytest.mark.usefixtures("qapp")
def test_the_desk_that_is_measured() -> None:
    desk = departments({"tax": FakeDepartment()})

    async def work() -> ViewModels:
        tasks = Tasks()
        try:
            return desk_models(desk, tasks)
        finally:
            await tasks.close()

    models = asyncio.run(work())
    desk.close()
    assert [each.id for each in models.search.state.departments] == ["tax"]
