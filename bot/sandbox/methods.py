"""Every method this server serves, by its name in small letters."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.sandbox import editing, profile, sending
from bot.sandbox.model import Bot
from bot.sandbox.params import Params
from bot.sandbox.telegram import Telegram

Method = Callable[[Telegram, Bot, Params], Any]

# A native poll or a reaction would show what someone thinks to Telegram or to a group: using one fails a test.
OFFENCES = frozenset({"sendpoll", "setmessagereaction"})

METHODS: Mapping[str, Method] = {
    "getme": profile.get_me,
    "sendmessage": sending.send_message,
    "sendphoto": sending.send_photo,
    "senddocument": sending.send_document,
    "sendmediagroup": sending.send_media_group,
    "sendchataction": sending.send_chat_action,
    "editmessagetext": editing.edit_message_text,
    "editmessagecaption": editing.edit_message_caption,
    "editmessagemedia": editing.edit_message_media,
    "editmessagereplymarkup": editing.edit_message_reply_markup,
    "deletemessage": editing.delete_message,
    "deletemessages": editing.delete_messages,
    "leavechat": editing.leave_chat,
    "answercallbackquery": profile.answer_callback_query,
    "setmycommands": profile.set_my_commands,
    "getmycommands": profile.get_my_commands,
    "deletemycommands": profile.delete_my_commands,
    "setmyname": profile.set_text("name"),
    "getmyname": profile.get_text("name"),
    "setmydescription": profile.set_text("description"),
    "getmydescription": profile.get_text("description"),
    "setmyshortdescription": profile.set_text("short_description"),
    "getmyshortdescription": profile.get_text("short_description"),
    "setchatmenubutton": profile.set_chat_menu_button,
    "getchatmenubutton": profile.get_chat_menu_button,
    "getfile": profile.get_file,
}
