"""Who works here: the account's name, which the environment can't change, and the role."""

from __future__ import annotations

import sys

import pytest

from app.services.session import actor_name, role_of


def test_the_role_is_the_sites_word() -> None:
    staff = {"ann": "caseworker"}
    assert (role_of("ann", staff, "agent"), role_of("bob", staff, "agent")) == ("caseworker", "agent")


@pytest.mark.skipif(sys.platform == "win32", reason="USER means nothing on Windows")
def test_the_environment_names_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    import os
    import pwd

    for variable in ("USER", "LOGNAME", "LNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(variable, "mallory")
    assert actor_name() == pwd.getpwuid(os.getuid()).pw_name != "mallory"


@pytest.mark.skipif(sys.platform == "win32", reason="there are no user numbers on Windows")
def test_an_account_without_a_name_is_told_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.getuid", lambda: 4_294_900_000)
    assert actor_name() == "uid-4294900000"
