"""What a member of staff may tap from anywhere, gathered from the rooms of this package."""

from __future__ import annotations

from bot.chat.visit import Handler
from bot.staff import menu, reading, results, tasks

EVERYWHERE: dict[str, Handler] = {
    **menu.EVERYWHERE,
    **tasks.EVERYWHERE,
    **reading.EVERYWHERE,
    **results.EVERYWHERE,
}
