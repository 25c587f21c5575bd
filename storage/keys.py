"""The two key folders: `keep/` for the register and look-ups, `burn/` for the epoch keys of the sealed pool.

They are apart because their lives are: `keep/` is backed up (away from the database), `burn/` never is. An epoch
key is made, used for a day and removed; a copy of the database older than that day can then be read by nobody.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from storage.errors import KeyMissing
from storage.sealing import KEY_BYTES, Index, Sealer

REGISTER, LOOK_UPS, WEBHOOK = "register", "look-ups", "webhook"
KEEP_NAMES = (REGISTER, LOOK_UPS, WEBHOOK)


class Keys:
    """Every key this process may use. Made once at start-up; epoch keys are read when first asked for."""

    def __init__(self, folder: Path) -> None:
        self.keep = folder / "keep"
        self.burn = folder / "burn"
        for place in (folder, self.keep, self.burn):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in KEEP_NAMES:
            if not self._path(self.keep, name).exists():
                _create(self._path(self.keep, name), secrets.token_bytes(KEY_BYTES))
        self.register = Sealer(self._read(self.keep, REGISTER))
        self.look_ups = Index(self._read(self.keep, LOOK_UPS))
        self._epochs: dict[str, Sealer] = {}

    @property
    def webhook_secret(self) -> str:
        """The word Telegram must send with every webhook call."""
        return self._read(self.keep, WEBHOOK).hex()

    def epoch(self, name: str) -> Sealer:
        """The key of one epoch. Raises KeyMissing when its file is gone: what it sealed is lost, by design."""
        if name not in self._epochs:
            # One epoch is current at a time: a turned key must not live on in the memory of a long-lived process.
            self._epochs = {name: Sealer(self._read(self.burn, name))}
        return self._epochs[name]

    def new_epoch(self, authority: int) -> str:
        """The name of a fresh epoch key, on disk for good (file and folder synced) before this returns."""
        name = f"{authority}-{secrets.token_hex(8)}"
        _create(self._path(self.burn, name), secrets.token_bytes(KEY_BYTES))
        return name

    def burn_all_but(self, name: str) -> int:
        """Remove every epoch key of that key's authority except the one named; says how many went.

        Call it only while holding the epoch row's lock: a key another process has made but not yet committed to
        looks left over too.
        """
        left_over = [path for path in self.burn.glob(f"{name.split('-')[0]}-*.key") if path.stem != name]
        for path in left_over:
            path.unlink(missing_ok=True)
        if left_over:
            _sync_folder(self.burn)
        self._epochs = {kept: sealer for kept, sealer in self._epochs.items() if kept == name}
        return len(left_over)

    def burn_one(self, name: str) -> None:
        """Remove one epoch key by name, from disk and from memory. Safe to repeat."""
        self._path(self.burn, name).unlink(missing_ok=True)
        _sync_folder(self.burn)
        self._epochs.pop(name, None)

    def printed(self) -> dict[str, str]:
        """The keys of `keep/`, for the safe. Epoch keys are never among them."""
        return {name: self._read(self.keep, name).hex() for name in KEEP_NAMES}

    @staticmethod
    def _path(place: Path, name: str) -> Path:
        return place / f"{name}.key"

    def _read(self, place: Path, name: str) -> bytes:
        try:
            return self._path(place, name).read_bytes()
        except FileNotFoundError as error:
            raise KeyMissing(name) from error


def _create(path: Path, key: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, key)
        os.fsync(handle)
    finally:
        os.close(handle)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
