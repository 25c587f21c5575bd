"""What somebody at the page may do to the phones, the faults and the desk."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from bot.sandbox.faults import Kind
from bot.sandbox.handset import PhoneError
from bot.sandbox.model import Json, MessageId
from bot.sandbox.phones import Phone

if TYPE_CHECKING:
    from bot.sandbox.web import Desk, Page


class Impossible(Exception):
    """An order that cannot be carried out; says which."""


async def obey(page: "Page", order: Json) -> None:
    """Carry out one order. Raises: Impossible where it makes no sense."""
    name = str(order.get("do", "")) if isinstance(order, dict) else ""
    try:
        if name in FOR_PHONES:
            await FOR_PHONES[name](page.shown[int(order["phone"])].phone, order)
        elif name in FOR_ALL:
            await FOR_ALL[name](page, order)
        else:
            raise Impossible(name)
    except (KeyError, TypeError, ValueError, PhoneError) as error:
        raise Impossible(name, *error.args) from error
    page.changes.notify()


async def _start(phone: Phone, order: Json) -> None:
    await phone.start(str(order.get("payload", "")).rpartition("start=")[2])


async def _type(phone: Phone, order: Json) -> None:
    await phone.type(str(order["text"]))


async def _press(phone: Phone, order: Json) -> None:
    message = phone.device.shown[MessageId(int(order["message"]))]
    phone.press((int(order["row"]), int(order["column"])), message)


async def _forge(phone: Phone, order: Json) -> None:
    phone.press_raw(str(order["data"]), int(order["message"]))


async def _send(phone: Phone, order: Json) -> None:
    phone.send(str(order["what"]))


async def _forward(phone: Phone, order: Json) -> None:
    phone.forward(str(order["text"]))


async def _delete(phone: Phone, order: Json) -> None:
    phone.delete(phone.device.shown[MessageId(int(order["message"]))])


def _simply(act: Callable[[Phone], None]) -> Callable[[Phone, Json], Awaitable[None]]:
    async def done(phone: Phone, _: Json) -> None:
        act(phone)

    return done


async def _add(page: "Page", order: Json) -> None:
    payload = str(order.get("payload", "")).strip().rpartition("start=")[2]
    page.add_phone(str(order["name"])[:40] or "?", str(order.get("role", ""))[:40], payload)


async def _second(page: "Page", order: Json) -> None:
    page.add_second(int(order["phone"]))


async def _away(page: "Page", order: Json) -> None:
    shown = page.shown.pop(int(order["phone"]))
    shown.phone.chat.devices.remove(shown.phone.device)


async def _fault(page: "Page", order: Json) -> None:
    page.telegram.faults.add(
        Kind(order["kind"]),
        method=order.get("method") or None,
        probability=float(order.get("probability", 1)),
        times=int(order["times"]) if order.get("times") else None,
        seconds=float(order.get("seconds", 1)),
    )


async def _mend(page: "Page", order: Json) -> None:
    active = page.telegram.faults.active
    if "index" in order:
        page.telegram.faults.remove(active[int(order["index"])])
    else:
        page.telegram.faults.clear()


async def _rates(page: "Page", order: Json) -> None:
    page.telegram.rates.on = bool(order["on"])


async def _queue(page: "Page", order: Json) -> None:
    match order["what"]:
        case "jump":
            page.bot.queue.jump_down()
        case "repeat":
            page.bot.queue.repeat()
        case "poison":
            page.telegram.poison(page.bot, next(iter(page.shown.values())).phone.user)


async def _desk(page: "Page", order: Json) -> None:
    desk = page.desk[int(order["index"])]
    if not desk.busy:
        desk.busy = True
        task = asyncio.create_task(_work(page, desk))
        page.working.add(task)
        task.add_done_callback(page.working.discard)


async def _work(page: "Page", desk: "Desk") -> None:
    try:
        desk.said, desk.failed = await desk.action(), False
    except Exception as error:
        desk.said, desk.failed = f"{type(error).__name__}: {error}", True
    finally:
        desk.busy = False
        page.changes.notify()


FOR_PHONES: Mapping[str, Callable[[Phone, Json], Awaitable[Any]]] = {
    "start": _start,
    "type": _type,
    "press": _press,
    "forge": _forge,
    "send": _send,
    "forward": _forward,
    "delete": _delete,
    "open": _simply(Phone.open_chat),
    "lock": _simply(Phone.lock),
    "block": _simply(Phone.block),
    "unblock": _simply(Phone.unblock),
    "offline": _simply(Phone.go_offline),
    "online": _simply(Phone.online),
    "clear": _simply(Phone.clear_chat),
}
FOR_ALL: Mapping[str, Callable[["Page", Json], Awaitable[Any]]] = {
    "add": _add,
    "second": _second,
    "away": _away,
    "fault": _fault,
    "mend": _mend,
    "rates": _rates,
    "queue": _queue,
    "desk": _desk,
}
