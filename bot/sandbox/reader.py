"""What a screen reader says of a chat: words and button labels, in order."""

from collections.abc import Iterable

from bot.sandbox.markup import covered
from bot.sandbox.model import Bot, Message


def spoken(bot: Bot, messages: Iterable[Message]) -> list[str]:
    """One line for each message and each button, as they are met going down the chat."""
    lines: list[str] = []
    for message in messages:
        who = bot.name if message.sender == bot.id else "you"
        kind = "" if message.kind == "text" else f"{message.kind}, "
        edited = ", edited" if message.edited_at is not None else ""
        lines.append(f"{who}: {kind}{covered(message.text, message.entities)}{edited}")
        lines.extend(f"{label}, button" for row in message.labels for label in row)
    return lines
