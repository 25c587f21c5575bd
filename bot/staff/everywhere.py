"""What a member of staff may tap from anywhere, gathered from the rooms of this package."""

from __future__ import annotations

from bot.chat.visit import Handler
from bot.staff import asking_calls as asking_calls
from bot.staff import away, broadcast, campaigns, handover, loop, menu, people, profile, reading, results, tasks, week
from bot.staff import broadcast_leaves as broadcast_leaves  # its places are found by name
from bot.staff import call_capacity as call_capacity
from bot.staff import call_rota as call_rota
from bot.staff import calls as calls
from bot.staff import checkins as checkins
from bot.staff import comment_answers as comment_answers  # its places are found by name
from bot.staff import comments as comments
from bot.staff import days as days
from bot.staff import findings as findings
from bot.staff import findings_words as findings_words  # its places are found by name
from bot.staff import loop_figures as loop_figures  # its place is found by name
from bot.staff import making as making  # its place is found by name
from bot.staff import menus as menus  # its places are found by name
from bot.staff import opportunities as opportunities
from bot.staff import organiser as organiser  # its places are found by name
from bot.staff import plan as plan
from bot.staff import plan_drop as plan_drop  # its places are found by name
from bot.staff import plan_edit as plan_edit  # its places are found by name
from bot.staff import plan_fields as plan_fields  # its places are found by name
from bot.staff import plan_said as plan_said  # its places are found by name
from bot.staff import plan_tell as plan_tell  # its places are found by name
from bot.staff import priorities as priorities
from bot.staff import round_update as round_update  # its places are found by name
from bot.staff import rounds as rounds
from bot.staff import talks as talks
from bot.staff import telling as telling  # its places are found by name
from bot.staff import vouchers as vouchers  # its place is found by name

EVERYWHERE: dict[str, Handler] = {
    **menu.EVERYWHERE,
    **tasks.EVERYWHERE,
    **people.EVERYWHERE,
    **reading.EVERYWHERE,
    **results.EVERYWHERE,
    **week.EVERYWHERE,
    **away.EVERYWHERE,
    **days.EVERYWHERE,
    **broadcast.EVERYWHERE,
    **campaigns.EVERYWHERE,
    **handover.EVERYWHERE,
    **loop.EVERYWHERE,
    **plan.EVERYWHERE,
    **opportunities.EVERYWHERE,
    **comments.EVERYWHERE,
    **findings.EVERYWHERE,
    **profile.EVERYWHERE,
    **priorities.EVERYWHERE,
    **talks.EVERYWHERE,
    **rounds.EVERYWHERE,
    **asking_calls.EVERYWHERE,
    **calls.EVERYWHERE,
    **checkins.EVERYWHERE,
    **call_capacity.EVERYWHERE,
    **call_rota.EVERYWHERE,
}
