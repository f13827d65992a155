"""Text as it comes from departments: any scalar as clean text, titles in ordinary capitals, tags of languages."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")


def clean(text: str) -> str:
    """Text fit for every screen and store: controls and lone surrogates shown as U+FFFD, text-direction overrides taken out."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _BIDI.sub("", _CONTROL.sub("\ufffd", text)).strip()


def text_of(value: Any) -> str:
    """Any scalar as clean text; a list's first item, as some servers wrap every value in a list."""
    if isinstance(value, str):
        return clean(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list):
        return text_of(value[0]) if value else ""
    if isinstance(value, bytes):
        return clean(value.decode("utf-8", "replace"))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return clean(str(value))


def title_case(text: str) -> str:
    """``O'BRIEN-MC DONALD`` as ``O'Brien-Mc Donald``: every letter after a break is a capital."""
    return re.sub(r"[^\W\d_]+", lambda word: word[0][:1].upper() + word[0][1:].lower(), text)


def language_tag(text: str) -> str:
    """``ES`` and ``es_MX`` as BCP 47 writes them: ``es``, ``es-MX``; nothing where it is no tag."""
    parts = text.strip().replace("_", "-").split("-")
    if not re.fullmatch(r"[A-Za-z]{2,3}", parts[0]) or not all(re.fullmatch(r"[A-Za-z0-9]{2,8}", part) for part in parts[1:]):
        return ""
    return "-".join([parts[0].lower(), *(part.upper() if len(part) == 2 else part.title() for part in parts[1:])])
