"""The load must be right before its figures can be: the wire, the Bot API and what the phones press."""

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import bots
import load
import phones
import pytest
import wire

KEYBOARD = {"inline_keyboard": [[{"text": "Very good", "callback_data": "a:0"}]]}


class Bot:
    """The few calls the bench's bots make, over real HTTP."""

    def __init__(self, session: aiohttp.ClientSession, port: int) -> None:
        self.session = session
        self.url = f"http://127.0.0.1:{port}/bot{bots.TOKEN}"

    async def call(self, method: str, **fields: object) -> dict:
        form = {name: v if isinstance(v, str) else json.dumps(v) for name, v in fields.items()}
        async with self.session.post(f"{self.url}/{method}", data=form) as response:
            return await response.json()


@pytest.fixture
def api() -> load.BotApi:
    return load.BotApi(lambda message: None, rtt=0)


@pytest.fixture
async def bot(api: load.BotApi) -> AsyncIterator[Bot]:
    server, port = await api.listen()
    async with aiohttp.ClientSession() as session:
        yield Bot(session, port)
    server.close()


async def test_a_tap_carries_the_card_it_was_made_on(api: load.BotApi, bot: Bot) -> None:
    sent = await bot.call(
        "sendMessage", chat_id=1000, text="<b>1 &amp; 2</b>", parse_mode="HTML", reply_markup=KEYBOARD
    )
    card = api.messages[1000, sent["result"]["message_id"]]
    api.tap(card, "a:0")
    [update] = (await bot.call("getUpdates", timeout=10))["result"]
    assert update["callback_query"]["data"] == "a:0"
    assert update["callback_query"]["message"]["text"] == "1 & 2"
    assert update["callback_query"]["message"]["reply_markup"] == KEYBOARD


async def test_a_held_poll_ends_when_somebody_writes(api: load.BotApi, bot: Bot) -> None:
    poll = asyncio.create_task(bot.call("getUpdates", timeout=50))
    await api.polled.wait()
    api.say(1000, "/start")
    [update] = (await poll)["result"]
    assert update["message"]["text"] == "/start"


async def test_updates_come_again_until_an_offset_confirms_them(api: load.BotApi, bot: Bot) -> None:
    for chat in (1000, 1001):
        api.say(chat, "/start")
    first, second = (await bot.call("getUpdates"))["result"]
    assert (await bot.call("getUpdates", offset=first["update_id"]))["result"] == [first, second]
    assert (await bot.call("getUpdates", offset=second["update_id"]))["result"] == [second]
    assert (await bot.call("getUpdates", offset=second["update_id"] + 1))["result"] == []


async def test_an_edit_that_changes_nothing_is_refused(bot: Bot) -> None:
    sent = await bot.call("sendMessage", chat_id=1000, text="Hello", reply_markup=KEYBOARD)
    same = {"chat_id": 1000, "message_id": sent["result"]["message_id"], "text": "Hello", "reply_markup": KEYBOARD}
    assert (await bot.call("editMessageText", **same))["description"].startswith("Bad Request: message is not modified")
    assert (await bot.call("editMessageText", **same | {"text": "Bye"}))["ok"]


async def test_a_second_poller_ends_the_first_ones_poll(api: load.BotApi, bot: Bot) -> None:
    first = asyncio.create_task(bot.call("getUpdates", timeout=50))
    await api.polled.wait()
    second = asyncio.create_task(bot.call("getUpdates", timeout=50))
    assert (await first)["error_code"] == 409
    api.say(1000, "/start")
    assert len((await second)["result"]) == 1


@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_requests_are_read_however_they_are_cut(size: int) -> None:
    heard = []
    connection = wire.Connection(lambda _, method, body: heard.append((method, body)), rtt=0)
    one = (
        b"POST /bot1:A/sendMessage HTTP/1.1\r\nContent-Length: 9\r\n\r\nchat_id=7GET /bot1:A/getMe?a=1 HTTP/1.1\r\n\r\n"
    )
    for at in range(0, len(one), size):
        connection.data_received(one[at : at + size])
    assert heard == [("sendmessage", b"chat_id=7"), ("getme", b"a=1")]


def test_forms_json_and_multipart_say_the_same() -> None:
    part = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    multipart = part.format("chat_id", 7) + part.format("text", "a b") + "--x--\r\n"
    for body in ("chat_id=7&text=a+b", '{"chat_id": 7, "text": "a b"}', multipart):
        assert wire.fields(body.encode()) == {"chat_id": "7", "text": "a b"}


CONTROLS = ["Back=back", "Skip question 5=skip", "Help=help", "Hide=hide", "Stop=stop", "Send what I have done=ready"]


def made(labels: list[str]) -> phones.Buttons:
    """Buttons written as label=action."""
    pairs = [label.split("=") for label in labels]
    return [(label, f"v1:{action}:{place}") for place, (label, action) in enumerate(pairs)]


@pytest.mark.parametrize(
    ("labels", "pressed"),
    [
        (["How is life?=survey", "Ask someone to contact me=contact", "Help=help", "Hide=hide"], "survey"),
        (["Start=start", "Who sees what?=privacy", "Not now=later"], "start"),
        (["Back=back", "Next=next", "Help=help"], "next"),
        (["Very good=pick", "Quite good=pick", *CONTROLS], "pick"),
        (["Help with money=pick", "Finding work=pick", "Done (0)=done", *CONTROLS], "pick"),
        (["✓ Help with money=pick", "Finding work=pick", "Done (1)=done", *CONTROLS], "done"),
        (["My friends=pick", "1. A safe home=pick", "Start again=again", "Done (1)=done", *CONTROLS], "done"),
        (["Back=back", "Rather not say=skip", "Ask someone to contact me=contact"], "skip"),
        (["Look back=back", "Not yet=stop", "Send=send"], "send"),
    ],
)
def test_a_phone_presses_what_takes_it_on_to_send(labels: list[str], pressed: str) -> None:
    buttons = made(labels)
    step = bots.survey_button("", buttons, "open")
    assert isinstance(step, phones.Tap)
    assert step.data == next(data for _, data in buttons if f":{pressed}:" in data)


def test_after_send_a_person_is_done_and_an_envelope_is_left_alone() -> None:
    assert bots.survey_button("", made(["Menu=menu"]), "send") is phones.Verdict.FINISHED
    assert bots.survey_button("", made(["Open=open"]), "answer") is phones.Verdict.IGNORE
