"""Links that departments give. What they lead to is theirs: one is shown only where it says openly which host it leads to."""

from __future__ import annotations

from collections.abc import Container
from urllib.parse import urlsplit


def host_of(link: str) -> str:
    """The host of an https link; empty for any other text, and for a link that shows another host than its own or a port of its own."""
    if not link.startswith("https://") or not link.isascii() or not link.isprintable() or " " in link or "\\" in link:
        return ""
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
        return host if parts.netloc.lower() == host and not host.replace(".", "").isdigit() else ""
    except ValueError:
        return ""


def may_open(link: str, hosts: Container[str]) -> bool:
    """Whether a link may be opened from the desk: https, and its very host is one that the site names."""
    host = host_of(link)
    return bool(host) and host in hosts
