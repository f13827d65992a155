"""All cases of the matrix, and the page of the documentation that lists them: ``python -m tests.faults.table`` writes it."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from models.outcomes import FAULT_WORDS
from tests.faults import (
    arcgis_cases,
    files_cases,
    ldap_cases,
    open311_cases,
    server_cases,
    sql_cases,
    test_departments_answers,
    test_fhir_answers,
    test_graphql_answers,
    test_odata_answers,
    test_soap_answers,
    tls_cases,
)

CASES = [
    *test_departments_answers.MATRIX,
    *tls_cases.MATRIX,
    *sql_cases.MATRIX,
    *open311_cases.MATRIX,
    *test_odata_answers.MATRIX,
    *test_soap_answers.MATRIX,
    *test_fhir_answers.MATRIX,
    *test_graphql_answers.MATRIX,
    *arcgis_cases.MATRIX,
    *ldap_cases.MATRIX,
    *files_cases.MATRIX,
    *server_cases.MATRIX,
]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "faults.md"
HEAD = """# What a department may do wrong, and what the user sees

Each row is a test (`tests/faults/test_matrix.py`, {count} cases). In each of them the department is searched twice while it is ill
and once when it is well again, beside a healthy one, and it is held that

- its chip has the word of the last column, and the details name what went wrong, but no person, question or credential;
- the other department is answered and shown;
- it ends within the department's deadline;
- the log has one line when it fails and one when it answers again, and nobody's data.

The page is written by `python -m tests.faults.table`.
"""


def page() -> str:
    """The page as it should be."""
    parts = [HEAD.format(count=len(CASES))]
    for kind, cases in groupby(CASES, key=lambda case: case.kind):
        parts += [f"\n## {kind}\n", "| Fault | What the user sees |", "|---|---|"]
        parts += [f"| {case.fault} | {FAULT_WORDS[case.word][0] if case.word else f'answered: {case.seen}'} |" for case in cases]
    parts += ["\n## The words\n", "| On the chip | In a sentence |", "|---|---|"]
    parts += [f"| {short} | {sentence} |" for short, sentence in FAULT_WORDS.values()]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
