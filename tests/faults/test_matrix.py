"""Each case of the matrix of faults is played, and stands in the table of the documentation."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.matrix import Case, play
from tests.faults.table import CASES, PAGE, page


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_fault(case: Case, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    play(case, tmp_path, caplog)


def test_the_page_of_the_documentation_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it: python -m tests.faults.table"


def test_no_two_cases_have_one_name() -> None:
    names = [case.name for case in CASES]
    assert [name for name in names if names.count(name) > 1] == []
