"""At which level each question of a closed survey may be shown, and which cells of a breakdown."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from surveys import alike, apart, disclosure, leeway
from surveys.alike import FEW, SLACK, Sums, rounded
from surveys.definition import Condition, Kind, Member, Question, Questionnaire
from surveys.disclosure import MIN_BASE
from surveys.plan import ONE, TICKS, TYPED
from surveys.publication import Breakdown, Cell, Level, PartCount, Size
from surveys.tally import Tally, positions

MANY, ALL_OF_IT = 50, 300
BLANK_SHARE = 10
"""Blanks are worth a line where they pass one in ten of those who were asked."""
REACH = 6
"""As far as one looks for others who could have been asked."""

Group = tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """How one question may be shown. Exact, for nobody to see; `base` and `blank` are as printed.

    groups: the answers that are counted together, `counts` their people, `away` the places of the hidden ones.
    union:  of ticks, how many gave one of the answers of the declared share; as printed.
    """

    tally: Tally
    level: Level
    size: Size
    base: int | None
    blank: int | None = None
    groups: tuple[Group, ...] = ()
    counts: tuple[int, ...] = ()
    away: frozenset[int] = frozenset()
    union: int | None = None

    @property
    def question(self) -> Question:
        return self.tally.question

    def shows(self, members: Sequence[Member]) -> bool:
        """Whether the people who gave one of these answers are printed."""
        seen = {
            member
            for at, group in enumerate(self.groups)
            if at not in self.away
            for member in group
            if set(group) <= set(members)
        }
        return bool(members) and seen == set(members)

    def place(self, member: Member) -> int | None:
        """Where that answer stands alone, and is shown."""
        return next((at for at, group in enumerate(self.groups) if group == (member,) and at not in self.away), None)


def decided(asked: Questionnaire, tallies: Mapping[str, Tally]) -> dict[str, Row]:
    """How each question may be shown, in the order they are asked.

    Where a hidden answer decides who is asked a later question, the later one's base could give it away: that question
    is then not shown. Where nobody can give the same answer to two questions, what is shown of one bounds what is
    hidden of the other: that is looked at both ways, each time against no less than is shown in the end.
    """
    rows = {question_id: row_of(tally) for question_id, tally in tallies.items()}
    for question_id, others in apart.partners(asked).items():
        if question_id in rows:
            rows[question_id] = row_of(tallies[question_id], beside=[rows[one] for one in others if one in rows])
    for question in asked.questions:
        if question.ask_when and question.id in rows and rows[question.id].base is not None:
            row = rows[question.id]
            if not _keeps_secrets(question.id, asked, rows):
                rows[question.id] = Row(row.tally, Level.NOTHING, row.size, None)
    return rows


def size_of(base: int) -> Size:
    """How much may be made of so many answers: decided on what is printed."""
    if rounded(base) < MANY:
        return Size.WORDS
    return Size.BANDS if rounded(base) < ALL_OF_IT else Size.ALL


def row_of(tally: Tally, beside: Sequence[Row] = ()) -> Row:
    """How one question may be shown, taken by itself, or `beside` others in which nobody gave the same answer."""
    question, size = tally.question, size_of(tally.base)
    if tally.base < MIN_BASE:
        return Row(tally, Level.NOTHING, size, None)
    row = Row(tally, Level.NOTHING, size, rounded(tally.base), blank_of(tally))
    if question.kind in TYPED:
        return replace(row, level=Level.WRITTEN)
    first = None
    for level, groups in _levels(tally, size):
        counts = tuple(tally.people(group) for group in groups)
        away = _away(tally, counts, beside)
        if away is not None and first is None:
            first = replace(row, level=level, groups=groups, counts=counts, away=away)
        if away == frozenset():
            first = replace(row, level=level, groups=groups, counts=counts)
            break
    return row if first is None else replace(first, union=_union(first))


def blank_of(tally: Tally) -> int | None:
    """Who were asked and gave no answer, as printed: only where they pass 10% of those asked and are at least 5."""
    return rounded(tally.blank) if _blank_shown(tally.blank, tally.asked) else None


def cells_of(groups: Sequence[Group], counts: Sequence[int], away: frozenset[int]) -> tuple[Cell, ...]:
    """The row as it is printed."""
    return tuple(
        Cell(group, None if at in away else rounded(count))
        for at, (group, count) in enumerate(zip(groups, counts, strict=True))
    )


def hidden_firsts(row: Row, counts: Sequence[int]) -> frozenset[int] | None:
    """Which first choices must be hidden; None where none may be shown. Nobody is first more often than picked."""
    if row.away or row.level is not Level.DETAIL:
        return None
    base = row.tally.base
    caps = [min(base, max(0, rounded(count) - SLACK)) for count in row.counts]
    return disclosure.hidden(counts, sensitive=row.question.sensitive, sums=lambda _: Sums(base, base, caps))


def breakdown(
    asked: Questionnaire,
    tallies: Mapping[str, Tally],
    copies: Mapping[tuple[str, str, str, Member], int],
    *,
    sent: int,
    invited: int,
) -> Breakdown:
    """What may be kept of the segment copies: one-way, in the columns of the totals, and no part of what is hidden.

    copies: how many copies there are of each (question, segment, part, answer).
    """
    rows, found = decided(asked, tallies), list[PartCount]()
    for segment in asked.segment_questions:
        own = rows[segment.id]
        # A part is broken down only where its own count is printed: or its base would tell what is hidden there.
        named = {part: own.counts[at] for part in segment.option_ids if (at := own.place(part)) is not None}
        for question in asked.questions:
            row, about = rows.get(question.id), (question.id, segment.id)
            if row is None or not row.groups or row.size is Size.WORDS or question.kind not in ONE or question.segment:
                continue
            cells = {
                part: [sum(copies.get((*about, part, one), 0) for one in group) for group in row.groups]
                for part in named
                if _settled(question, segment.id, part, found)
            }
            kept = disclosure.segment_cells(
                {part: counts for part, counts in cells.items() if any(counts)},
                row.counts,
                sent=named,
                everyone=sent,
                invited=invited,
                sensitive=question.sensitive,
                closed=row.away,
            )
            for part, counts in cells.items():
                shown = tuple((group, counts[at]) for at, group in enumerate(row.groups) if (part, at) in kept)
                if shown:
                    found.append(PartCount(question.id, segment.id, part, sum(counts), shown))
    return tuple(found)


# One row


def _levels(tally: Tally, size: Size) -> Iterator[tuple[Level, tuple[Group, ...]]]:
    """The levels to try, the one that is wanted first."""
    question = tally.question
    alone = tuple((member,) for member in positions(question))
    share = _split(question)
    if question.kind in TICKS:
        yield Level.DETAIL, alone
        return
    if size is Size.WORDS:
        if share is not None:
            yield Level.SHARE, share
        elif question.kind is not Kind.SCALE:
            common = min(range(len(alone)), key=lambda at: (-tally.counts[at], at))
            yield Level.SHARE, (alone[common], tuple(one for at, (one,) in enumerate(alone) if at != common))
        return
    bands = question.bands and _bands(question)
    if question.kind is not Kind.SCALE and (size is Size.ALL or not bands):
        yield Level.DETAIL, alone
    if bands:
        yield Level.BANDS, bands
    if share is not None:
        yield Level.SHARE, share


def _split(question: Question) -> tuple[Group, Group] | None:
    """The declared share and everybody else."""
    if question.share is None:
        return None
    rest = tuple(member for member in positions(question) if member not in question.share)
    return (question.share, rest) if rest else None


def _bands(question: Question) -> tuple[Group, ...]:
    """The declared bands, cut where the share cuts through one; answers in no band stand alone."""
    share = set(question.share or ())
    groups: dict[Group, None] = {}
    for member in positions(question):
        band = next((one for one in question.bands if member in one), (member,))
        groups[tuple(one for one in band if (one in share) == (member in share))] = None
    return tuple(groups)


def _away(tally: Tally, counts: Sequence[int], beside: Sequence[Row]) -> frozenset[int] | None:
    question = tally.question
    if question.kind in TICKS:
        sums = partial(_sums, tally, _left_by(tally, beside))
        return disclosure.hidden(counts, sensitive=question.sensitive, base=tally.base, sums=sums)
    return disclosure.hidden(counts, sensitive=question.sensitive)


def _left_by(tally: Tally, beside: Sequence[Row]) -> Mapping[Member, int]:
    """The most that can have given an answer, of everybody but those who are shown to have given it elsewhere.

    Made from what is printed and from how many have sent, and never kinder than the truth can be.
    """
    everyone = tally.asked + tally.not_asked
    left: dict[Member, int] = {}
    for row in beside:
        for at, (group, count) in enumerate(zip(row.groups, row.counts, strict=True)):
            if count and at not in row.away:
                most = max(0, everyone - rounded(count) - SLACK)
                left.update({member: min(most, left.get(member, most)) for member in group})
    return left


def _sums(tally: Tally, left: Mapping[Member, int], away: Collection[int]) -> Sums:
    """What must hold of any ticks: everybody gave one at least and `max` at most, and what clears stands alone.

    Made from what is printed and the base only, and never kinder than the truth can be.
    """
    question, base = tally.question, tally.base
    alone = [option.clears for option in question.options]
    near = [
        (FEW - 1 if clears else 0) if at in away else rounded(count) + SLACK
        for at, (count, clears) in enumerate(zip(tally.counts, alone, strict=True))
    ]
    cleared = sum(most for most, clears in zip(near, alone, strict=True) if clears)
    picked = max((most for most, clears in zip(near, alone, strict=True) if not clears), default=0)
    most = question.max or max(1, len(alone) - sum(alone))
    caps = [max(0, min(base - picked, FEW - 1)) if clears else max(0, base - cleared) for clears in alone]
    caps = [min(cap, left.get(member, cap)) for cap, member in zip(caps, question.option_ids, strict=True)]
    return Sums(base, max(base, most * base - (most - 1) * cleared), caps)


def _union(row: Row) -> int | None:
    """Of ticks, who gave one of the answers of the share; where nothing of the row is hidden and nothing is found.

    Set against the counts it says how many gave more than one of them: that must be open to four values too.
    """
    question, tally = row.question, row.tally
    if question.kind is not Kind.SEVERAL or not question.share or row.away:
        return None
    people = tally.people(question.share)
    if people < FEW or 0 < tally.base - people < FEW or (question.sensitive and people == tally.base):
        return None
    counts = [rounded(tally.people((member,))) for member in question.share]
    most_twice = sum(counts) + SLACK * len(counts) - (rounded(people) - SLACK)
    return rounded(people) if most_twice >= leeway.ENOUGH else None


def _blank_shown(blank: int, asked: int) -> bool:
    return blank >= FEW and BLANK_SHARE * blank > asked


# Who is asked what


def _keeps_secrets(question_id: str, asked: Questionnaire, rows: Mapping[str, Row]) -> bool:
    """Whether what is printed up to this question leaves open how many gave the hidden answers that lead to it."""
    upto = asked.plan.position[question_id]
    for source_id in {when.question for when in asked.question(question_id).ask_when}:
        later = [
            (rows[one.id], when)
            for one in asked.questions[: upto + 1]
            for when in one.ask_when
            if when.question == source_id and one.id in rows and rows[one.id].base is not None
        ]
        fewer, more = _room([row for row, _ in later], asked.plan.watched)
        if not all(_open(rows[source_id], when, fewer, more) for _, when in later):
            return False
    return True


def _open(source: Row, when: Condition, fewer: int, more: int) -> bool:
    """Whether the answers that decide could be others by enough.

    fewer, more: how many fewer, and how many more, could have been asked all later questions.
    """
    question, tally = source.question, source.tally
    named = {*(when.any_of or ()), *(when.none_of or ())}
    if question.kind in TICKS:
        return source.level is Level.DETAIL and all(source.place(member) is not None for member in named)
    barred = {member for member in positions(question) if not _passes(when, member)}
    for group in source.groups or (positions(question),):
        if not barred.isdisjoint(group) and not barred.issuperset(group):
            out, inside = tally.people(barred.intersection(group)), tally.people(group)
            told = min(fewer, inside - out) + min(more, out) < leeway.ENOUGH
            if told and alike.telling(out, tally.base, sensitive=question.sensitive):
                return False
    out_away = [at for at in source.away if barred.issuperset(source.groups[at])]
    held = sum(source.counts[at] for at in out_away)
    return leeway.free_within(
        source.counts,
        source.away,
        tally.base,
        sensitive=question.sensitive,
        some=out_away,
        low=held - more,
        high=held + fewer,
    )


def _passes(when: Condition, member: Member) -> bool:
    if when.any_of is not None and member not in when.any_of:
        return False
    return when.none_of is None or member not in when.none_of


def _room(later: Sequence[Row], watched: Collection[str]) -> tuple[int, int]:
    """How many fewer, and how many more, could have been asked every one of these without one number changing."""
    fewer = more = REACH
    for row in later:
        give, take = _shift(row, watched)
        fewer = min(fewer, next((step for step in range(REACH) if not _absorbs(row, -step - 1, give, take)), REACH))
        more = min(more, next((step for step in range(REACH) if not _absorbs(row, step + 1, give, take)), REACH))
    return fewer, more


def _absorbs(row: Row, change: int, give: int, take: int) -> bool:
    """Whether so many more (or fewer) could have been asked while all that is printed stays as it is."""
    tally, base = row.tally, row.base or 0
    asked = tally.asked + change
    for answered in range(max(MIN_BASE, base - SLACK, tally.base - give), min(base + SLACK, tally.base + take) + 1):
        blank = asked - answered
        if blank >= 0 and (rounded(blank) if _blank_shown(blank, asked) else None) == row.blank:
            return True
    return False


def _shift(row: Row, watched: Collection[str]) -> tuple[int, int]:
    """By how many people the base could be lower, and higher, with the row printed the same."""
    tally, question = row.tally, row.question
    if question.id in watched:
        return 0, 0
    if question.kind in TYPED:
        return 2 * SLACK, 2 * SLACK
    if question.kind in TICKS:
        room = tally.base - FEW - max(tally.counts)
        spare, over = _spare(tally)
        return max(0, min(room, spare)), min(over, 2 * SLACK) if room >= 0 else 0
    seen = [count for at, count in enumerate(row.counts) if at not in row.away and count]
    return (
        sum(count - max(FEW, rounded(count) - SLACK) for count in seen),
        sum(rounded(count) + SLACK - count for count in seen),
    )


def _spare(tally: Tally) -> tuple[int, int]:
    """How many ticks more there could be, and how many of them are somebody's second or third."""
    alone = sum(tally.people((option.id,)) for option in tally.question.options if option.clears)
    picks, people = sum(tally.counts) - alone, tally.base - alone
    most = tally.question.max or len(tally.counts)
    return (most * people - picks) // most, picks - people


def _settled(question: Question, segment: str, part: str, found: Sequence[PartCount]) -> bool:
    """Whether who was asked is no secret in this part: every answer that decides it is kept there."""
    for when in question.ask_when:
        named = {*(when.any_of or ()), *(when.none_of or ())}
        kept = {
            group
            for one in found
            if (one.question, one.segment, one.option) == (when.question, segment, part)
            for group, _ in one.cells
        }
        if not all((member,) in kept for member in named) and not any(set(group) == named for group in kept):
            return False
    return True
