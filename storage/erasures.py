"""Who asked to be forgotten, kept beside the keys so that no backup can bring them back.

One file in `keys/keep/`, of lines that hold a reference's blind index and nothing else. It is only ever added to, in
one write that is synced before the erasure itself commits: killed in between, a restore forgets somebody who had
asked to be forgotten; the other way round it would bring back somebody who was told they are gone.
"""

from __future__ import annotations

import os
from pathlib import Path

from storage.keys import Keys

FILE = "erased"
_AGAIN = "-"


def note(keys: Keys, reference_index: bytes) -> None:
    """Remember, for every later import and restore, that this person asked to be forgotten. Safe to repeat."""
    if reference_index not in noted(keys):
        _add(_file(keys), reference_index.hex())


def take_back(keys: Keys, reference_index: bytes) -> None:
    """The person wants to be in the register again: from now on they are not forgotten."""
    _add(_file(keys), _AGAIN + reference_index.hex())


def noted(keys: Keys) -> frozenset[bytes]:
    """The blind indexes of everybody who is to stay forgotten."""
    found: set[bytes] = set()
    try:
        lines = _file(keys).read_text("ascii").splitlines()
    except FileNotFoundError:
        return frozenset()
    for line in lines:
        index = _index(line.removeprefix(_AGAIN))
        if index is None:
            continue
        if line.startswith(_AGAIN):
            found.discard(index)
        else:
            found.add(index)
    return frozenset(found)


def _file(keys: Keys) -> Path:
    return keys.keep / FILE


def _index(line: str) -> bytes | None:
    """The index on a line; None for an empty one and for one that a kill cut short."""
    return bytes.fromhex(line) if len(line) == 64 else None


def _add(path: Path, line: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        # The newline before it ends whatever a kill may have left half written.
        os.write(handle, f"\n{line}\n".encode("ascii"))
        os.fsync(handle)
    finally:
        os.close(handle)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
