"""Reply markup as Telegram accepts it: shapes, lengths and counts."""

from typing import Any

from bot.sandbox.refusals import bad_request

Json = dict[str, Any]
Keyboard = list[list[Json]]

MOST_BUTTONS = 100
MOST_IN_A_ROW = 8
STYLES = {"primary", "success", "danger"}
ACTIONS = {"callback_data", "url", "copy_text", "web_app", "login_url", "switch_inline_query", "pay"}


def inline_keyboard(markup: Json | None) -> Keyboard | None:
    """The checked inline keyboard in a reply markup; None where there is none."""
    if markup is None or "inline_keyboard" not in markup:
        return None
    rows = _rows(markup["inline_keyboard"], "inline_keyboard")
    for row in rows:
        for button in row:
            _check_inline(button)
    return [row for row in rows if row] or None


def other_markup(markup: Json | None) -> Json | None:
    """A reply keyboard, its removal or a forced reply, checked; None where there is none."""
    if not markup or "inline_keyboard" in markup:
        return None
    if "keyboard" in markup:
        rows = _rows(markup["keyboard"], "keyboard")
        named = [[{"text": b} if isinstance(b, str) else b for b in row] for row in rows]
        for button in (button for row in named for button in row):
            if not isinstance(button, dict) or not str(button.get("text", "")).strip():
                raise bad_request('can\'t parse keyboard button: Field "text" must be of type String')
        return {**markup, "keyboard": named}
    holder = markup.get("input_field_placeholder")
    if holder is not None and not 1 <= len(holder) <= 64:
        raise bad_request("INPUT_FIELD_PLACEHOLDER_INVALID")
    return markup if markup.get("force_reply") or markup.get("remove_keyboard") else None


def _rows(rows: object, field: str) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(f'can\'t parse reply keyboard markup: Field "{field}" must be an Array of Arrays')
    if sum(map(len, rows)) > MOST_BUTTONS or any(len(row) > MOST_IN_A_ROW for row in rows):
        raise bad_request("reply markup is too long")
    return rows


def _check_inline(button: object) -> None:
    if not isinstance(button, dict):
        raise _unread("InlineKeyboardButton must be an Object")
    if not isinstance(button.get("text"), str) or not button["text"].strip():
        raise _unread('Field "text" must be of type String')
    actions = [key for key in button if key in ACTIONS]
    if not actions:
        raise _unread("Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request("BUTTON_TYPE_INVALID")
    if "callback_data" in button:
        data = button["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode()) <= 64:
            raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button and "." not in str(button["url"]) and not str(button["url"]).startswith("tg://"):
        raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    if "copy_text" in button:
        copied = button["copy_text"].get("text") if isinstance(button["copy_text"], dict) else None
        if not isinstance(copied, str) or not 1 <= len(copied) <= 256:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
    if button.get("style", "primary") not in STYLES:
        raise _unread("Invalid button style specified")


def _unread(words: str) -> Exception:
    return bad_request(f"can't parse inline keyboard button: {words}")
