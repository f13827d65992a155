"""A small Springvale for the commands to ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from resources.demo.city import DemoCity


@pytest.fixture(scope="module")
def city() -> Iterator[DemoCity]:
    with DemoCity(people=500) as made:
        yield made
