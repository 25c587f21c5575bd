"""Messages and updates as JSON, the way Telegram tells a bot about them."""

from bot.sandbox.model import Bot, Chat, File, Json, Message, Tap, User, UserId


def message_json(bot: Bot, chat: Chat, message: Message) -> Json:
    """One message as the Bot API shows it."""
    found: Json = {
        "message_id": message.id,
        "from": sender_json(bot, chat, message),
        "chat": chat.json(),
        "date": int(message.sent_at),
    }
    if message.kind == "text":
        found["text"] = message.text
        if message.entities:
            found["entities"] = list(message.entities)
    else:
        if message.text:
            found["caption"] = message.text
            if message.entities:
                found["caption_entities"] = list(message.entities)
        if message.file:
            found[message.kind] = file_json(message.kind, message.file)
        if message.covered:
            found["has_media_spoiler"] = True
    if message.edited_at is not None:
        found["edit_date"] = int(message.edited_at)
    if message.protected:
        found["has_protected_content"] = True
    if message.keyboard:
        found["reply_markup"] = {"inline_keyboard": message.keyboard}
    if message.extra:
        found.update(message.extra)
    return found


def sender_json(bot: Bot, chat: Chat, message: Message) -> Json:
    """Who wrote a message."""
    return bot.json() if message.sender == bot.id else chat.members[UserId(message.sender)].json()


def file_json(kind: str, file: File) -> object:
    """A file as a message carries it; a photo comes as a list of sizes."""
    if kind == "photo":
        return [{**file.json(), "width": file.width, "height": file.height}]
    return {**file.json(), "file_name": file.name, "mime_type": file.mime}


def tap_json(bot: Bot, chat: Chat, tap: Tap) -> Json:
    """A press on a button; the message is only a shell where it is gone."""
    message = chat.messages.get(tap.message)
    shown = message_json(bot, chat, message) if message else {"message_id": tap.message, "chat": chat.json(), "date": 0}
    return {
        "id": tap.id,
        "from": tap.user.json(),
        "message": shown,
        "chat_instance": str(-(chat.id * 7919 + bot.id)),
        "data": tap.data,
    }


def membership_json(bot: Bot, chat: Chat, by: User, *, before: str, after: str, at: float) -> Json:
    """The bot's place in a chat changed: blocked, unblocked, added, removed."""

    def place(status: str) -> Json:
        return {"user": bot.json(), "status": status} | ({"until_date": 0} if status == "kicked" else {})

    return {
        "chat": chat.json(),
        "from": by.json(),
        "date": int(at),
        "old_chat_member": place(before),
        "new_chat_member": place(after),
    }
