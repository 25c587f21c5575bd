"""What people wrote, read and answered: cards in one shuffled order, put into groups, each group answered to everybody.

What has no name stays a list of texts of which nobody can say whose or when. What has one is answered to whoever
signed it, by itself or with its group. What is said when a worker changes is only ever counted, and only from ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, get_args

from engagement import answer_groups, signing, staff_news
from engagement.answer_groups import AnsweredAlready, CommentsError, NotThere
from engagement.london import today
from engagement.staff import Permission, may, require
from storage import comments, signed_comments, staff
from storage.comments import PASSED_ON, SET_ASIDE, Comment, Group, NoSuchComment
from storage.ids import AnswerGroupId, RoundId, SignedCommentId, StaffId
from storage.signed_comments import NoSuchSigned, SignedComment
from storage.staff import NoSuchStaff, Staff
from storage.store import Transaction
from surveys import disclosure

LONGEST_ANSWER: Final = 600
"""An answer fits into one message."""

KEPT_WAITING: Final = timedelta(days=14)

Felt = Literal["good", "mixed", "not_good"]
Told = Literal["yes", "no", "unsure"]
FELT: Final[tuple[Felt, ...]] = get_args(Felt)
TOLD: Final[tuple[Told, ...]] = get_args(Told)


class AnswerRefused(CommentsError):
    """An answer is empty or too long."""

    def __init__(self, got: int) -> None:
        super().__init__(got)
        self.max, self.got = LONGEST_ANSWER, got


@dataclass(frozen=True, slots=True)
class Card:
    """One comment without a name, its place among the `total` that wait, and which follows; `to` is whom it thanks."""

    comment: Comment
    place: int
    total: int
    following: bytes
    to: Staff | None


@dataclass(frozen=True, slots=True)
class HavingUs:
    """How it has been when a worker changed, for the service as a whole; a count is None where it is hidden.

    `felt` and `told` are None while fewer than ten have said it, and then there are no `words` either.
    """

    felt: Mapping[str, int | None] | None
    told: Mapping[str, int | None] | None
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How much waits. What came since last Monday is counted nowhere before the next one."""

    to_read: int
    groups: int
    groups_unanswered: int
    answers_untold: int
    signed_open: int
    signed_overdue: int


# Without a name


async def waiting(
    tx: Transaction, reader: Staff, *, progress_round: RoundId | None = None, now: datetime
) -> tuple[Comment, ...]:
    """What is in no group yet, about that round or about anything else, in random order. Raises: NotAllowed."""
    require(reader, Permission.REPLY_TO_COMMENTS)
    return tuple(one for one in await _about(tx, progress_round, now) if one.group is None)


async def _about(tx: Transaction, progress_round: RoundId | None, now: datetime) -> list[Comment]:
    there = [one for one in await comments.readable(tx, on=today(now)) if one.kind != "worker_change"]
    return [one for one in there if _round_of(one.kind, one.about) == progress_round]


def _round_of(kind: str, about: int) -> RoundId | None:
    return RoundId(about) if kind == "round" else None


async def card(tx: Transaction, reader: Staff, key: bytes, *, now: datetime) -> Card:
    """The comment of that key, while it waits. Raises: NotAllowed, NotThere."""
    one = await _waiting(tx, reader, key, now)
    there = [other.key for other in await _about(tx, _round_of(one.kind, one.about), now) if other.group is None]
    at = there.index(one.key)
    return Card(one, at + 1, len(there), there[(at + 1) % len(there)], await _thanked(tx, one))


async def put_under(tx: Transaction, reader: Staff, key: bytes, name: str, *, now: datetime) -> Group:
    """The group of that name, made if there is none, in which the comment is now. Raises: NotThere, GroupRefused."""
    one = await _waiting(tx, reader, key, now)
    found = await answer_groups.named(tx, name, _round_of(one.kind, one.about))
    await comments.put(tx, one.key, found.id)
    return found


async def set_aside(tx: Transaction, reader: Staff, key: bytes, *, now: datetime) -> None:
    """There is nothing to answer. Raises: NotAllowed, NotThere."""
    await comments.put(tx, (await _waiting(tx, reader, key, now)).key, SET_ASIDE)


async def pass_thanks_on(tx: Transaction, reader: Staff, key: bytes, *, now: datetime) -> None:
    """Whom it thanks gets the words, and no name. Raises: NotAllowed, NotThere."""
    one = await _waiting(tx, reader, key, now)
    to = await _thanked(tx, one)
    if to is None:
        raise NotThere
    await comments.put(tx, one.key, PASSED_ON)
    await staff_news.tell(
        tx,
        to.id,
        occasion=f"thanks:{one.key.hex()}",
        opens={"screen": "staff/thanks", "key": one.key.hex()},
        now=now,
        until=now + KEPT_WAITING,
    )


async def thanks_for(tx: Transaction, member: Staff, key: bytes, *, now: datetime) -> str:
    """The words of thanks that were passed on to this member of staff. Raises: NotThere."""
    one = await _find(tx, key, now)
    if one.kind != "thanks" or one.group != PASSED_ON or one.mark != str(member.id):
        raise NotThere
    return one.text


async def _thanked(tx: Transaction, one: Comment) -> Staff | None:
    if one.kind != "thanks":
        return None
    try:
        member = await staff.by_id(tx, StaffId(int(one.mark)))
    except NoSuchStaff:
        return None
    return None if member.state == "left" else member


async def _waiting(tx: Transaction, reader: Staff, key: bytes, now: datetime) -> Comment:
    require(reader, Permission.REPLY_TO_COMMENTS)
    one = await _find(tx, key, now)
    if one.group is not None or one.kind == "worker_change":
        raise NotThere
    return one


async def _find(tx: Transaction, key: bytes, now: datetime) -> Comment:
    try:
        return await comments.find(tx, key, on=today(now))
    except NoSuchComment as error:
        raise NotThere from error


# Groups


async def texts(tx: Transaction, reader: Staff, which: AnswerGroupId, *, now: datetime) -> tuple[str, ...]:
    """What was written in this group: in random order without names, then what was signed. Raises: NotAllowed."""
    found = await answer_groups.group(tx, reader, which)
    loose = [one.text for one in await comments.readable(tx, on=today(now)) if one.group == found.id]
    return (*loose, *(one.text for one in await signed_comments.every(tx) if one.group == found.id))


def fitting(words: str) -> str:
    """An answer as it can be said. Raises: AnswerRefused."""
    words = words.strip()
    if not 0 < len(words) <= LONGEST_ANSWER:
        raise AnswerRefused(len(words))
    return words


async def answer_group(tx: Transaction, reader: Staff, which: AnswerGroupId, words: str, *, now: datetime) -> None:
    """This is what is said to everybody; whoever signed hears it at once. Raises: AnsweredAlready, AnswerRefused."""
    found = await answer_groups.to_answer(tx, reader, which)
    words = fitting(words)
    await comments.answer(tx, found.id, words, on=today(now))
    for one in await signed_comments.every(tx):
        if one.group == found.id and (held := await _still_open(tx, one)) is not None:
            await _answer(tx, held, words, reader, now)


async def _still_open(tx: Transaction, one: SignedComment) -> SignedComment | None:
    """The comment as it is now, held; None where it was taken back or answered by itself meanwhile."""
    try:
        held = await signed_comments.find(tx, one.id, hold=True)
    except NoSuchSigned:
        return None
    return held if held.state == "open" and held.token == one.token else None


# With a name


async def signed_for(tx: Transaction, member: Staff) -> tuple[SignedComment, ...]:
    """What waits for an answer, the first due first: all of it for whoever reads, else what this one was asked for."""
    there = [one for one in await signed_comments.every(tx) if one.state == "open"]
    all_of_it = may(member, Permission.REPLY_TO_COMMENTS)
    return tuple(one for one in there if all_of_it or member.id in (*one.asked, *one.told))


async def answer_signed(tx: Transaction, member: Staff, which: SignedCommentId, words: str, *, now: datetime) -> None:
    """Whoever signed it gets these words. Raises: signing.NotYours, AnsweredAlready, AnswerRefused."""
    one = await signing.look(tx, member, which)
    if one.state != "open":
        raise AnsweredAlready
    await _answer(tx, one, fitting(words), member, now)


async def sign_under(tx: Transaction, reader: Staff, which: SignedCommentId, name: str, *, now: datetime) -> Group:
    """The group of that name, with which the comment is answered: at once, if the group is. Raises: GroupRefused."""
    require(reader, Permission.REPLY_TO_COMMENTS)
    one = await signing.look(tx, reader, which)
    if one.state != "open":
        raise AnsweredAlready
    found = await answer_groups.named(tx, name, _round_of(one.kind, one.about))
    one = await signed_comments.put(tx, one, found.id)
    if found.answered_on is not None:
        await _answer(tx, one, found.answer, reader, now)
    return found


async def _answer(tx: Transaction, one: SignedComment, words: str, by: Staff, now: datetime) -> None:
    await signing.close(tx, one)
    done = await signed_comments.answer(tx, one, words, by=by.id, now=now)
    await signing.tell_writer(tx, done, "answered", "voice/answer", now)


# How much there is


async def received(tx: Transaction, progress_round: RoundId | None, *, now: datetime) -> int:
    """How many comments about that round there are to be read by now, with a name or without."""
    return len(await _about(tx, progress_round, now)) + len(await _signed_about(tx, progress_round))


async def answered(tx: Transaction, progress_round: RoundId | None, *, now: datetime) -> int:
    """How many of them are answered."""
    done = {one.group.id for one in await answer_groups.groups(tx, progress_round) if one.is_answered}
    with_name = [one for one in await _signed_about(tx, progress_round) if one.state == "answered"]
    return sum(one.group in done for one in await _about(tx, progress_round, now)) + len(with_name)


async def _signed_about(tx: Transaction, progress_round: RoundId | None) -> list[SignedComment]:
    there = [one for one in await signed_comments.every(tx) if one.kind != "thanks"]
    return [one for one in there if _round_of(one.kind, one.about) == progress_round]


async def standing(tx: Transaction, *, now: datetime) -> Standing:
    """How much waits to be read, answered and told."""
    there = [one for one in await comments.readable(tx, on=today(now)) if one.kind != "worker_change"]
    grouped = await comments.groups(tx)
    signed = [one for one in await signed_comments.every(tx) if one.state == "open"]
    return Standing(
        sum(one.group is None for one in there),
        len(grouped),
        sum(one.answered_on is None for one in grouped),
        len(await answer_groups.untold(tx)),
        len(signed),
        sum(one.due_at is not None and one.due_at <= now for one in signed),
    )


# How it has been when a worker changed


async def having_us(tx: Transaction, reader: Staff, *, now: datetime) -> HavingUs:
    """How people said it has been; it only ever grows by ten and more at once. Raises: NotAllowed."""
    require(reader, Permission.REPLY_TO_COMMENTS)
    there = [one for one in await comments.readable(tx, on=today(now)) if one.kind == "worker_change"]
    until = _whole_tens(there)
    shown = [one for one in there if until is not None and one.monday <= until]
    felt, told = _counted(shown, "felt", FELT), _counted(shown, "told", TOLD)
    return HavingUs(felt, told, tuple(one.text for one in shown if one.text) if felt else ())


def _whole_tens(there: Iterable[Comment]) -> date | None:
    """The last Monday up to which ten or more came since the one before it that counts; None before the first."""
    until, since = None, 0
    said = [one.monday for one in there if one.mark.startswith("felt:")]
    for monday in sorted(set(said)):
        since += said.count(monday)
        if since >= disclosure.MIN_BASE:
            until, since = monday, 0
    return until


def _counted(there: Iterable[Comment], what: str, options: Iterable[str]) -> Mapping[str, int | None] | None:
    marks = [one.mark for one in there]
    counts = {option: marks.count(f"{what}:{option}") for option in options}
    away = disclosure.hidden(list(counts.values()), sensitive=False)
    if away is None:
        return None
    return {
        option: None if at in away else disclosure.rounded(count) for at, (option, count) in enumerate(counts.items())
    }
