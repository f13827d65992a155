"""Sealing what is being typed: AES-256-GCM under a key from the keyring, so that a copy of the store's file tells nothing of it.

``cryptography`` is imported at the first seal: it takes 7 MiB and 20 ms.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from models.store.errors import StoreUnavailable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
"""Random for each seal (NIST SP 800-38D, 8.2.2): good for 2**32 seals of one key, one a second for 136 years."""


class SealBroken(StoreUnavailable):
    """What was sealed can't be opened: its key is another, or it was changed. The text is for the user."""


class Sealer:
    """``key`` returns 32 bytes; it is asked at the first use, and again after ``forget``. Raises what ``key`` raises."""

    def __init__(self, key: Callable[[], bytes]) -> None:
        self._key = key
        self._cipher: AESGCM | None = None

    def seal(self, plain: bytes, whose: str) -> bytes:
        """What only ``unseal`` opens, for the same ``whose``."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._ready().encrypt(nonce, plain, whose.encode("utf-8", "surrogatepass"))

    def unseal(self, sealed: bytes, whose: str) -> bytes:
        """What was sealed. Raises SealBroken."""
        from cryptography.exceptions import InvalidTag

        try:
            return self._ready().decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], whose.encode("utf-8", "surrogatepass"))
        except (InvalidTag, ValueError):
            words = "What was typed before can't be opened any more, as its key in the keyring is another."
            raise SealBroken("damaged", words) from None

    def forget(self) -> None:
        """Let go of the key, until it is needed again."""
        self._cipher = None

    def _ready(self) -> AESGCM:
        if self._cipher is None:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM

            self._cipher = AESGCM(self._key())
        return self._cipher
