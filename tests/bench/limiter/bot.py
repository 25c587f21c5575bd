"""What one would pick instead: python-telegram-bot's own limiter, given everybody at once and left to pace them."""

import asyncio
import os

from telegram.error import TelegramError
from telegram.ext import AIORateLimiter, ApplicationBuilder

LINE = "There's something new to look at, if you want to."


async def main() -> None:
    builder = ApplicationBuilder().token(os.environ["BENCH_TOKEN"]).base_url(os.environ["BENCH_API"])
    bot = builder.rate_limiter(AIORateLimiter()).build().bot
    chats = map(int, os.environ["BENCH_CHATS"].split(","))

    async def send(chat: int) -> None:
        try:
            await bot.send_message(chat, LINE)
        except TelegramError:
            return  # lost: there is no outbox that would know of it

    async with bot:
        await asyncio.gather(*map(send, chats))


if __name__ == "__main__":
    asyncio.run(main())
