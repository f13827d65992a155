"""Which links of departments may be opened."""

from __future__ import annotations

import pytest

from models.web_links import host_of, may_open

HOSTS = ("permits.springvale.example",)


@pytest.mark.parametrize("link", ["https://permits.springvale.example", "https://permits.springvale.example/p?a=1&b=%20#c"])
def test_https_links_to_the_sites_hosts(link: str) -> None:
    assert may_open(link, HOSTS)


@pytest.mark.parametrize(
    "link",
    [
        "http://permits.springvale.example/",
        "HTTPS://permits.springvale.example/",
        "https://elsewhere.example/",
        "https://permits.springvale.example.evil.example/",
        "https://evil.example/https://permits.springvale.example",
        "https://permits.springvale.example@evil.example/",
        "https://user:secret@permits.springvale.example/",
        "https://permits.springvale.example:8443/",
        "https://evil.example\\@permits.springvale.example/",
        "https://permits.springvale.example /",
        "https://permits.springvale.example/\u202egpj.exe",
        "https://permıts.springvale.example/",
        "https://[::1",
        "https://[::1]/",
        "https://127.0.0.1/",
        "https:///x",
        "file:///etc/passwd",
        "\\\\server\\share",
        "javascript:alert(1)",
        "see https://permits.springvale.example",
        "",
    ],
)
def test_everything_else_is_text(link: str) -> None:
    assert not may_open(link, HOSTS)


def test_addresses_are_no_hosts() -> None:
    assert host_of("https://192.168.0.1/") == ""
    assert not may_open("https://10.0.0.7/", ("10.0.0.7",))
