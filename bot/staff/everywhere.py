"""What a member of staff may tap from anywhere, gathered from the rooms of this package."""

from __future__ import annotations

from bot.chat.visit import Handler
from bot.staff import away, broadcast, campaigns, handover, loop, menu, people, reading, results, tasks, week
from bot.staff import broadcast_leaves as broadcast_leaves  # its places are found by name
from bot.staff import vouchers as vouchers  # its place is found by name

EVERYWHERE: dict[str, Handler] = {
    **menu.EVERYWHERE,
    **tasks.EVERYWHERE,
    **people.EVERYWHERE,
    **reading.EVERYWHERE,
    **results.EVERYWHERE,
    **week.EVERYWHERE,
    **away.EVERYWHERE,
    **broadcast.EVERYWHERE,
    **campaigns.EVERYWHERE,
    **handover.EVERYWHERE,
    **loop.EVERYWHERE,
}
