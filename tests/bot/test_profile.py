"""The bot's name card: what it says, and that it is only written where it differs."""

from __future__ import annotations

from support.line import Line

from bot.profile import COMMANDS, introduce
from bot.run import TEMPLATES
from bot.screens import Screens

SETTING = ("setMyCommands", "setMyDescription", "setMyShortDescription")


async def test_a_new_bot_is_given_its_commands_and_descriptions(telegram_line: Line) -> None:
    screens = Screens([TEMPLATES], None)
    await introduce(telegram_line.wire, screens)
    assert [len(telegram_line.calls(method)) for method in SETTING] == [1, 1, 1]
    commands = await telegram_line.wire.get_my_commands()
    assert [command.command for command in commands] == list(COMMANDS)
    assert (await telegram_line.wire.get_my_description()).description == screens.render("about/description", "en").text
    short = await telegram_line.wire.get_my_short_description()
    assert short.short_description == screens.render("about/short", "en").text


async def test_what_is_right_already_is_left_alone(telegram_line: Line) -> None:
    screens = Screens([TEMPLATES], None)
    await introduce(telegram_line.wire, screens)
    await introduce(telegram_line.wire, screens)
    assert [len(telegram_line.calls(method)) for method in SETTING] == [1, 1, 1]


async def test_only_what_differs_is_written(telegram_line: Line) -> None:
    screens = Screens([TEMPLATES], None)
    await introduce(telegram_line.wire, screens)
    await telegram_line.wire.set_my_short_description("Somebody changed this by hand")
    await introduce(telegram_line.wire, screens)
    assert [len(telegram_line.calls(method)) for method in SETTING] == [1, 1, 3]
