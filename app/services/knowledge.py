"""The site's knowledge: articles found by full text and suggested by what is on the screen. Works without any network.

The index is SQLite's FTS5 in memory, made anew when a file of the folder has changed: there is nothing on the disk that could be stale.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from pathlib import Path

from app.services.articles import ArticleError, read_article
from app.services.blanks import without_blanks
from models.conditions import Alike, Condition, alike
from models.knowledge import Article, Found, Suggested
from models.records import Record

MOST = 20
"""Articles that one search lists."""
_VARIANTS = 4
"""Hits that are read for one that is listed: the same article in several languages."""
_WORD = re.compile(r"[^\W_]+")
_SAID = 20
"""What the reason of the call counts beside keys on records: what is asked comes before all that lies about."""
_WEIGHTS = "10.0, 6.0, 1.0"
"""Of a hit in the title, in the tags, in the text (bm25 of FTS5)."""


class Knowledge:
    """All of it is blocking and belongs into one worker. ``language`` is the city's own; ``departments``: those that articles may name."""

    def __init__(self, folder: Path, language: str = "en", departments: Collection[str] | None = None) -> None:
        self._folder = folder
        self._language = language
        self._departments = departments
        self._signature: tuple[tuple[str, int, int], ...] | None = None
        self._articles: dict[str, dict[str, Article]] = {}
        self._index: sqlite3.Connection | None = None
        self._problems: tuple[str, ...] = ()

    def problems(self) -> tuple[str, ...]:
        """The articles that are left out, each with file, line and what to write."""
        self._refresh()
        return self._problems

    def article(self, key: str, language: str = "") -> tuple[Article | None, tuple[str, ...]]:
        """An article in this language, else in the city's own, else in any; and the languages that it is there in."""
        self._refresh()
        variants = self._articles.get(key, {})
        return _variant(variants, language, self._language), self._own_first(variants)

    def suggest(
        self, records: Sequence[Record], reason: str, differing: tuple[str, ...], language: str, today: date
    ) -> tuple[Suggested, ...]:
        """The articles that fit, the closest first. ``records`` are those that may be seen, the most urgent first."""
        self._refresh()
        fitting = _Fitting(records, reason, differing, today)
        scored: list[tuple[int, str, Suggested]] = []
        for variants in self._articles.values():
            best: tuple[int, Suggested] | None = None
            article = _variant(variants, language, self._language)
            assert article is not None
            for when in dict.fromkeys(each for variant in variants.values() for each in variant.when):
                fits, record = fitting.of(when)
                if not fits:
                    continue
                score = when.keys + (_SAID if when.reasons else 0) + (record is not None and record.attention == "late")
                if best is None or score > best[0]:
                    best = score, Suggested(article, record.ref if record is not None else None, reason if when.reasons else "")
            if best is not None:
                scored.append((-best[0], article.title, best[1]))
        return tuple(each for *_, each in sorted(scored, key=lambda each: each[:2]))

    def search(self, text: str, language: str = "") -> tuple[Found, ...]:
        """The articles with all words of the text, each by its first letters; where there are none, with any of them."""
        self._refresh()
        words = _WORD.findall(text)
        if self._index is None:
            return ()
        if not words:
            every = (_variant(variants, language, self._language) for variants in self._articles.values())
            return tuple(sorted((_listed(each) for each in every if each is not None), key=lambda found: found.title))[:MOST]
        for joined in (" AND ", " OR "):
            query = joined.join(f'"{word}"*' for word in words)
            rows = self._index.execute(
                "SELECT key, language, snippet(articles, 4, '', '', ' … ', 14) FROM articles WHERE articles MATCH ? "
                f"AND rank MATCH 'bm25(0.0, 0.0, {_WEIGHTS})' ORDER BY rank LIMIT ?",
                (query, MOST * _VARIANTS),
            ).fetchall()
            found: dict[str, Found] = {}
            for key, tongue, around in rows:
                article = _variant(self._articles[key], language, tongue)
                if key not in found and article is not None:
                    found[key] = Found(key, article.title, article.language, " ".join(str(around).split()))
            if found:
                return tuple(found.values())[:MOST]
        return ()

    def close(self) -> None:
        """Let go of the index."""
        if self._index is not None:
            self._index.close()
            self._index = None
        self._signature = None

    def _unknown(self, article: Article) -> str:
        """A department that the article names and the site does not have."""
        named = (name for when in article.when for name in when.departments)
        return next((name for name in named if self._departments is not None and name not in self._departments), "")

    def _own_first(self, languages: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(languages, key=lambda language: (language != self._language, language)))

    def _refresh(self) -> None:
        """Read the folder again where a file of it is another than before."""
        files = _files(self._folder)
        signature = tuple((path.name, stat.st_mtime_ns, stat.st_size) for path in files if (stat := _stat(path)) is not None)
        if signature == self._signature:
            return
        self.close()
        articles: dict[str, dict[str, Article]] = {}
        problems: list[str] = []
        for path in files:
            try:
                article = read_article(path, self._language)
            except ArticleError as error:
                problems.append(str(error))
                continue
            if unknown := self._unknown(article):
                problems.append(f"{path}: {unknown!r} is no department: write one of {', '.join(sorted(self._departments or ()))}")
            elif article.language in articles.get(article.key, {}):
                problems.append(f"{path}: the article {article.key!r} is there in {article.language!r} already")
            else:
                articles.setdefault(article.key, {})[article.language] = article
        self._articles, self._problems, self._signature = articles, tuple(problems), signature
        # In several threads only in that a test may close it from another one.
        self._index = sqlite3.connect(":memory:", check_same_thread=False)
        self._index.execute(
            "CREATE VIRTUAL TABLE articles USING fts5 (key UNINDEXED, language UNINDEXED, title, tags, text, "
            "tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')"
        )
        rows = (
            (each.key, each.language, each.title, " ".join(each.tags), _text(each)) for one in articles.values() for each in one.values()
        )
        self._index.executemany("INSERT INTO articles VALUES (?, ?, ?, ?, ?)", rows)


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".md")
    except OSError:
        return []  # a site need not have any


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _variant(variants: dict[str, Article], language: str, otherwise: str) -> Article | None:
    """In this language, or one that begins alike (``es`` for ``es-MX``), else otherwise, else in any."""
    for wanted in (language, language.partition("-")[0], otherwise):
        if wanted in variants:
            return variants[wanted]
    return next(iter(variants.values()), None)


class _Fitting:
    """Which conditions hold now. Records that are alike are looked at together, and each condition once: a city has many articles."""

    def __init__(self, records: Sequence[Record], reason: str, differing: tuple[str, ...], today: date) -> None:
        self._reason, self._differing, self._today = reason, differing, today
        self._groups: dict[Alike, list[tuple[int, Record]]] = {}
        for place, record in enumerate(records):
            self._groups.setdefault(alike(record), []).append((place, record))
        self._known: dict[Condition, tuple[bool, Record | None]] = {}

    def of(self, when: Condition) -> tuple[bool, Record | None]:
        """Whether it holds; and the first record that it holds for, if it is about any."""
        if when not in self._known:
            self._known[when] = self._look(when)
        return self._known[when]

    def _look(self, when: Condition) -> tuple[bool, Record | None]:
        if not when.keys or not when.holds_besides(self._reason, self._differing):
            return False, None
        if not when.of_records:
            return True, None
        found = [first for common, group in self._groups.items() if when.holds_for_all(common) and (first := self._first(when, group))]
        return bool(found), min(found, key=lambda each: each[0])[1] if found else None

    def _first(self, when: Condition, group: list[tuple[int, Record]]) -> tuple[int, Record] | None:
        if not when.of_each:
            return group[0]
        return next((each for each in group if when.holds_for(each[1], self._today)), None)


def _text(article: Article) -> str:
    return without_blanks("\n".join(block.text for block in article.blocks))


def _listed(article: Article) -> Found:
    return Found(article.key, article.title, article.language, without_blanks(article.lead))
