"""HTML as Telegram reads it: text and entities out, refusals for whatever is broken."""

import html
import re
from dataclasses import dataclass
from typing import Any

from bot.sandbox.refusals import bad_request

Json = dict[str, Any]

SIMPLE = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "tg-spoiler": "spoiler",
}
KNOWN = {*SIMPLE, "span", "a", "pre", "blockquote", "tg-emoji", "tg-time"}
ATTRIBUTE = re.compile(r"""\s*([a-zA-Z0-9_-]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
ESCAPE = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(lt|gt|amp|quot));")
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
COMMAND = re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/])")


@dataclass(frozen=True, slots=True)
class Parsed:
    """Text with its entities; offsets and lengths are UTF-16 units."""

    text: str
    entities: tuple[Json, ...]


def units(text: str) -> int:
    """How long Telegram says a text is, in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def plain(text: str) -> Parsed:
    """A text without parse mode, its commands found."""
    return tidy(text.replace("\r", ""), [])


def parse_html(source: str) -> Parsed:
    """A text in parse mode HTML; raises the refusal Telegram gives for broken markup."""
    reader = _Reader(source.replace("\r", ""))
    reader.read()
    return tidy("".join(reader.out), reader.entities)


def tidy(text: str, entities: list[Json]) -> Parsed:
    """Cut what Telegram cuts (blank lines before, blanks after) and add the commands it finds."""
    end = len(text.rstrip())
    lead = len(text) - len(text.lstrip())
    start = text.rfind("\n", 0, lead) + 1
    kept = text[start:end]
    shift, limit = units(text[:start]), units(kept)
    found: list[Json] = []
    for entity in entities:
        first = max(0, entity["offset"] - shift)
        last = min(limit, entity["offset"] - shift + entity["length"])
        if last > first:
            found.append({**entity, "offset": first, "length": last - first})
    if "/" in kept:
        for match in COMMAND.finditer(kept):
            offset = units(kept[: match.start()])
            length = units(match.group())
            if not any(e["offset"] < offset + length and offset < e["offset"] + e["length"] for e in found):
                found.append({"type": "bot_command", "offset": offset, "length": length})
    found.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return Parsed(kept, tuple(found))


def covered(text: str, entities: tuple[Json, ...]) -> str:
    """The text as a notification shows it: spoilers stay covered."""
    hidden = [e for e in entities if e["type"] == "spoiler"]
    if not hidden:
        return text
    raw = text.encode("utf-16-le")
    for entity in hidden:
        first, last = entity["offset"] * 2, (entity["offset"] + entity["length"]) * 2
        cover = re.sub(r"\S", "\u2592", raw[first:last].decode("utf-16-le", "replace"))
        cover = (cover * 2)[: entity["length"]].ljust(entity["length"], "\u2592")
        raw = raw[:first] + cover.encode("utf-16-le") + raw[last:]
    return raw.decode("utf-16-le", "replace")


def _unescape(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return NAMED[name]
    point = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(point) if 0 < point < 0x110000 and not 0xD800 <= point < 0xE000 else match.group()


class _Reader:
    """Walks the source once, keeping the open tags on a stack."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.out: list[str] = []
        self.length = 0
        self.entities: list[Json] = []
        self.open: list[tuple[str, int, Json | None]] = []

    def read(self) -> None:
        place = 0
        while place < len(self.source):
            tag = self.source.find("<", place)
            if tag < 0:
                tag = len(self.source)
            if tag > place:
                words = ESCAPE.sub(_unescape, self.source[place:tag])
                self.out.append(words)
                self.length += units(words)
            if tag == len(self.source):
                break
            place = self._tag(tag)
        if self.open:
            raise self._broken(f'Can\'t find end tag corresponding to start tag "{self.open[-1][0]}"')

    def _tag(self, start: int) -> int:
        end = self._tag_end(start)
        inside = self.source[start + 1 : end]
        if inside.startswith("/"):
            self._close(inside[1:].strip().lower(), start)
            return end + 1
        name = re.match(r"[^\s/>]*", inside).group().lower()  # type: ignore[union-attr] # it matches nothing too
        if name not in KNOWN:
            raise self._broken(f'Unsupported start tag "{name}" at byte offset {self._bytes(start)}')
        given = {k.lower(): html.unescape(v.strip("\"'")) for k, v in ATTRIBUTE.findall(inside[len(name) :])}
        self.open.append((name, self.length, self._entity(name, given, start)))
        return end + 1

    def _tag_end(self, start: int) -> int:
        quote = ""
        for place in range(start + 1, len(self.source)):
            letter = self.source[place]
            if quote:
                quote = "" if letter == quote else quote
            elif letter in "\"'" and self.source[place - 1] == "=":
                quote = letter
            elif letter == ">":
                return place
        raise self._broken(f"Unclosed start tag at byte offset {self._bytes(start)}")

    def _entity(self, name: str, given: dict[str, str], start: int) -> Json | None:
        if name in SIMPLE:
            return {"type": SIMPLE[name]}
        if name == "span":
            if given.get("class") != "tg-spoiler":
                raise self._broken(f'Tag "span" must have class "tg-spoiler" at byte offset {self._bytes(start)}')
            return {"type": "spoiler"}
        if name == "blockquote":
            return {"type": "expandable_blockquote" if "expandable" in given else "blockquote"}
        if name == "pre":
            return {"type": "pre"}
        if name == "a":
            return {"type": "text_link", "url": given["href"]} if given.get("href") else None
        if name == "tg-emoji":
            return {"type": "custom_emoji", "custom_emoji_id": given.get("emoji-id", "")}
        return {"type": "date_time", "unix_time": int(given["unix"])} if given.get("unix", "").isdigit() else None

    def _close(self, name: str, start: int) -> None:
        if not self.open:
            raise self._broken(f"Unexpected end tag at byte offset {self._bytes(start)}")
        opened, offset, entity = self.open.pop()
        if name and name != opened:
            raise self._broken(
                f'Unmatched end tag at byte offset {self._bytes(start)}, expected "</{opened}>", found "</{name}>"'
            )
        if entity and self.length > offset:
            self.entities.append({**entity, "offset": offset, "length": self.length - offset})

    def _bytes(self, place: int) -> int:
        return len(self.source[:place].encode())

    @staticmethod
    def _broken(words: str) -> Exception:
        return bad_request(f"can't parse entities: {words}")
