"""Definition text as a tree that remembers its lines.

Built from parser events, so that nothing is expanded before it is counted: bytes, depth and aliases are capped
first. YAML 1.2: `no` stays "no", `1:30` stays text, a key given twice is a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from surveys.errors import Mistake

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_ALIASES = 100
MAX_NODES = 50_000

Plain: TypeAlias = str | int | bool | None
_NUMBER = re.compile(r"[-+]?[0-9]{1,15}\Z")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(slots=True)
class Node:
    """A value and the line it starts on. `holds` is a mapping, a list, or a plain value."""

    line: int
    holds: dict[str, Node] | list[Node] | Plain
    size: int = field(default=1, compare=False)

    def plain(self) -> Any:
        """The value without its lines."""
        if isinstance(self.holds, dict):
            return {key: node.plain() for key, node in self.holds.items()}
        if isinstance(self.holds, list):
            return [node.plain() for node in self.holds]
        return self.holds

    def get(self, key: str) -> Node | None:
        """The node under a key, if this is a mapping that has it."""
        return self.holds.get(key) if isinstance(self.holds, dict) else None

    def items(self) -> list[Node]:
        """The nodes of a list; nothing for anything else."""
        return self.holds if isinstance(self.holds, list) else []

    def text(self) -> str | None:
        """The text, if it is text."""
        return self.holds if isinstance(self.holds, str) else None

    def line_at(self, where: tuple[str | int, ...]) -> int:
        """The line of what lies along this path, or of the last thing on it that exists."""
        node = self
        for step in where:
            found: Node | None = None
            if isinstance(node.holds, dict) and isinstance(step, str):
                found = node.holds.get(step)
            elif isinstance(node.holds, list) and isinstance(step, int) and step < len(node.holds):
                found = node.holds[step]
            if found is None:
                break
            node = found
        return node.line


class _Refused(Exception):
    """The text cannot be read any further."""

    def __init__(self, line: int, what: str, remedy: str) -> None:
        self.line, self.what, self.remedy = line, what, remedy
        super().__init__(what)


def outline(text: str, *, source: str) -> tuple[Node | None, tuple[Mistake, ...]]:
    """The tree, or None when there is none, and the mistakes met on the way."""
    builder = _Builder(source)
    try:
        if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
            raise _Refused(1, "The file is over 256 KB.", "Split it: one questionnaire a file.")
        builder.build(_events(text))
    except _Refused as refused:
        builder.note(refused.line, refused.what, refused.remedy)
        return None, tuple(builder.mistakes)
    if builder.root is None:
        builder.note(1, "The file is empty.", "Start with `name: …`.")
    return builder.root, tuple(builder.mistakes)


def _events(text: str) -> Iterator[Any]:
    """The parser's events; whatever the parser dies of becomes a refusal with a line."""
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(str(error.problem or error.context or "").split())[:120]
        raise _Refused(
            mark.line + 1 if mark is not None else 1,
            f"This is not YAML: {said or 'it stops making sense here'}.",
            "Check the indent, the colon and the quotes here and on the line above.",
        ) from None
    except Exception as error:  # a stranger's text in somebody else's scanner: any way of failing is a refusal
        raise _Refused(
            1,
            f"This is not YAML text ({type(error).__name__}).",
            "Save the file as plain UTF-8 text without control characters.",
        ) from None


class _Builder:
    """Puts nodes together from events, without recursion."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.mistakes: list[Mistake] = []
        self.root: Node | None = None
        self.nodes = self.aliases = self.documents = 0
        self.anchors: dict[str, Node] = {}
        self.stack: list[tuple[Node, str | None]] = []
        self.keys: list[Node | None] = []

    def note(self, line: int, what: str, remedy: str) -> None:
        self.mistakes.append(Mistake(self.source, line, what, remedy))

    def build(self, events: Iterator[Any]) -> None:
        for event in events:
            if isinstance(event, DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    raise _Refused(
                        event.start_mark.line + 1,
                        "A second document starts here.",
                        "Keep one questionnaire in a file: take out the line of dashes.",
                    )
            elif isinstance(event, ScalarEvent | AliasEvent | MappingStartEvent | SequenceStartEvent):
                self._start(event)
            elif isinstance(event, MappingEndEvent | SequenceEndEvent):
                self._end()

    def _start(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent):
            node = self._alias(event.anchor, line)
            self._place(node, weight=node.size)
            return
        if event.tag is not None and event.tag != "!":
            self.note(line, "Tags such as !this are not read.", "Take the tag out.")
        if isinstance(event, ScalarEvent):
            node = Node(line, _resolved(event))
            if event.anchor:
                self.anchors[event.anchor] = node
            self._place(node)
            return
        if len(self.stack) >= MAX_DEPTH:
            raise _Refused(line, f"More than {MAX_DEPTH} levels deep.", "Nothing in a definition needs that.")
        self.stack.append((Node(line, {} if isinstance(event, MappingStartEvent) else []), event.anchor))
        self.keys.append(None)

    def _end(self) -> None:
        node, anchor = self.stack.pop()
        self.keys.pop()
        if anchor:
            self.anchors[anchor] = node
        self._place(node)

    def _alias(self, name: str, line: int) -> Node:
        self.aliases += 1
        if self.aliases > MAX_ALIASES:
            raise _Refused(line, f"More than {MAX_ALIASES} aliases.", "Put shared answers under `scales`.")
        node = self.anchors.get(name)
        if node is None:
            raise _Refused(line, f"*{name[:40]} is used before &{name[:40]} is complete.", "Write it out here.")
        return node

    def _place(self, node: Node, weight: int = 1) -> None:
        """Put a finished node where it belongs: at the top, in a list, as a key, or under one."""
        self.nodes += weight
        if self.nodes > MAX_NODES:
            raise _Refused(node.line, f"More than {MAX_NODES} values, aliases counted.", "Nothing needs that many.")
        if not self.stack:
            self.root = node
            return
        above = self.stack[-1][0]
        above.size += node.size
        if isinstance(above.holds, list):
            above.holds.append(node)
            return
        key = self.keys[-1]
        if key is None:
            self.keys[-1] = node
            return
        self.keys[-1] = None
        self._put(above, key, node)

    def _put(self, above: Node, key: Node, node: Node) -> None:
        assert isinstance(above.holds, dict)  # noqa: S101 -- lists were placed by the caller
        name = key.holds
        if not isinstance(name, str):
            self.note(key.line, "A key here is not a word.", "Put it in quotes, or write a name.")
        elif name in above.holds:
            first = above.holds[name].line
            self.note(key.line, f"`{name[:40]}` is given twice (first near line {first}).", "Keep one of them.")
        else:
            # a value on its own line still belongs to the line of its key
            above.holds[name] = Node(key.line, node.holds, node.size)


def _resolved(event: Any) -> Plain:
    """A bare scalar as YAML 1.2's core schema reads it, without floats; anything in quotes is text."""
    text = str(event.value)
    if not event.implicit[0] or event.style not in (None, ""):
        return text
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _NUMBER.match(text) else text
