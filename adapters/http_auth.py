"""Shows a department its credential with each request: bearer, API key, basic, OAuth2 client credentials, a JWT, a token of ArcGIS.

The secret comes with each call, from the keyring. What is kept here is the OAuth2 access token, in memory alone.
"""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Callable
from threading import Lock
from typing import Any
from urllib.parse import quote_plus, urlencode, urljoin

import msgspec

from adapters.answers import decode_json
from adapters.contract import BadAnswer, CallContext, DepartmentError, Rejected, SignInNeeded
from adapters.manifest import Manifest
from adapters.reactor import pause
from adapters.transport import HttpRequest, HttpResponse, Transport

_TOKEN_BYTES = 65_536
_LEEWAY = 0.9
"""The share of a token's life in which it is used: clocks differ, and a call takes time."""


_JWT_HEAD = b'{"typ":"JWT","alg":"HS256"}'
_SKEW = 10
"""Seconds by which clocks may differ."""

_LOOK = 0.01
"""Seconds until a call looks again whether another has got the token."""


class _Token(msgspec.Struct, frozen=True):
    """``secret`` is the one it was got with: with a renewed secret, a new token is got. ``until`` is a time.monotonic() reading."""

    text: str
    secret: str
    until: float


class Authorizer:
    """Sends one department's requests with its credential; calls may come from any thread."""

    def __init__(self, manifest: Manifest, transport: Transport) -> None:
        self._auth = manifest.auth
        self._transport = transport
        self._max_bytes = manifest.limits.bytes
        self._token_url = urljoin(manifest.address, manifest.auth.token_url)
        self._token: _Token | None = None
        self._renewing = Lock()
        self._failed: tuple[float, DepartmentError] | None = None
        """When the last token that was asked for was not got, and why."""

    def send(
        self,
        request: HttpRequest,
        ctx: CallContext,
        *,
        accept: frozenset[int] = frozenset(),
        refuses: Callable[[HttpResponse], bool] = lambda _: False,
    ) -> HttpResponse:
        """As Transport.send. Raises SignInNeeded, besides, with key ``no_credential`` where the call brings no secret.

        ``refuses`` says whether an answer 2xx refuses the token all the same: it is then renewed once, as after a 401.
        """
        kind = self._auth.type
        if kind == "none":
            return self._send(request, ctx, accept)
        if not ctx.credential:
            raise SignInNeeded("the keyring has none of the name in the manifest", key="no_credential", sent=False)
        if kind in ("wsse", "signature", "aws4"):  # shown within the message
            return self._send(request, ctx, accept)
        if kind in ("oauth2", "arcgis"):
            return self._send_with_token(request, ctx, ctx.credential, accept, refuses)
        if kind == "jwt":
            return self._send(_with_header(request, "authorization", f"Bearer {_own_token(self._auth.client_id, ctx)}"), ctx, accept)
        if kind == "bearer":
            return self._send(_with_header(request, "authorization", f"Bearer {ctx.credential}"), ctx, accept)
        if kind == "basic":
            return self._send(_with_header(request, "authorization", _basic(self._auth.user, ctx.credential)), ctx, accept)
        if self._auth.parameter:
            if f"{self._auth.parameter}=" in request.url:  # a next page's link that brings it along
                return self._send(request, ctx, accept)
            if _is_form(request):
                return self._send(_with_argument(request, self._auth.parameter, ctx.credential), ctx, accept)
            joint = "&" if "?" in request.url else "?"
            url = f"{request.url}{joint}{urlencode({self._auth.parameter: ctx.credential})}"
            return self._send(msgspec.structs.replace(request, url=url), ctx, accept)
        return self._send(_with_header(request, self._auth.header, ctx.credential), ctx, accept)

    def _send(self, request: HttpRequest, ctx: CallContext, accept: frozenset[int]) -> HttpResponse:
        return self._transport.send(request, ctx, max_bytes=self._max_bytes, accept=accept)

    def _send_with_token(
        self, request: HttpRequest, ctx: CallContext, secret: str, accept: frozenset[int], refuses: Callable[[HttpResponse], bool]
    ) -> HttpResponse:
        header = "x-esri-authorization" if self._auth.type == "arcgis" else "authorization"
        token = self._current(ctx, secret, refused=None)
        try:
            response = self._send(_with_header(request, header, f"Bearer {token.text}"), ctx, accept - {401})
            if not refuses(response):
                return response
        except SignInNeeded:
            pass  # revoked, or the server was started anew
        token = self._current(ctx, secret, refused=token)
        return self._send(_with_header(request, header, f"Bearer {token.text}"), ctx, accept)

    def _current(self, ctx: CallContext, secret: str, refused: _Token | None) -> _Token:
        """A token that is not ``refused``. Of all calls that want one, the first gets it; the others wait for it, or fail with it."""
        if self._usable(secret, refused):
            assert self._token
            return self._token
        began = time.monotonic()
        while not self._renewing.acquire(blocking=False):
            ctx.remaining()
            pause(_LOOK)
        try:
            if not self._usable(secret, refused):
                if self._failed and self._failed[0] > began:
                    raise self._failed[1].again()
                try:
                    self._token = self._generated_token(ctx, secret) if self._auth.type == "arcgis" else self._new_token(ctx, secret)
                except DepartmentError as error:
                    self._failed = time.monotonic(), error
                    raise
            assert self._token
            return self._token
        except DepartmentError as error:
            error.sent = False  # of what the token was for
            raise
        finally:
            self._renewing.release()

    def _usable(self, secret: str, refused: _Token | None) -> bool:
        token = self._token
        return token is not None and token is not refused and token.secret == secret and token.until > time.monotonic()

    def _new_token(self, ctx: CallContext, secret: str) -> _Token:
        """RFC 6749, 4.4: the client's own credentials for an access token."""
        form = {"grant_type": "client_credentials"} | ({"scope": self._auth.scope} if self._auth.scope else {})
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "accept": "application/json",
            # RFC 6749, 2.3.1: both parts are form-encoded before they are joined.
            "authorization": _basic(quote_plus(self._auth.client_id), quote_plus(secret)),
        }
        request = HttpRequest("POST", self._token_url, headers, urlencode(form).encode(), only_asks=True)
        asked = time.monotonic()
        try:
            answer: Any = decode_json(self._transport.send(request, ctx, max_bytes=_TOKEN_BYTES))
        except Rejected:
            raise SignInNeeded("the token service refused the client's credential") from None
        text = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(text, str) or not text:
            raise BadAnswer("the token service gave no access_token", key="mapping")
        life = answer.get("expires_in")
        return _Token(text, secret, asked + (_LEEWAY * life if isinstance(life, int | float) else 3600.0))

    def _generated_token(self, ctx: CallContext, secret: str) -> _Token:
        """A user's token of ArcGIS (REST API, generateToken); a refusal comes in a 200."""
        form = {"username": self._auth.user, "password": secret, "client": "requestip", "expiration": "60", "f": "json"}
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        request = HttpRequest("POST", self._token_url, headers, urlencode(form).encode())
        asked = time.monotonic()
        answer: Any = decode_json(self._transport.send(request, ctx, max_bytes=_TOKEN_BYTES))
        if isinstance(answer, dict) and "error" in answer:
            raise SignInNeeded("the token service refused the user's password")
        text = answer.get("token") if isinstance(answer, dict) else None
        if not isinstance(text, str) or not text:
            raise BadAnswer("the token service gave no token", key="mapping")
        return _Token(text, secret, asked + _LEEWAY * 3600.0)


def _own_token(client_id: str, ctx: CallContext) -> str:
    """A JWT (RFC 7519) that the client signs itself, by HMAC with SHA-256: who asks, and on whose behalf.

    The claims are those of the Dutch case APIs (VNG Realisatie, authentication and authorisation). The clock's reading is a little old,
    as servers refuse what seems to come from the future. Signing takes these lines; a library for it would load 17 MB of others.
    """
    claims = {
        "iss": client_id,
        "iat": int(time.time()) - _SKEW,
        "client_id": client_id,
        "user_id": ctx.actor or client_id,
        "user_representation": ctx.actor or client_id,
    }
    said = f"{_base64url(_JWT_HEAD)}.{_base64url(msgspec.json.encode(claims))}"
    signature = hmac.digest((ctx.credential or "").encode(), said.encode(), "sha256")
    return f"{said}.{_base64url(signature)}"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _is_form(request: HttpRequest) -> bool:
    return any(name.lower() == "content-type" and "x-www-form-urlencoded" in value for name, value in request.headers.items())


def _with_argument(request: HttpRequest, name: str, value: str) -> HttpRequest:
    """Among the form's arguments, which no log keeps as it does addresses."""
    return msgspec.structs.replace(request, body=request.body + b"&" * bool(request.body) + urlencode({name: value}).encode())


def _with_header(request: HttpRequest, name: str, value: str) -> HttpRequest:
    return msgspec.structs.replace(request, headers={**request.headers, name: value})


def _basic(user: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode("ascii")
