"""What a person can send besides words, as the bot is told of it."""

import struct
import zlib

from bot.sandbox.model import File, Json, User

SIDE = 512


def _plain_picture() -> bytes:
    """A PNG of one colour, as small as it can be."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    row = b"\x00" + bytes((SIDE + 7) // 8)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 1, 3, 0, 0, 0))
        + chunk(b"PLTE", bytes((121, 163, 148)))
        + chunk(b"IDAT", zlib.compress(row * SIDE))
        + chunk(b"IEND", b"")
    )


PHOTO = File("sent-photo", "unique-photo", "photo.png", "image/png", _plain_picture(), SIDE, SIDE)
"""Every photo a person sends is this one; a bot may send it on by its id."""


def enclosed(what: str, sender: User) -> Json:
    """The field a message carries for this kind of thing. Raises: KeyError for a kind nobody can send."""
    file = {"file_id": f"sent-{what}", "file_unique_id": f"unique-{what}", "file_size": 1200}
    size = {"width": SIDE, "height": SIDE}
    kinds: Json = {
        "photo": [{**PHOTO.json(), **size}],
        "voice": {**file, "duration": 3, "mime_type": "audio/ogg"},
        "sticker": {**file, **size, "type": "regular", "is_animated": False, "is_video": False},
        "document": {**file, "file_name": "notes.pdf", "mime_type": "application/pdf"},
        "video": {**file, **size, "duration": 3},
        "location": {"latitude": 51.5, "longitude": -0.1},
        "contact": {"phone_number": "+447700900123", "first_name": sender.first_name, "user_id": sender.id},
    }
    return {what: kinds[what]}
