"""Fuzzing guided by coverage: ``python -m tests.fuzz PARSER [SECONDS]`` runs atheris on one parser, a minute if nothing else is said.

An input that breaks it is written to the parser's ``seeds``, where the tests find it from then on.
"""

from __future__ import annotations

import sys
import tempfile

import atheris

with atheris.instrument_imports(include=["adapters", "app"], enable_loader_override=False):
    from tests.fuzz.parsers import PARSERS, SEEDS


def main() -> int:
    parser, seconds = (*sys.argv[1:], "60")[:2]
    if parser not in PARSERS:
        sys.stderr.write(f"There is no parser {parser!r}: choose one of {', '.join(PARSERS)}.\n")
        return 2
    found = tempfile.mkdtemp(prefix="civicdesk-corpus-")
    kept = SEEDS / parser
    options = [f"-max_total_time={seconds}", f"-artifact_prefix={kept}/", "-max_len=20000", "-timeout=10", "-rss_limit_mb=1500"]
    atheris.Setup([sys.argv[0], found, str(kept), *options], PARSERS[parser])
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
