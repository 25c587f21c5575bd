"""What the page of phones is told: each phone, the faults and the wire as plain JSON."""

from bot.sandbox import reader
from bot.sandbox.faults import Fault
from bot.sandbox.handset import Handset
from bot.sandbox.model import Call, Json, Message
from bot.sandbox.telegram import Telegram

MOST_MESSAGES = 80
MOST_CALLS = 40


def phone_json(phone: Handset, *, now: float) -> Json:
    """Everything one phone shows now."""
    device = phone.device
    return {
        "now": now,
        "bot": phone.bot.name,
        "about": about(phone),
        "online": device.online,
        "open": device.is_open,
        "blocked": phone.chat.blocked,
        "started": phone.chat.started,
        "typing": bool(device.action and device.action[1] > now),
        "messages": [message_json(phone, message) for message in phone.messages[-MOST_MESSAGES:]],
        "waiting": [[tap.message, tap.data] for tap in device.waiting_taps],
        "lock": [
            {
                "id": notification.message,
                "title": notification.title,
                "text": notification.text,
                "photo": _photo(device.shown.get(notification.message)) if notification.picture else "",
                "file": notification.file_name,
                "silent": notification.silent,
            }
            for notification in phone.lock_screen
        ],
        "chatList": phone.chat_list_line,
        "reply": phone.chat.reply_keyboard["keyboard"] if phone.chat.reply_keyboard else None,
        "commands": phone.commands,
        "answers": [{"text": answer.text, "alert": answer.alert} for answer in device.alerts],
        "reader": reader.spoken(phone.bot, phone.messages[-MOST_MESSAGES:]),
    }


def about(phone: Handset) -> str:
    """What an empty chat says of the bot, in the person's language where there is one."""
    texts = phone.bot.texts
    return texts.get(("description", phone.user.language)) or texts.get(("description", ""), "")


def message_json(phone: Handset, message: Message) -> Json:
    """One bubble."""
    found: Json = {
        "id": message.id,
        "mine": message.sender == phone.user.id,
        "kind": message.kind,
        "text": message.text,
        "entities": list(message.entities),
        "at": message.sent_at,
        "edited": message.edited_at is not None,
        "protected": message.protected,
        "covered": message.covered,
    }
    if message.keyboard:
        found["keyboard"] = message.keyboard
    if message.file:
        file = message.file
        found["file"] = {"name": file.name, "bytes": len(file.body), "width": file.width, "height": file.height}
        found["photo"] = _photo(message)
    return found


def _photo(message: Message | None) -> str:
    return f"/upload/{message.file.unique}" if message and message.file else ""


def fault_json(fault: Fault) -> Json:
    """One fault as it is switched on."""
    return {
        "kind": fault.kind.value,
        "method": fault.method,
        "probability": fault.probability,
        "times": fault.times,
        "met": fault.met,
        "seconds": fault.seconds,
    }


def wire_json(telegram: Telegram) -> list[Json]:
    """The newest calls, without the polling."""
    newest: list[Call] = []
    for call in reversed(telegram.calls):
        if call.method.lower() != "getupdates":
            newest.append(call)
            if len(newest) == MOST_CALLS:
                break
    return [
        {
            "number": call.number,
            "method": call.method,
            "at": call.at,
            "status": call.status,
            "chat": _name(telegram, call.chat),
            "text": call.text[:120],
        }
        for call in newest
    ]


def _name(telegram: Telegram, chat: int | None) -> str:
    return next((user.first_name for user in telegram.users.values() if user.id == chat), "")
