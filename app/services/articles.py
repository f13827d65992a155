"""One knowledge article: a Markdown file with TOML front matter, read as blocks of plain text.

Markup is taken off here, HTML is text like any other, pictures are left out: what is shown can load nothing.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from adapters.toml_lines import line_of
from adapters.toml_tables import Unusable, read_table
from models.conditions import Condition
from models.knowledge import Article, Block, BlockKind

if TYPE_CHECKING:
    from markdown_it.token import Token

LARGEST = 200_000
"""Bytes of an article: a longer one is no article that anybody reads aloud."""
_FRONT = re.compile(r"\A\ufeff?\+\+\+[ \t]*\r?\n(.*?)^\+\+\+[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")


class ArticleError(Exception):
    """An article that can't be used; the text has file, line and what to write."""


class _Front(Struct, frozen=True):
    """The keys of front matter, between two lines of ``+++``."""

    title: Annotated[str, Meta(min_length=1)]
    language: Annotated[str, Meta(pattern=_LANGUAGE.pattern, description='a language tag, such as "es"')] = ""
    tags: tuple[str, ...] = ()
    when: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        if empty := [at for at, each in enumerate(self.when) if not each.keys]:
            raise Unusable([(("when", at), "has no key: write when the article is to be suggested") for at in empty])


def read_article(path: Path, language: str) -> Article:
    """Read ``NAME.md``, or ``NAME.LANGUAGE.md``; ``language`` is what a file is in that says nothing. Raises ArticleError."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise ArticleError(f"{path}: can't be read: {error.strerror}") from None
    if len(raw) > LARGEST:
        raise ArticleError(f"{path}: is longer than {LARGEST:,} bytes: write several articles")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise ArticleError(f"{path}: is not UTF-8") from None
    found = _FRONT.match(text)
    if found is None:
        raise ArticleError(f'{path}:1: has no front matter: write +++, then title = "...", then +++ above the text')
    try:
        front = read_table(_Front, tomllib.loads(found[1]), "front matter")
    except Unusable as error:
        raise ArticleError("\n".join(f"{path}:{line_of(found[1], place) + 1}: {words}" for place, words in error.problems)) from None
    except tomllib.TOMLDecodeError as error:
        raise ArticleError(f"{path}: the front matter is not TOML: {error}") from None
    key, _, named = path.name.removesuffix(".md").partition(".")
    blocks, links = read_blocks(text[found.end() :])
    if not blocks:
        raise ArticleError(f"{path}: says nothing below its front matter")
    return Article(
        key, front.language or (named if _LANGUAGE.match(named) else language), front.title, blocks, front.tags, front.when, links
    )


def read_blocks(markdown: str) -> tuple[tuple[Block, ...], tuple[tuple[str, str], ...]]:
    """Paragraph by paragraph what a Markdown text says, and the articles that it links to (key, words)."""
    from markdown_it import MarkdownIt  # late: only the worker that reads articles needs it

    tokens = MarkdownIt("commonmark", {"html": False}).disable("html_block").disable("html_inline").parse(markdown)
    blocks: list[Block] = []
    links: dict[str, str] = {}
    kind: BlockKind = "text"
    lists: list[int | None] = []
    mark, quoted = "", 0
    for token in tokens:
        if token.type in ("ordered_list_open", "bullet_list_open"):
            lists.append(int(token.attrs.get("start", 1)) - 1 if token.type.startswith("ordered") else None)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            lists.pop()
        elif token.type == "list_item_open":
            number = lists[-1]
            lists[-1] = number + 1 if number is not None else None
            mark = "•" if number is None else f"{number + 1}."
        elif token.type in ("blockquote_open", "blockquote_close"):
            quoted += 1 if token.type.endswith("open") else -1
        elif token.type in ("heading_open", "paragraph_open"):
            kind = "heading" if token.type.startswith("heading") else "say" if quoted else "item" if lists else "text"
        elif token.type == "inline":
            words = _words(token, links)
            if words:
                blocks.append(Block(kind, words, mark if kind in ("item", "say") else "", max(0, len(lists) - 1)))
            mark = ""
        elif token.type in ("fence", "code_block") and token.content.strip():
            blocks.append(Block("text", token.content.strip()))
    return tuple(blocks), tuple(links.items())


def _words(inline: Token, links: dict[str, str]) -> str:
    """What a paragraph says. An address elsewhere is written out behind its words; nothing is ever followed."""
    parts: list[str] = []
    target, began = "", 0
    for token in inline.children or ():
        if token.type in ("text", "code_inline"):
            parts.append(token.content)
        elif token.type == "softbreak":
            parts.append(" ")
        elif token.type == "hardbreak":
            parts.append("\n")
        elif token.type == "link_open":
            target, began = str(token.attrs.get("href", "")), len(parts)
        elif token.type == "link_close":
            words = "".join(parts[began:])
            if re.fullmatch(r"[\w-]+\.md", target):
                links.setdefault(target.removesuffix(".md"), words)
            elif target.startswith(("https:", "http:", "mailto:", "tel:")) and target.partition(":")[2].strip("/") not in words:
                parts.append(f" ({target})")
    return "".join(parts).strip()
