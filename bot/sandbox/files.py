"""Files a bot uploaded, and the photo people send: kept in memory, checked as Telegram checks pictures."""

import struct
from itertools import count

from bot.sandbox.enclosures import PHOTO
from bot.sandbox.model import File
from bot.sandbox.params import Params, Upload
from bot.sandbox.refusals import bad_request

PHOTO_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 10_000
MOST_STRETCHED = 20
PNG = b"\x89PNG\r\n\x1a\n"
JPEG_SIZES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


class Files:
    """Every file by its id and by its path."""

    def __init__(self) -> None:
        self.by_id: dict[str, File] = {PHOTO.id: PHOTO}
        self._numbers = count(1)

    def keep(self, upload: Upload, *, is_photo: bool = False) -> File:
        """Store an upload; raises the refusal for a picture Telegram would not take."""
        width = height = 0
        if is_photo:
            width, height = check_photo(upload.body)
        number = next(self._numbers)
        kind = "Ag" if is_photo else "BQ"
        file = File(
            id=f"{kind}ACAgQAAxkBAAI{number:08d}AQADsandbox",
            unique=f"{kind}AD{number:08d}",
            name=upload.name,
            mime=upload.mime or "application/octet-stream",
            body=upload.body,
            width=width,
            height=height,
        )
        self.by_id[file.id] = file
        return file

    def wanted(self, params: Params, name: str, *, is_photo: bool = False, value: str | None = None) -> File:
        """The file a parameter means: an upload of that name, an attachment, or a file sent before."""
        given = params.text(name) if value is None else value
        if given.startswith("attach://"):
            upload = params.files.get(given.removeprefix("attach://"))
        else:
            upload = params.files.get(name) if value is None else None
        if upload:
            return self.keep(upload, is_photo=is_photo)
        if not given:
            raise bad_request(f"there is no {'photo' if is_photo else 'document'} in the request")
        if given in self.by_id:
            return self.by_id[given]
        if given.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")
        raise bad_request("wrong file identifier/HTTP URL specified")

    @staticmethod
    def path(file: File) -> str:
        """Where the file can be fetched, as getFile says it."""
        folder = "photos" if file.width else "documents"
        ending = file.name.rpartition(".")[2] if "." in file.name else "bin"
        return f"{folder}/{file.unique}.{ending}"

    def at(self, path: str) -> File | None:
        """The file at a path."""
        return next((file for file in self.by_id.values() if self.path(file) == path), None)


def check_photo(body: bytes) -> tuple[int, int]:
    """A picture's width and height; raises what Telegram says of one it will not take."""
    if len(body) > PHOTO_BYTES:
        raise bad_request("file is too big")
    size = _png(body) or _jpeg(body)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = size
    if not (width and height) or width + height > MOST_PIXELS or max(size) > MOST_STRETCHED * min(size):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return size


def _png(body: bytes) -> tuple[int, int] | None:
    if not body.startswith(PNG) or len(body) < 24:
        return None
    width, height = struct.unpack(">II", body[16:24])
    return width, height


def _jpeg(body: bytes) -> tuple[int, int] | None:
    if not body.startswith(b"\xff\xd8"):
        return None
    place = 2
    while place + 9 < len(body) and body[place] == 0xFF:
        marker = body[place + 1]
        if marker in JPEG_SIZES:
            height, width = struct.unpack(">HH", body[place + 5 : place + 9])
            return width, height
        place += 2 + struct.unpack(">H", body[place + 2 : place + 4])[0]
    return None
