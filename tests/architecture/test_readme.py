"""The README tells every command and option, every chore of make, and every key of a manifest and of a site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import click
import pytest
import typer
from msgspec import Struct
from msgspec.structs import fields

from adapters.manifest import Manifest, load_manifest
from adapters.registry import BUILT_IN, make_department
from adapters.transport import Transport
from app.commands import app
from app.config import SiteSettings
from tests.architecture.source import ROOT

FROM_THE_FILE = {"id", "path"}
"""Keys of a manifest that come from its file's place."""
WRITTEN_BY_THE_DEMO = {"demo", "credentials", "control", "samples"}


@cache
def readme() -> str:
    """The README as it is."""
    return (ROOT / "README.md").read_text(encoding="utf-8")


@cache
def code() -> str:
    """What the README shows as code: fenced blocks and spans."""
    fences = re.findall(r"^```.*?^```", readme(), re.DOTALL | re.MULTILINE)
    spans = re.findall(r"`[^`\n]+`", re.sub(r"^```.*?^```", "", readme(), flags=re.DOTALL | re.MULTILINE))
    return "\n".join([*fences, *spans])


def told(word: str) -> bool:
    """Whether the README has this word as code."""
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", code()) is not None


def commands() -> Iterator[tuple[str, str]]:
    """Each command with each of its options."""
    group = typer.main.get_command(app)
    assert isinstance(group, click.Group) or hasattr(group, "commands")
    yield from options("", group)


def options(before: str, group: click.Group) -> Iterator[tuple[str, str]]:
    """Those of a group, and of the groups in it."""
    for name, command in group.commands.items():
        full = f"{before}{name}"
        yield full, ""
        for parameter in command.params:
            if parameter.param_type_name == "option" and not parameter.hidden:
                yield full, parameter.opts[0]
        if hasattr(command, "commands"):
            yield from options(f"{full} ", command)


def keys(model: type[Struct]) -> set[str]:
    """The keys of a table and of the tables in it, as they are written in TOML."""
    found: set[str] = set()
    for field in fields(model):
        found.add(field.encode_name)
        for inner in models_in(field.type):
            found |= keys(inner)
    return found


def models_in(annotation: object) -> Iterator[type[Struct]]:
    """Models within a type: ``tuple[Find, ...]``, ``dict[str, Code]``, ``Paging | None``."""
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


@pytest.mark.parametrize(("command", "option"), sorted(commands()))
def test_commands_and_options(command: str, option: str) -> None:
    assert re.search(rf"civicdesk {command}\b", code())
    if option:
        assert told(option)


@pytest.mark.parametrize("target", re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
def test_chores(target: str) -> None:
    assert re.search(rf"make {target}\b", code())


@pytest.mark.parametrize("key", sorted(keys(Manifest) - FROM_THE_FILE))
def test_keys_of_a_manifest(key: str) -> None:
    assert told(key)


@pytest.mark.parametrize("key", sorted(keys(SiteSettings) - WRITTEN_BY_THE_DEMO))
def test_keys_of_a_site(key: str) -> None:
    assert told(key)


def shown() -> list[str]:
    """The examples of manifests, each with what all kinds say alike and it leaves out."""
    found = []
    for block in re.findall(r"^```toml\n((?:#[^\n]*\n)?kind = .*?)^```", readme(), re.DOTALL | re.MULTILINE):
        top = block.partition("\n[")[0]
        asks = [f'"{each}"' for each in ("find", "records", "lookup") if f"[[{each}]]" in block]
        head = {"title": '"Office"', "colour": '"#336699"', "roles": '["agent"]', "capabilities": f"[{', '.join(asks)}]"}
        before = "".join(f"{key} = {value}\n" for key, value in head.items() if not re.search(rf"^{key} = ", top, re.MULTILINE))
        after = "" if "[person]" in block else '\n[person]\nid = "id"\nfull_name = "name"\n'
        after += "" if "[record." in block else '\n[record.case]\nid = "id"\ntitle = "title"\n'
        lists = {name for name in re.findall(r'codes = "(\w+)"', block) if f"[codes.{name}]" not in block}
        found.append(before + block + after + "".join(f'\n[codes.{name}]\nO = {{ label = "Open" }}\n' for name in sorted(lists)))
    return found


@pytest.mark.parametrize("text", shown(), ids=lambda text: re.findall(r'^kind = "(\w+)"', text, re.MULTILINE)[0])
def test_manifests_that_are_shown_can_be_used(text: str, tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    file.write_text(text, encoding="utf-8")
    transport = Transport()
    make_department(load_manifest(file, tmp_path), transport).close()
    transport.close()


def test_every_kind_is_shown() -> None:
    kinds = {kind for text in shown() for kind in re.findall(r'^kind = "(\w+)"', text, re.MULTILINE)}
    assert kinds >= set(BUILT_IN) - {"sql", "open311"}, "those two are shown by the demo city"


def test_pictures_and_files_that_are_named_exist() -> None:
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", readme()) if "://" not in target]
    assert [target for target in targets if target and not (ROOT / target).exists()] == []
