"""Sealing what is being typed: XChaCha20-Poly1305 under a key from the keyring, so that a copy of the store's file tells nothing of it.

libsodium (PyNaCl) is imported at the first seal: it takes 2 MiB, where OpenSSL through ``cryptography`` takes 9.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from models.store.errors import StoreUnavailable

NONCE_BYTES = 24
"""Random for each seal: long enough that no two are ever alike (libsodium's documentation of XChaCha20-Poly1305)."""


class SealBroken(StoreUnavailable):
    """What was sealed can't be opened: its key is another, or it was changed. The text is for the user."""


class Sealer:
    """``key`` returns 32 bytes; it is asked at the first use, and again after ``forget``. Raises what ``key`` raises."""

    def __init__(self, key: Callable[[], bytes]) -> None:
        self._key = key
        self._known: bytes | None = None

    def seal(self, plain: bytes, whose: str) -> bytes:
        """What only ``unseal`` opens, for the same ``whose``."""
        from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt

        nonce = os.urandom(NONCE_BYTES)
        return nonce + encrypt(plain, _owner(whose), nonce, self._ready())

    def unseal(self, sealed: bytes, whose: str) -> bytes:
        """What was sealed. Raises SealBroken."""
        from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as decrypt
        from nacl.exceptions import CryptoError

        try:
            return decrypt(sealed[NONCE_BYTES:], _owner(whose), sealed[:NONCE_BYTES], self._ready())
        except (CryptoError, ValueError):
            words = "What was typed before can't be opened any more, as its key in the keyring is another."
            raise SealBroken("damaged", words) from None

    def forget(self) -> None:
        """Let go of the key, until it is needed again."""
        self._known = None

    def _ready(self) -> bytes:
        if self._known is None:
            self._known = self._key()
        return self._known


def _owner(whose: str) -> bytes:
    return whose.encode("utf-8", "surrogatepass")
