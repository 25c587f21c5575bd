"""How a chat is found and kept: a blind index to look it up, a sealed box to send to it. Never the bare number."""

from __future__ import annotations

from sqlalchemy import bindparam, literal, select, union_all

from storage.errors import StorageError
from storage.ids import ChatId, PersonId, StaffId
from storage.keys import Keys
from storage.store import Transaction
from storage.tables import person as person_table
from storage.tables import staff as staff_table

ABOUT = b"chat"


class ChatTaken(StorageError):
    """The chat already belongs to somebody else; nothing was bound."""


def index_of(keys: Keys, chat: ChatId) -> bytes:
    """The blind index under which rows of this chat are found."""
    return keys.look_ups.of("chat", str(chat))


def seal(keys: Keys, chat: ChatId) -> bytes:
    """The chat, so that only a holder of the register key can write to it."""
    return keys.register.seal(str(chat).encode(), ABOUT)


def unseal(keys: Keys, box: bytes | None) -> ChatId | None:
    """The chat that `seal` was given; None for an empty column."""
    return None if box is None else ChatId(int(keys.register.open(box, ABOUT)))


_OWNERS = union_all(
    *(
        select(literal(kind).label("kind"), table.c.id).where(
            table.c.authority == bindparam("authority"), table.c.chat_index == bindparam("chat")
        )
        for kind, table in (("person", person_table), ("staff", staff_table))
    )
)


async def refuse_if_taken(
    tx: Transaction, index: bytes, *, person: PersonId | None = None, staff: StaffId | None = None
) -> None:
    """Raises ChatTaken when the chat belongs to anybody but the one named."""
    rows = await tx.connection.execute(_OWNERS, {"authority": tx.authority, "chat": index})
    if any((kind, owner) not in {("person", person), ("staff", staff)} for kind, owner in rows):
        raise ChatTaken
