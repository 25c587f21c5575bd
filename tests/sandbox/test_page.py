"""The page of phones: it loads, lives, and can be worked by keyboard in a real browser."""

import asyncio
import io
import re
import shutil

import pytest
from aiohttp import ClientSession, FormData, WSServerHandshakeError

from bot.sandbox.clock import Clock
from bot.sandbox.phones import Phone
from bot.sandbox.server import serve
from bot.sandbox.telegram import Telegram
from bot.sandbox.web import FILES, Page

CARD = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}, {"text": "No", "callback_data": "n"}]]}


@pytest.fixture
def page(telegram):
    return Page(telegram, telegram.bot)


@pytest.fixture
async def running(telegram, page):
    async with await serve(telegram, also=[page.routes]) as running:
        yield running


class Socket:
    """What the page's script sees: the newest state of each phone and of the world."""

    def __init__(self, socket):
        self.socket = socket
        self.phones = {}
        self.world = {}
        self.refused = []

    async def until(self, is_true):
        async with asyncio.timeout(5):
            while not is_true(self):
                news = await self.socket.receive_json()
                match news["type"]:
                    case "phone":
                        self.phones[news["number"]] = news
                    case "gone":
                        del self.phones[news["number"]]
                    case "world":
                        self.world = news
                    case "refused":
                        self.refused.append(news["detail"])

    async def do(self, what, /, **more):
        await self.socket.send_json({"do": what, **more})


@pytest.fixture
async def live(call, running):
    async with call.session.ws_connect(running.url + "/live") as socket:
        yield Socket(socket)


async def test_the_page_and_all_it_names_are_served_from_here_alone(call, running):
    async with call.session.get(running.url + "/") as reply:
        html = await reply.text()
        assert reply.status == 200
        assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    named = set(re.findall(r'(?:src|href)="(/page/[^"]+)"', html))
    named |= {f"/page/{path.name}" for path in FILES.iterdir()}
    for path in named:
        async with call.session.get(running.url + path) as reply:
            body = await reply.text()
            assert reply.status == 200, path
            assert not re.search(r"(?:https?:)?//(?!www\.w3\.org/2000/svg)[a-z]+\.[a-z]+", body), path
    async with call.session.get(running.url + "/page/..%2Fweb.py") as reply:
        assert reply.status == 404


async def test_another_site_in_the_same_browser_may_not_play(call, running):
    with pytest.raises(WSServerHandshakeError):
        await call.session.ws_connect(running.url + "/live", headers={"Origin": "https://elsewhere.example"})


async def test_a_phone_on_the_page_lives(call, page, live, clock):
    ash = page.add_phone("Ash", "Young person", "invite1")
    await live.until(lambda s: s.phones)
    assert (live.phones[1]["name"], live.phones[1]["role"], live.phones[1]["open"]) == ("Ash", "Young person", False)
    await live.do("start", phone=1, payload="https://t.me/you_said_bot?start=invite1")
    await live.until(lambda s: s.phones[1]["open"])
    assert ash.mine[0].text == "/start invite1"
    await call("sendMessage", chat_id=ash.id, text="<b>Well?</b>", parse_mode="HTML", reply_markup=CARD)
    await live.until(lambda s: len(s.phones[1]["messages"]) == 2)
    card = live.phones[1]["messages"][1]
    assert (card["text"], card["entities"][0]["type"], card["keyboard"]) == ("Well?", "bold", CARD["inline_keyboard"])
    await live.do("press", phone=1, message=card["id"], row=0, column=1)
    await live.until(lambda s: s.phones[1]["waiting"])
    assert live.phones[1]["waiting"] == [[card["id"], "n"]]
    tap = ash.device.waiting_taps[0]
    await call("answerCallbackQuery", callback_query_id=tap.id, text="Saved")
    await live.until(lambda s: s.phones[1]["answers"])
    assert (live.phones[1]["waiting"], live.phones[1]["answers"]) == ([], [{"text": "Saved", "alert": False}])
    assert live.phones[1]["reader"][-1] == "No, button"


async def test_the_lock_screen_on_the_page_shows_what_android_would(call, page, live):
    ash = page.add_phone("Ash")
    await ash.start()
    await live.do("lock", phone=1)
    await live.until(lambda s: s.phones and not s.phones[1]["open"])
    await call("sendMessage", chat_id=ash.id, text="You have something to look at.", disable_notification=True)
    await live.until(lambda s: s.phones[1]["lock"])
    note = live.phones[1]["lock"][0]
    assert (note["title"], note["text"], note["silent"]) == ("You said", "You have something to look at.", True)
    await live.do("open", phone=1)
    await live.until(lambda s: not s.phones[1]["lock"])


async def test_everything_a_person_may_do_can_be_done_from_the_page(call, telegram, page, live):
    ash = page.add_phone("Ash")
    await live.do("start", phone=1)
    await live.do("type", phone=1, text="Hello")
    await live.do("send", phone=1, what="sticker")
    await live.do("forward", phone=1, text="Look")
    await live.do("forge", phone=1, message=1, data="drop")
    await live.until(lambda s: s.phones and len(s.phones[1]["messages"]) == 4)
    await live.do("delete", phone=1, message=ash.mine[-1].id)
    await live.until(lambda s: len(s.phones[1]["messages"]) == 3)
    await live.do("offline", phone=1)
    await live.until(lambda s: not s.phones[1]["online"])
    await live.do("online", phone=1)
    await live.do("block", phone=1)
    await live.until(lambda s: s.phones[1]["blocked"])
    await live.do("unblock", phone=1)
    await live.do("second", phone=1)
    await live.until(lambda s: 2 in s.phones)
    assert live.phones[2]["secondOf"] == 1
    await live.do("clear", phone=1)
    await live.until(lambda s: not s.phones[1]["messages"] and not s.phones[2]["messages"])
    await live.do("away", phone=2)
    await live.until(lambda s: 2 not in s.phones)
    await live.do("add", name="Bo", role="Adviser", payload="https://t.me/x?start=abc")
    await live.until(lambda s: 3 in s.phones)
    assert live.phones[3]["payload"] == "abc"


async def test_a_bad_day_is_switched_on_and_off_from_the_page(call, telegram, page, live, ash):
    page.add_phone("Bo")
    await live.do("fault", kind="500", method="sendMessage", probability="1", times="", seconds="1.5")
    await live.do("fault", kind="delay", method="", probability="0.5", times="3", seconds="0.1")
    await live.until(lambda s: len(s.world.get("faults", [])) == 2)
    assert (await call("sendMessage", chat_id=ash.id, text="x")).status == 500
    await live.until(lambda s: s.world["faults"][0]["met"] == 1 and s.world["wire"])
    assert [(c["method"], c["status"], c["chat"]) for c in live.world["wire"]] == [("sendMessage", 500, "Ash")]
    await live.do("mend", index=0)
    await live.until(lambda s: len(s.world["faults"]) == 1)
    await live.do("mend")
    await live.do("rates", on=False)
    await live.until(lambda s: not s.world["faults"] and not s.world["rates"])
    assert not telegram.rates.on
    for what in ("jump", "repeat", "poison"):
        await live.do("queue", what=what)
    await live.until(lambda s: not s.world["quiet"])


async def test_the_desk_does_what_it_was_given_and_says_what_came_of_it(page, live):
    async def open_survey():
        return "open for 60 people"

    async def fail():
        raise ValueError("no such survey")

    page.add_action("Open the survey", open_survey, note="survey open")
    page.add_action("Fail", fail)
    await live.do("desk", index=0)
    await live.do("desk", index=1)
    await live.until(lambda s: s.world.get("desk") and all(one["said"] for one in s.world["desk"]))
    assert [(one["said"], one["failed"]) for one in live.world["desk"]] == [
        ("open for 60 people", False),
        ("ValueError: no such survey", True),
    ]


@pytest.mark.parametrize(
    "order",
    [
        '{"do": "fly"}',
        '{"do": "type", "phone": 9, "text": "x"}',
        "{",
        '{"do": "fault", "kind": "418"}',
        '{"do": "press"}',
        "[]",
    ],
)
async def test_an_order_that_makes_no_sense_is_refused_and_the_page_lives_on(page, live, order):
    page.add_phone("Ash")
    await live.socket.send_str(order)
    await live.until(lambda s: s.refused)
    await live.do("type", phone=1, text="Hello")
    await live.until(lambda s: s.phones and s.phones[1]["messages"])


async def test_what_a_bot_uploads_is_shown_if_it_is_a_picture_and_else_only_downloaded(call, page, running, live):
    ash = page.add_phone("Ash")
    await ash.start()
    form = FormData()
    form.add_field("chat_id", str(ash.id))
    form.add_field("document", io.BytesIO(b"<script>"), filename="x.html", content_type="text/html")
    async with call.session.post(f"{running.api_url}{call.token}/sendDocument", data=form) as reply:
        assert reply.status == 200
    await live.until(lambda s: s.phones and len(s.phones[1]["messages"]) == 2)
    async with call.session.get(running.url + live.phones[1]["messages"][1]["photo"]) as reply:
        assert (reply.status, reply.content_type) == (200, "application/octet-stream")
    async with call.session.get(running.url + "/upload/nothing") as reply:
        assert reply.status == 404


@pytest.fixture
async def browser():
    """Chromium; without it this is skipped, and loudly."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.skip("NO CHROMIUM ON PATH: the page of phones was NOT tried in a browser")
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.mark.browser
async def test_in_a_browser_a_phone_is_worked_by_keyboard_alone(browser, tmp_path):
    telegram = Telegram(clock=Clock())
    page = Page(telegram, telegram.bot)
    ash = page.add_phone("Ash", "Young person", "invite1")
    errors = []
    async with await serve(telegram, also=[page.routes]) as running:
        answering = asyncio.create_task(play(telegram, running.api_url))
        tab = await browser.new_page(viewport={"width": 1280, "height": 980})
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        await tab.goto(running.url)
        await tab.get_by_role("button", name="Unlock and open the chat").press("Enter")
        await tab.get_by_role("button", name="START").press("Enter")
        key = tab.get_by_role("button", name="Yes", exact=True)
        await key.press("Enter")
        alert = tab.get_by_role("alertdialog")
        await alert.get_by_text("Saved").wait_for()
        await tab.keyboard.press("Enter")
        await alert.wait_for(state="hidden")
        assert await tab.evaluate("document.activeElement.textContent") == "Yes"
        await tab.get_by_label("Message", exact=True).fill("Hello there")
        await tab.keyboard.press("Enter")
        await tab.locator(".mine").get_by_text("Hello there").wait_for()
        await tab.get_by_role("button", name="Lock", exact=True).press("Enter")
        await telegram.settled()
        await ash.device.changes.until(lambda: not ash.device.is_open)
        await send(telegram, running.api_url, ash)
        await tab.locator(".notes").get_by_text("You have something to look at.").wait_for()
        await tab.get_by_role("button", name="Unlock", exact=True).press("Enter")
        await tab.get_by_role("button", name="Read aloud").press("Enter")
        await tab.get_by_role("button", name="Yes, button").first.wait_for()
        picture = await tab.screenshot(path=tmp_path / "phones.png")
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)
    assert errors == []
    assert len(picture) > 10_000


async def ask(session, url, **params):
    async with session.post(url, json=params) as reply:
        return (await reply.json())["result"]


async def play(telegram, api_url):
    """A small bot: a card for /start, an alert for a tap, silence for the rest."""
    base, offset = f"{api_url}{telegram.bot.token}/", 0
    async with ClientSession() as session:
        while True:
            for update in await ask(session, base + "getUpdates", offset=offset, timeout=20):
                offset = update["update_id"] + 1
                if query := update.get("callback_query"):
                    said = {"text": "Saved", "show_alert": True}
                    await ask(session, base + "answerCallbackQuery", callback_query_id=query["id"], **said)
                elif update["message"]["text"].startswith("/start"):
                    chat = update["message"]["chat"]["id"]
                    await ask(session, base + "sendMessage", chat_id=chat, text="Well?", reply_markup=CARD)


async def send(telegram, api_url, phone: Phone):
    async with ClientSession() as session:
        url = f"{api_url}{telegram.bot.token}/sendMessage"
        await ask(session, url, chat_id=phone.id, text="You have something to look at.")
