"""Signing in again: the account's password by way of the operating system, a demo's passphrase by itself."""

from __future__ import annotations

from typing import Any

import pytest

from app.services.sign_in import AccountSignIn, DemoSignIn, SignInUnavailable


def test_a_demo_shows_its_passphrase_and_takes_no_other() -> None:
    demo = DemoSignIn()
    assert demo.check(demo.shown)
    assert demo.check(f" {demo.shown.upper()} ")
    assert not any(demo.check(wrong) for wrong in ("", "x", demo.shown[:-1], "é"))
    assert DemoSignIn().shown != demo.shown or DemoSignIn().shown != demo.shown


class TestPam:
    """The operating system's own sign-in, behind the library's class."""

    pytestmark = pytest.mark.skipif("sys.platform == 'win32'", reason="Windows has no PAM")

    @pytest.fixture
    def folder(self, tmp_path, monkeypatch):  # type: ignore[no-untyped-def]
        monkeypatch.setattr("app.services.sign_in._PAM_FOLDERS", (tmp_path,))
        return tmp_path

    @pytest.fixture
    def answer(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        import pam

        answer: dict[str, Any] = {"code": 7, "reason": b"Authentication failure"}

        class Authenticator:
            def authenticate(self, actor: str, password: str, service: str, resetcreds: bool) -> bool:
                answer["asked"] = (actor, service, resetcreds)
                self.code, self.reason = answer["code"], answer["reason"]
                return not self.code

        monkeypatch.setattr(pam, "PamAuthenticator", Authenticator)
        return answer

    def test_the_first_service_of_the_list_is_asked(self, folder, answer) -> None:  # type: ignore[no-untyped-def]
        (folder / "login").touch()
        assert AccountSignIn("ann").check("x") is False
        assert answer["asked"] == ("ann", "login", False)
        (folder / "civicdesk").touch()
        answer["code"] = 0
        assert AccountSignIn("ann").check("x") is True
        assert answer["asked"][1] == "civicdesk"

    def test_what_is_no_wrong_password_is_told(self, folder, answer) -> None:  # type: ignore[no-untyped-def]
        (folder / "login").touch()
        answer |= {"code": 13, "reason": b"User account has expired"}
        with pytest.raises(SignInUnavailable, match="User account has expired"):
            AccountSignIn("ann").check("x")

    def test_no_service_no_entry(self, folder) -> None:  # type: ignore[no-untyped-def]
        with pytest.raises(SignInUnavailable, match="no sign-in service"):
            AccountSignIn("ann").check("x")

    @pytest.mark.parametrize("secret", ["", "a\0b"])
    def test_what_can_be_no_password_is_not_asked(self, folder, secret: str) -> None:  # type: ignore[no-untyped-def]
        assert AccountSignIn("ann").check(secret) is False
