"""The bot's name card in Telegram: commands and descriptions, neutral words, set only where they differ."""

from __future__ import annotations

from telegram import BotCommand

from bot.screens import Screens
from bot.wire import Wire

COMMANDS = ("start", "menu", "help", "stop")


async def introduce(wire: Wire, screens: Screens) -> None:
    """Read what Telegram shows first, and change what is different: the limits on changing it are tight."""
    for code in screens.languages:
        asked = None if code == "en" else code  # python-telegram-bot would send "" as a list
        wanted = tuple(BotCommand(name, screens.render(f"commands/{name}", code).text) for name in COMMANDS)
        if tuple(await wire.get_my_commands(language_code=asked)) != wanted:
            await wire.set_my_commands(wanted, language_code=asked)
        about = screens.render("about/description", code).text
        if (await wire.get_my_description(language_code=asked)).description != about:
            await wire.set_my_description(about, language_code=asked)
        short = screens.render("about/short", code).text
        if (await wire.get_my_short_description(language_code=asked)).short_description != short:
            await wire.set_my_short_description(short, language_code=asked)
