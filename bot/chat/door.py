"""The door: whose chat it is, what they sent, and who answers it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.chat import broadcast as broadcast  # its place is found by name
from bot.chat import call_told as call_told  # its places are found by name
from bot.chat import calls as calls  # its places are found by name
from bot.chat import checkin as checkin  # its places are found by name
from bot.chat import checkin_reply as checkin_reply  # its place is found by name
from bot.chat import checkin_settings as checkin_settings  # its places are found by name
from bot.chat import contact, joining, menu
from bot.chat import days as days  # its places are found by name
from bot.chat import handover as handover  # its place is found by name
from bot.chat import my_things as my_things  # its places are found by name
from bot.chat import nudge as nudge  # its place is found by name
from bot.chat import opportunities as opportunities  # its places are found by name
from bot.chat import plan as plan  # its places are found by name
from bot.chat import progress as progress  # its place is found by name
from bot.chat import progress_say as progress_say  # its places are found by name
from bot.chat import story as story  # its place is found by name
from bot.chat import survey as survey  # its places are found by name
from bot.chat import voice as voice  # its places are found by name
from bot.chat import voice_answers as voice_answers  # its places are found by name
from bot.chat import who as who  # its places are found by name
from bot.chat.events import Command, Elsewhere, Membership, Tap, Thing, Words
from bot.chat.refusals import REFUSED, refuse
from bot.chat.visit import PLACES, RESEND_AFTER, Place, Visit, go, number, redraw, stay
from bot.mouth import STATIC
from bot.staff import broadcast as sending
from bot.staff import everywhere, lock, results
from engagement import crisis, reach
from engagement.outbox import open_envelope
from storage import cards, invites, people, staff
from storage.outbox import OutboxId

COMMAND_WORDS = ("start", "stop", "menu", "help")

SAY = {
    "photo": "say/photo",
    "voice": "say/voice",
    "video_note": "say/voice",
    "audio": "say/voice",
    "sticker": "say/sticker",
    "animation": "say/sticker",
    "document": "say/file",
}


async def answer(visit: Visit) -> None:
    """Handle one update: change what is stored through the visit, and leave in it what is to be said."""
    event = visit.event
    if isinstance(event, Elsewhere):
        visit.saying.leave = True
        return
    if isinstance(event, Membership):
        await _on_membership(visit, event)
        return
    await _recognise(visit)
    visit.card = await cards.of(visit.tx, visit.chat_index)
    try:
        if visit.staff is not None and await lock.bars(visit):
            return
        if isinstance(event, Tap):
            await _on_tap(visit, event)
        elif isinstance(event, Command):
            await _on_command(visit, event)
        elif isinstance(event, Words):
            await _on_words(visit, event)
        elif isinstance(event, Thing):
            await _on_thing(visit, event)
    except tuple(REFUSED) as error:
        await refuse(visit, error)


async def _on_membership(visit: Visit, event: Membership) -> None:
    """They blocked the bot, or let it back in."""
    if event.blocked:
        await reach.lost(visit.tx, visit.settings, event.chat, visit.now)
    else:
        await reach.found_again(visit.tx, event.chat, visit.now)


async def _recognise(visit: Visit) -> None:
    chat = visit.saying.chat
    person = await people.by_chat(visit.tx, chat)
    if person is not None and not person.reachable:
        await reach.found_again(visit.tx, chat, visit.now)  # whoever writes to us can be written to
        person = await people.by_chat(visit.tx, chat)
    if person is not None and person.state != "gone":
        visit.person = person
        visit.settings = visit.settings.spoken(person.language)
    elif (member := await staff.by_chat(visit.tx, chat)) is not None and member.state == "joined":
        visit.staff = member
    else:
        visit.joining = await invites.joining(visit.tx, chat)


# Taps


async def _on_tap(visit: Visit, tap: Tap) -> None:
    if tap.version == STATIC:
        await _on_static(visit, tap)
        return
    card = visit.card
    if card is None or tap.version != card.version:
        await _on_old(visit, tap)
        return
    if card.message != tap.message:
        # Telegram never told us which message the card became; the tap does.
        visit.card = replace(card, message=tap.message)
        await cards.keep(visit.tx, visit.card)
    place = _at(visit)
    handler = (place.taps.get(tap.action) if place else None) or _everywhere(visit).get(tap.action)
    if handler is None:
        await _on_old(visit, tap)
        return
    await handler(visit, tap.arg)


def _at(visit: Visit) -> Place | None:
    """The place the card is at, if it is one for whoever this is now."""
    place = PLACES.get(str(visit.showing.get("at")))
    return place if place is not None and place.is_for(visit) else None


def _everywhere(visit: Visit) -> dict[str, Any]:
    if visit.staff is not None:
        return everywhere.EVERYWHERE
    if visit.person is not None:
        return {**menu.EVERYWHERE, "contact": contact.to_contact, "help": _help}
    return {"help": _help}


async def _on_old(visit: Visit, tap: Tap) -> None:
    """An old button, a double tap or a second device: nothing changes, and the newest screen is shown."""
    if visit.card is not None and tap.message == visit.card.message:
        visit.again = True
        await redraw(visit)
        return
    visit.toast("errors/old_screen", alert=True)
    await visit.clear(tap.message, sent_at=tap.sent_at)
    visit.anew = True
    await _onward(visit)


STATIC_ACTIONS = frozenset({"menu", "contact", "carry_on", "help", "settings", "week"})
"""Where a message that is not the card may lead. None of them changes anything by itself."""


async def _on_static(visit: Visit, tap: Tap) -> None:
    if tap.action == "open":
        await _open(visit, tap, OutboxId(number(tap.arg)))
    elif tap.action in STATIC_ACTIONS | results.STATIC_ACTIONS:
        visit.anew = True
        if tap.action == "carry_on" or (handler := _everywhere(visit).get(tap.action)) is None:
            await _carry_on(visit, tap)
        else:
            await handler(visit, tap.arg if tap.action in results.STATIC_ACTIONS else "")
    else:
        await _on_old(visit, tap)


async def _carry_on(visit: Visit, tap: Tap) -> None:
    """Done with the help card: it goes, and the card above it is the newest again. Too old to go, it stays there."""
    if visit.card is None or visit.card.message in (None, tap.message) or not _can_go(visit, tap):
        await _onward(visit)
        return
    await visit.clear(tap.message, sent_at=tap.sent_at)
    visit.anew = False
    await stay(visit)


def _can_go(visit: Visit, tap: Tap) -> bool:
    return tap.sent_at is not None and visit.now - tap.sent_at < RESEND_AFTER


async def _onward(visit: Visit) -> None:
    """Back to where they were, in a card sent anew."""
    if visit.card is None and visit.person is None and visit.staff is None:
        return
    if visit.showing.get("at") == "question":
        await go(visit, "survey/again", survey=visit.showing["survey"], q=visit.showing.get("q"))
    else:
        await redraw(visit)


async def _open(visit: Visit, tap: Tap, row: OutboxId) -> None:
    """An envelope is opened: its message becomes the card, and shows what it holds."""
    opens = await open_envelope(
        visit.tx,
        row,
        person=visit.person.id if visit.person else None,
        staff_member=visit.staff.id if visit.staff else None,
    )
    if opens is None:
        await _on_old(visit, tap)
        return
    before = visit.card
    if before is not None and before.message is not None and before.message != tap.message:
        await visit.clear(before.message)
    visit.card = cards.Card(visit.chat_index, cards.new_version(), {}, tap.message)
    await visit.card_was_sent(tap.sent_at or visit.now)
    args = {name: value for name, value in opens.items() if name not in ("screen", "line")}
    await go(visit, str(opens["screen"]), **args)


# Commands, words and other things


async def _on_command(visit: Visit, command: Command) -> None:
    await visit.clear(command.message, sent_at=command.sent_at)
    if command.name == "start" and command.payload:
        await joining.open_link(visit, command.payload)
    elif command.name == "help":
        await _help(visit, "")
    elif visit.staff is not None:
        visit.anew = True
        await go(visit, "staff/menu")
    elif visit.person is None:
        await _stranger(visit, command.payload)
    elif command.name == "stop":
        visit.anew = True
        await menu.to_stop(visit, "")
    elif command.name == "start":
        visit.anew = True
        await (menu.to_restart if visit.person.state == "stopped" else menu.to_menu)(visit, "")
    else:
        if command.name != "menu":
            visit.above("say/not_open")
        visit.anew = True
        await go(visit, "menu")


async def _on_words(visit: Visit, words: Words) -> None:
    place = _at(visit)
    if crisis.found(words.text):
        visit.more("help", status="none", worker=None, day=None, joined=visit.person is not None)
    if visit.person is None and visit.staff is None:
        if visit.joining is not None and place is not None and place.words is not None:
            await place.words(visit, words.text)
        else:
            await _stranger(visit, words.text)
        return
    signed = place is not None and place.signed and not words.forwarded
    if signed and crisis.found(words.text):
        await checkin.cry(visit, words.text)
        return
    is_command = words.text.strip().casefold() in COMMAND_WORDS
    if place is not None and place.words is not None and not words.forwarded and not (signed and is_command):
        await place.words(visit, words.text)
        return
    if words.forwarded and sending.may_begin(visit):
        await sending.on_forwarded(visit, words)
        return
    await visit.clear(words.message, sent_at=words.sent_at)
    if visit.staff is not None:
        await go(visit, "staff/menu")
    elif is_command:
        await _on_command(
            visit,
            Command(words.update, words.chat, words.message, words.text.strip().casefold(), "", words.sent_at),
        )
    else:
        visit.anew = True
        await contact.pass_on(visit, words.text)


async def _on_thing(visit: Visit, thing: Thing) -> None:
    """A picture, a voice, a sticker: cleared away and refused kindly; words under it are still read for danger."""
    if thing.text and crisis.found(thing.text):
        visit.more("help", status="none", worker=None, day=None, joined=visit.person is not None)
    if visit.person is None and visit.staff is None:
        await _stranger(visit, "")
        return
    place = _at(visit)
    if thing.photo is not None and place is not None and place.photo is not None:
        await place.photo(visit, thing)
        return
    if thing.photo is not None and sending.may_begin(visit):
        await sending.on_photo(visit, thing)
        return
    await visit.clear(thing.message, sent_at=thing.sent_at)
    visit.above(SAY.get(thing.kind, "say/other"))
    await stay(visit)


async def _stranger(visit: Visit, text: str) -> None:
    """A chat nobody has joined from. The help card, if its words came up, says nothing about anyone."""
    if not visit.saying.more or not text:
        visit.more("unknown")


async def _help(visit: Visit, _: str) -> None:
    visit.more("help", status="pressed", worker=None, day=None, joined=visit.person is not None)
