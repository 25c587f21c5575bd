"""How Telegram hands over updates: ids, offsets, holding, ageing, one poller, webhooks."""

import asyncio

import pytest
from aiohttp import ClientSession, web
from telegram import Update

from bot.sandbox.clock import Clock
from bot.sandbox.groups import Group
from bot.sandbox.phones import Phone
from bot.sandbox.server import serve
from bot.sandbox.telegram import Telegram

ONE_BUTTON = {"inline_keyboard": [[{"text": "Open", "callback_data": "o"}]]}


async def poll(call, offset=0, **more):
    return (await call("getUpdates", offset=offset, **more)).result


async def test_ids_rise_by_one_from_a_random_start(call, ash):
    for text in "abc":
        await ash.type(text)
    ids = [update["update_id"] for update in await poll(call)]
    assert ids == list(range(ids[0], ids[0] + 3))
    assert Telegram(seed=2).bot.queue._next != Telegram(seed=3).bot.queue._next


async def test_what_is_not_confirmed_comes_again_and_an_offset_confirms_all_below(call, ash, clock):
    for text in "abc":
        await ash.type(text)
    first = await poll(call)
    clock.move(5)
    assert await poll(call) == first
    clock.move(5)
    assert [u["message"]["text"] for u in await poll(call, first[1]["update_id"] + 1)] == ["c"]
    clock.move(5)
    assert len(await poll(call)) == 1


async def test_a_negative_offset_keeps_the_last_and_forgets_the_rest(call, ash):
    for text in "abcd":
        await ash.type(text)
    assert [u["message"]["text"] for u in await poll(call, -2)] == ["c", "d"]
    assert len(await poll(call, 1)) == 2


async def test_an_offset_far_past_the_end_reads_from_the_oldest(call, ash):
    await ash.type("a")
    number = (await poll(call))[0]["update_id"]
    assert len(await poll(call, number + 1000)) == 1
    assert await poll(call, number + 11) == []


async def test_a_limit_is_kept(call, ash):
    for text in "abc":
        await ash.type(text)
    assert len(await poll(call, limit=2)) == 2


async def test_a_poll_is_held_until_something_comes(call, telegram, ash):
    waiting = asyncio.create_task(poll(call, timeout=30))
    await telegram.changes.until(lambda: telegram.calls and telegram.is_quiet)
    assert not waiting.done()
    await ash.type("Hello")
    assert [u["message"]["text"] for u in await waiting] == ["Hello"]


@pytest.mark.parametrize(("asked", "held"), [(5, 5), (300, 50)])
async def test_a_poll_is_held_as_long_as_asked_and_at_most_50_seconds(call, telegram, clock, asked, held):
    waiting = asyncio.create_task(poll(call, timeout=asked))
    await telegram.changes.until(lambda: telegram.calls and telegram.is_quiet)
    clock.move(held - 0.5)
    await telegram.settled(quiet=0.01)
    assert not waiting.done()
    clock.move(0.6)
    assert await waiting == []


async def test_a_poll_on_a_running_clock_ends_by_itself():
    telegram = Telegram(clock=Clock())
    before = telegram.clock.time()
    async with await serve(telegram) as running, ClientSession() as session:
        url = f"{running.api_url}{telegram.bot.token}/getUpdates"
        async with session.get(url, params={"timeout": 1}) as reply:
            assert (await reply.json())["result"] == []
    assert 0.9 < telegram.clock.time() - before < 5


async def test_asking_for_the_same_again_at_once_is_slowed_down(call, telegram, ash, clock):
    telegram.slow_repeats = True
    for text in "ab":
        await ash.type(text)
    assert len(await poll(call, 1)) == 2
    assert len(await poll(call, 1)) == 1
    clock.move(1)
    assert len(await poll(call, 1)) == 2
    telegram.bot.queue.clear()
    waiting = asyncio.create_task(poll(call, 1))
    await telegram.changes.until(lambda: len(telegram.calls) == 4 and telegram.is_quiet)
    clock.move(3)
    assert await waiting == []


async def test_a_second_poller_ends_the_first_ones_poll(call, telegram, ash):
    first = asyncio.create_task(call("getUpdates", timeout=30))
    await telegram.changes.until(lambda: telegram.calls and telegram.is_quiet)
    second = asyncio.create_task(call("getUpdates", timeout=30))
    assert (await first).refusal == (
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    )
    await ash.type("Hello")
    assert len((await second).result) == 1


async def test_a_poll_whose_bot_died_takes_nothing_with_it(call, telegram, ash):
    waiting = asyncio.create_task(call("getUpdates", timeout=30))
    await telegram.changes.until(lambda: telegram.calls and telegram.is_quiet)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await ash.type("Hello")
    assert len(await poll(call)) == 1


async def test_taps_age_out_after_150_seconds_and_texts_after_24_hours(call, ash, clock):
    await call("sendMessage", chat_id=ash.id, text="x", reply_markup=ONE_BUTTON)
    await ash.type("Hello")
    ash.press("Open")
    clock.move(149)
    assert [("message" in u) for u in await poll(call)] == [True, False]
    clock.move(2)
    assert [("message" in u) for u in await poll(call)] == [True]
    clock.move(hours=24)
    assert await poll(call) == []


async def test_the_kinds_asked_for_are_remembered_and_an_empty_list_means_the_default(call, ash):
    await poll(call, allowed_updates=["callback_query"])
    await ash.type("Hello")
    assert await poll(call, 1) == []
    await poll(call, 2, allowed_updates=[])
    await ash.type("Hello")
    ash.edit(ash.mine[-1], "Hallo")
    assert [[*u][1] for u in await poll(call, 3)] == ["message", "edited_message"]


async def test_ids_may_jump_down_once_and_after_a_quiet_week(call, telegram, ash, clock):
    await ash.type("a")
    before = (await poll(call))[0]["update_id"]
    telegram.bot.queue.jump_down()
    assert await poll(call, before + 1) == []
    await ash.type("b")
    lower = (await poll(call, before + 1))[0]["update_id"]
    assert lower < before - 900
    assert await poll(call, lower + 1) == []
    clock.move(days=8)
    await ash.type("c")
    assert (await poll(call))[0]["update_id"] != lower + 1


async def test_an_update_can_be_delivered_twice(call, telegram, ash):
    telegram.bot.queue.repeat()
    await ash.type("a")
    first = await poll(call)
    assert await poll(call, first[0]["update_id"] + 1) == first
    assert await poll(call, first[0]["update_id"] + 1) == []


async def test_a_poison_update_is_one_that_cannot_be_built(call, telegram, ash):
    number = telegram.poison(telegram.bot, ash.user)
    found = await poll(call)
    assert found[0]["update_id"] == number
    with pytest.raises(TypeError):
        Update.de_json(found[0], None)


async def test_every_kind_of_update_can_be_built_by_the_library(call, telegram, ash):
    await call("sendMessage", chat_id=ash.id, text="/help <b>x</b>", parse_mode="HTML", reply_markup=ONE_BUTTON)
    ash.press("Open")
    ash.press_raw("forged", 999999)
    await ash.type("/menu@you_said_bot please")
    for what in ("photo", "voice", "sticker", "document", "video", "location", "contact"):
        ash.send(what)
    ash.forward("Look")
    ash.block()
    ash.unblock()
    group = Group(telegram)
    group.add_bot(ash)
    group.say(ash, "Nobody tells the bot this")
    group.say(ash, "/start")
    group.remove_bot(ash)
    updates = [Update.de_json(one, None) for one in await poll(call, allowed_updates=[])]
    assert [update.to_dict().keys() - {"update_id"} for update in updates if update] == (
        [{"callback_query"}] * 2
        + [{"message"}] * 9
        + [{"my_chat_member"}] * 2
        + [{"my_chat_member"}, {"message"}, {"message"}, {"my_chat_member"}]
    )
    tap, forged, command = updates[:3]
    assert tap.callback_query.message.reply_markup.inline_keyboard[0][0].text == "Open"
    assert not forged.callback_query.message.is_accessible
    assert command.message.entities[0].type == "bot_command"
    assert updates[11].my_chat_member.new_chat_member.status == "kicked"


class Hook:
    """Where updates are delivered; says no as often as told."""

    def __init__(self):
        self.arrived = []
        self.refuse = 0
        self.changed = asyncio.Event()

    async def take(self, request):
        if self.refuse:
            self.refuse -= 1
            return web.Response(status=500)
        self.arrived.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), await request.json()))
        self.changed.set()
        return web.Response()


@pytest.fixture
async def hook():
    hook = Hook()
    app = web.Application()
    app.router.add_post("/in", hook.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/in"
    yield hook
    await runner.cleanup()


async def test_a_webhook_gets_what_waits_with_its_secret_and_polls_are_refused(call, telegram, ash, hook):
    await ash.type("before")
    hook.refuse = 1
    assert (await call("setWebhook", url=hook.url, secret_token="s-3")).result is True
    await ash.type("after")
    await telegram.settled()
    assert [(secret, update["message"]["text"]) for secret, update in hook.arrived] == [
        ("s-3", "before"),
        ("s-3", "after"),
    ]
    assert (await call("getUpdates")).refusal == (
        409,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    )
    info = (await call("getWebhookInfo")).result
    assert (info["url"], info["pending_update_count"]) == (hook.url, 0)
    assert (await call("deleteWebhook")).result is True
    await ash.type("later")
    assert len(await poll(call)) == 1


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"url": "ftp://x.org"}, "invalid webhook URL specified"),
        ({"url": "http://x.org/in"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "https://x.org/in", "secret_token": "no spaces"}, "secret token contains unallowed characters"),
        ({"url": "https://x.org/in", "secret_token": "x" * 257}, "secret token is too long"),
    ],
)
async def test_a_webhook_telegram_would_not_take_is_refused(call, params, words):
    assert (await call("setWebhook", **params)).refusal == (400, f"Bad Request: {words}")


async def test_setting_a_webhook_ends_the_held_poll(call, telegram, hook):
    waiting = asyncio.create_task(call("getUpdates", timeout=30))
    await telegram.changes.until(lambda: telegram.calls and telegram.is_quiet)
    await call("setWebhook", url=hook.url)
    assert (await waiting).refusal == (409, "Conflict: terminated by setWebhook request")


async def test_quiet_means_confirmed_and_nothing_under_way(call, telegram, ash):
    await ash.type("a")
    assert not telegram.is_quiet
    with pytest.raises(TimeoutError):
        await telegram.settled(patience=0.05)
    number = (await poll(call))[0]["update_id"]
    await poll(call, number + 1)
    await telegram.settled(quiet=0.01)
    assert telegram.is_quiet


async def test_a_stranger_does_not_share_a_queue_with_another_bot(call, telegram):
    other = telegram.add_bot("999:other", username="other_bot")
    await Phone(telegram, "Bo", bot=other).start()
    assert await poll(call) == []
