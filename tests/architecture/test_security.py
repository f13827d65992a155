"""Rules that keep connections verified, texts plain and loops alive, held by reading the source."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.source import PRODUCT, called, nodes

RENDER_MARKUP = {
    # Each of these takes text for HTML when it looks like it, and loads the files that it names.
    "QLabel",
    "QMessageBox",
    "QProgressDialog",
    "QInputDialog",
    "QErrorMessage",
    "QTextEdit",
    "QTextBrowser",
    "QWhatsThis",
    "QToolTip",
    "QSplashScreen",
}


def where(found: list[tuple[object, ast.AST]]) -> list[str]:
    """``file:line`` of each."""
    return [f"{path}:{getattr(node, 'lineno', '?')}" for path, node in found]


def unverified(node: ast.AST) -> bool:
    """Whether this switches off the verification of a certificate."""
    if isinstance(node, ast.keyword):
        return node.arg in {"verify", "assert_hostname", "check_hostname"} and _is(node.value, False)
    if isinstance(node, ast.Assign):
        names = {target.attr for target in node.targets if isinstance(target, ast.Attribute)}
        return bool(names & {"verify", "check_hostname", "assert_hostname"}) and _is(node.value, False)
    if isinstance(node, ast.Attribute):
        return node.attr in {"CERT_NONE", "_create_unverified_context", "disable_warnings"}
    return isinstance(node, ast.Constant) and node.value == "CERT_NONE"


def _is(node: ast.AST, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


@pytest.mark.parametrize(
    "code",
    ["get(u, verify=False)", "session.verify = False", "context.check_hostname = False", "context.verify_mode = ssl.CERT_NONE"],
)
def test_the_reader_sees_an_off_switch(code: str) -> None:
    assert any(unverified(node) for node in ast.walk(ast.parse(code)))


def test_certificates_are_always_verified() -> None:
    assert where([(path, node) for path, node in nodes(*PRODUCT) if unverified(node)]) == []


def test_widgets_that_render_markup_stay_in_the_house_style() -> None:
    raw = [
        (path, node)
        for path, node in nodes("views", "app")
        if path.parts[:2] != ("views", "widgets")
        and (
            (isinstance(node, ast.Name) and node.id in RENDER_MARKUP)
            or (isinstance(node, ast.Attribute) and node.attr in RENDER_MARKUP)
            or (isinstance(node, ast.alias) and node.name in RENDER_MARKUP)
        )
    ]
    assert where(raw) == []


def test_form_rows_are_not_made_from_text() -> None:
    """QFormLayout.addRow makes a label of its own from a text."""
    rows = [(path, node) for path, node in nodes("views") if isinstance(node, ast.Call) and called(node) == "addRow" and makes_label(node)]
    assert where(rows) == []


def makes_label(node: ast.Call) -> bool:
    """Whether the first of a form row's two arguments is a text."""
    first = node.args[0] if len(node.args) == 2 else None
    return isinstance(first, ast.Constant | ast.JoinedStr) or (first is not None and called(first) in {"tr", "str", "format"})


def test_no_dialog_blocks_the_loop() -> None:
    """exec() inside a coroutine breaks it: dialogs are opened, and a future waits for ``finished``."""
    blocking = [(path, node) for path, node in nodes("views", "app") if called(node) in {"exec", "exec_", "asyncSlot"}]
    assert where(blocking) == []


def test_code_from_data_is_never_run() -> None:
    risky = [
        (path, node)
        for path, node in nodes(*PRODUCT)
        if (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec", "compile"})
        or (isinstance(node, ast.alias) and node.name.partition(".")[0] in {"pickle", "marshal", "shelve"})
        or (isinstance(node, ast.keyword) and node.arg == "shell" and _is(node.value, True))
    ]
    assert where(risky) == []
