"""Boxes that only the right key opens: AES-GCM, of a fixed size where the size would tell something."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.errors import TooBig, Unreadable

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
LENGTH_BYTES = 4

TAPS_BOX = 2_048
WORDS_BOX = 24_576
SLICE_BOX = 256
"""The whole sealed sizes, in bytes, of a draft's two boxes and of a segment copy."""


class Sealer:
    """One AES-256-GCM key. Nonces are random: a key seals far fewer than 2**32 boxes before it is turned."""

    __slots__ = ("_aes",)

    def __init__(self, key: bytes) -> None:
        self._aes = AESGCM(key)

    def seal(self, plain: bytes, about: bytes) -> bytes:
        """A box that opens only with the same `about`; its size is the text's plus 28 bytes."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._aes.encrypt(nonce, plain, about)

    def open(self, box: bytes, about: bytes) -> bytes:
        """What was sealed. Raises Unreadable when the key, the box or `about` is not the one it was sealed with."""
        try:
            return self._aes.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], about)
        except (InvalidTag, ValueError) as error:
            raise Unreadable from error

    def seal_fixed(self, plain: bytes, about: bytes, *, size: int) -> bytes:
        """A box of exactly `size` bytes whatever is in it, so that its size says nothing.

        Raises: TooBig when the text does not fit; nothing is cut off.
        """
        room = size - NONCE_BYTES - TAG_BYTES - LENGTH_BYTES
        if len(plain) > room:
            raise TooBig(len(plain), room)
        return self.seal(len(plain).to_bytes(LENGTH_BYTES, "big") + plain.ljust(room, b"\0"), about)

    def open_fixed(self, box: bytes, about: bytes) -> bytes:
        """What `seal_fixed` was given."""
        padded = self.open(box, about)
        return padded[LENGTH_BYTES : LENGTH_BYTES + int.from_bytes(padded[:LENGTH_BYTES], "big")]


class Index:
    """Finds a row by something that is not stored in it: HMAC-SHA-256 under a key of its own."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, kind: str, value: str) -> bytes:
        """The 32 bytes to look up. `kind` keeps equal values of different kinds apart."""
        return hmac.digest(self._key, f"{kind}\0{value}".encode(), sha256)
