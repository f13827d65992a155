"""Who may import whom: import-linter's contracts of pyproject.toml, and kinds named by the registry alone."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

from adapters.registry import BUILT_IN
from tests.architecture.source import PRODUCT, ROOT, nodes


def test_contracts_are_kept() -> None:
    """All of them, each by its own line, so that a contract taken out is noticed too."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    run = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8", "COLUMNS": "200"},
        capture_output=True,
        encoding="utf-8",
        timeout=100,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{len(contracts)} kept, 0 broken" in run.stdout
    assert {"layers", "forbidden", "independence", "protected"} == {contract["type"] for contract in contracts}
    assert len(contracts) == 11


def test_the_registry_alone_names_a_kind() -> None:
    """A name in a string escapes import-linter."""
    modules = {place.partition(":")[0] for place in BUILT_IN.values()}
    named = {
        path.as_posix()
        for path, node in nodes(*PRODUCT)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.partition(":")[0] in modules
    }
    assert named == {"adapters/registry.py"}


def test_every_kind_is_under_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    kinds = sorted({place.partition(":")[0] for place in BUILT_IN.values()})
    assert [sorted(contract["modules"]) for contract in contracts if contract["type"] == "independence"] == [kinds]
    assert [sorted(contract["protected_modules"]) for contract in contracts if contract["type"] == "protected"] == [kinds]
    assert all((ROOT / Path(*kind.split("."))).with_suffix(".py").exists() for kind in kinds)
