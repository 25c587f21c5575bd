"""Everything a thief can try, each try scored against what really happened and against what luck would give."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TypeVar

from support.linkage import ALSO_TOLD, CARE, TOLD, World
from support.thief import FILES, LOG, Box, Copy, Row, said_in

from storage.answers import NO_SEGMENT, encoded
from storage.errors import Unreadable
from storage.ids import PersonId
from storage.sealing import Sealer
from surveys import boxes
from surveys.values import Answers

Item = TypeVar("Item", bound=Hashable)

FEWEST_RANKED = 20
RARE, SMALL_SHARE = 3, 0.2
"""An answer so rare, given by one of so few: worth a guess."""
FALSE_ALARM = 0.001
"""How often a run on a perfect design may fail: one in a thousand, all its attacks together."""
RHO_AT_300 = 0.25


@dataclass(frozen=True, slots=True)
class Attack:
    """One try: how many pairs it named, how many were right, and how many luck alone would have named rightly.

    `rho` is the rank correlation between the order of people and the order of what is theirs, where there are orders.
    """

    name: str
    guesses: int
    correct: int
    by_luck: float
    rho: float | None = None
    ranked: int = 0

    def succeeds(self, tries: int) -> bool:
        """Whether it did better than luck does once in a thousand runs of this many tries."""
        if self.rho is not None and abs(self.rho) >= rho_limit(self.ranked):
            return True
        return self.correct > most_by_luck(self.by_luck, tries)


def together(runs: Sequence[Sequence[Attack]]) -> list[Attack]:
    """The tries that a run makes once (those at the end, and those over all copies), added up by name.

    The others look at the same order several times, so that one lucky guess would count for many.
    """
    repeated = {name for tried in runs for name, times in Counter(one.name for one in tried).items() if times > 1}
    sums: dict[str, Attack] = {}
    for one in (one for tried in runs for one in tried if one.name not in repeated):
        so_far = sums.get(one.name, Attack(one.name, 0, 0, 0.0))
        sums[one.name] = Attack(
            one.name, so_far.guesses + one.guesses, so_far.correct + one.correct, so_far.by_luck + one.by_luck
        )
    return list(sums.values())


def told(tried: Sequence[Attack]) -> str:
    """How many tries there were, and the best of them, for whoever reads a failure or a proof."""
    best = sorted(tried, key=lambda one: (one.correct - one.by_luck, abs(one.rho or 0)), reverse=True)[:8]
    lines = [f"{one.correct:5} of {one.guesses} right, {one.by_luck:.1f} by luck: {one.name}" for one in best]
    return "\n".join([f"{len(tried)} tries, the best:", *lines])


def largest_rho(tried: Iterable[Attack], *, ranked: int = 250) -> float:
    """The largest rank correlation, either way, among orders of at least so many."""
    return max((abs(one.rho) for one in tried if one.rho is not None and one.ranked >= ranked), default=0.0)


def most_by_luck(mean: float, tries: int) -> int:
    """The largest count that luck reaches more often than 0.001 divided by the number of tries."""
    if not mean:
        return 0
    # Read here and not above: every worker reads this module, and few of them come this way.
    from scipy.stats import poisson

    return int(poisson.isf(FALSE_ALARM / tries, mean))


def rho_limit(ranked: int) -> float:
    """0.25 for 300 people; for fewer, what is as unlikely."""
    return max(RHO_AT_300, RHO_AT_300 * math.sqrt(299 / max(ranked - 1, 1)))


def all_of(world: World, copies: Sequence[Copy], *, kept_keys: Path, seed: int) -> list[Attack]:
    """Every attack on every copy."""
    tried: list[Attack] = []
    came_out = _came_out(copies)
    for copy in copies:
        tried += by_order(world, copy)
        tried += by_the_log(world, copy, came_out)
        tried += by_transaction(world, copy)
        tried += by_neighbours(world, copy)
        tried += with_the_live_key(world, copy)
        tried.append(in_plain_text(world, copy))
    tried += by_difference(world, copies, Random(seed))
    tried.append(by_equal_bytes(copies))
    tried.append(with_the_keys_that_are_left(copies, kept_keys))
    tried.append(by_joining_segments(world, copies[-1]))
    return tried


# Orders


def by_order(world: World, copy: Copy) -> Iterator[Attack]:
    """The first person wrote the first answer, and so on; from both ends, for every order of either."""
    orders_of_words = _orders_of_words(copy)
    for whose, people in _orders_of_people(copy).items():
        for what, words in orders_of_words.items():
            yield _matched(world, f"{copy.label}: {whose} x {what}", people, words)
            yield _matched(world, f"{copy.label}: {whose} x {what}, from the end", people[::-1], words)


def _orders_of_people(copy: Copy) -> dict[str, list[PersonId]]:
    """Everybody who is done: as the register has them, as watched one by one, and as they lie in the files."""
    flags = {f"flags {name}": people for name, people in copy.done.items()}
    return _different({**flags, "register": sorted(copy.sent), "watched": copy.sent})


def _orders_of_words(copy: Copy) -> dict[str, list[str]]:
    """What was written, in every order in which it lies; in the files also by the first and last place of each word."""
    published = set(copy.words("as read"))
    orders = {f"answers {name}": copy.words(name) for name in copy.answers}
    if published and published <= set(copy.found.get(FILES, ())):
        orders |= _first_and_last(copy.found[FILES], published, FILES)
    return _different(orders)


def _first_and_last(found: Sequence[str], published: Collection[str], where: str) -> dict[str, list[str]]:
    known = [word for word in found if word in published]
    first, last = list(dict.fromkeys(known)), list(dict.fromkeys(known[::-1]))[::-1]
    return {f"first place in {where}": first, f"last place in {where}": last}


def _different(orders: Mapping[str, list[Item]]) -> dict[str, list[Item]]:
    """Each order once: tries that are the same must not be counted as several."""
    once: dict[tuple[Item, ...], str] = {}
    for name, items in orders.items():
        if items and tuple(items[::-1]) not in once:
            once.setdefault(tuple(items), name)
    return {name: list(items) for items, name in once.items()}


def _matched(world: World, name: str, people: Sequence[PersonId], words: Sequence[str]) -> Attack:
    """Each guess is right with a chance of one in as many as there are words, so luck has one right in all."""
    pairs = list(zip(people, words, strict=False))
    correct = sum(world.owners[word] == person for person, word in pairs)
    place = {person: at for at, person in enumerate(people)}
    places = [place[world.owners[word]] for word in words if world.owners[word] in place]
    rho = spearman(places) if len(places) >= FEWEST_RANKED else None
    return Attack(name, len(pairs), correct, 1.0, rho, len(places))


def spearman(places: Sequence[int]) -> float:
    """The rank correlation of a sequence of distinct numbers with its own order."""
    rank = {place: at for at, place in enumerate(sorted(places))}
    apart = sum((rank[place] - at) ** 2 for at, place in enumerate(places))
    return 1 - 6 * apart / (len(places) * (len(places) ** 2 - 1))


def _words(rows: Sequence[Row], question: str) -> list[str]:
    return [said_in(value) for asked, value, _ in rows if asked == question]


def by_the_log(world: World, copy: Copy, came_out: Mapping[str, int]) -> Iterator[Attack]:
    """The log of PostgreSQL holds every rewriting, so it tells, as copies do, which words came out together.

    So luck has one right for each time the pool was opened; and within those that came out together, no order shows.
    """
    published = copy.words("as read")
    if not published or not set(copy.found.get(LOG, ())) >= set(published):
        return
    place = {person: at for at, person in enumerate(copy.sent)}
    for name, words in _first_and_last(copy.found[LOG], published, LOG).items():
        batches: dict[int, list[str]] = {}
        for word in words:
            batches.setdefault(came_out[word], []).append(word)
        for end, people in (("", copy.sent), (", from the end", copy.sent[::-1])):
            correct = sum(world.owners[word] == person for person, word in zip(people, words, strict=False))
            yield Attack(f"{copy.label}: watched x {name}{end}", len(words), correct, float(len(batches)))
        for batch in batches.values():
            if len(batch) >= FEWEST_RANKED:
                rho = spearman([place[world.owners[word]] for word in batch])
                yield Attack(f"{copy.label}: {name}, those that came out together", 0, 0, 0.0, rho, len(batch))


def _came_out(copies: Sequence[Copy]) -> dict[str, int]:
    """For each word the number of the copy that was the first to have it."""
    first: dict[str, int] = {}
    for number, copy in enumerate(copies):
        for word in copy.words("as read"):
            first.setdefault(word, number)
    return first


def by_transaction(world: World, copy: Copy) -> Iterator[Attack]:
    """Rows written together belong together; each group is matched in the order of its places."""
    if copy.same_transaction:
        pairs = [pair for people, words in copy.same_transaction for pair in zip(people, words, strict=False)]
        correct = sum(world.owners[word] == person for person, word in pairs)
        yield Attack(f"{copy.label}: written together", len(pairs), correct, float(len(copy.same_transaction)))


def by_neighbours(world: World, copy: Copy) -> Iterator[Attack]:
    """Two answers of one person lie in the same place of each question's order, so that whole records come back."""
    for name, rows in _different(copy.answers).items():
        one = _words(rows, TOLD)
        other = [word for word in _words(rows, ALSO_TOLD) if word]
        writers = {word.removesuffix("-too") for word in other}
        one = [word for word in one if word in writers]
        if one:
            correct = sum(f"{word}-too" == also for word, also in zip(one, other, strict=False))
            yield Attack(f"{copy.label}: two answers of one person, {name}", len(one), correct, 1.0)


# Copies compared


def by_difference(world: World, copies: Sequence[Copy], random: Random) -> Iterator[Attack]:
    """What came out between two copies was written by those who sent between the same two.

    By luck: each box that waited was as likely as any other, so one guess in as many is right.
    """
    guesses, correct, by_luck = 0, 0, 0.0
    known: set[str] = set()
    credited = 0
    for copy in copies:
        came_out = [word for word in copy.words("as read") if word not in known]
        if not came_out:
            continue
        new = copy.sent[credited:]
        waited = len(copy.sent) - len(known)
        credited, known = len(copy.sent), known | set(came_out)
        pairs = list(zip(random.sample(new, len(new)), came_out, strict=False))
        guesses += len(pairs)
        correct += sum(world.owners[word] == person for person, word in pairs)
        by_luck += len(pairs) / waited
    yield Attack("copies compared", guesses, correct, by_luck)


def by_equal_bytes(copies: Sequence[Copy]) -> Attack:
    """A box sealed again is recognised by anything it has in common with itself before the key turned.

    Within one epoch it is: Send moves the box as it is. That names a box, and nobody can open it once the key is gone.
    """
    seen: dict[bytes, str] = {}
    again = tried = 0
    for copy in copies:
        for box in (*next(iter(copy.pool.values()), ()), *copy.drafts.values()):
            for part in (piece for sealed in (box.taps, box.words) for piece in _pieces(sealed)):
                tried += 1
                again += seen.setdefault(part, box.epoch) != box.epoch
    return Attack("equal bytes after the key turned", tried, again, 0.0)


def _pieces(sealed: bytes) -> Iterator[bytes]:
    """The nonce, the tag, and pieces of what lies between."""
    yield sealed[:12]
    yield sealed[-16:]
    yield from (sealed[at : at + 16] for at in range(12, len(sealed) - 32, max(16, len(sealed) // 32)))


# Keys


def with_the_keys_that_are_left(copies: Sequence[Copy], keys: Path) -> Attack:
    """Open every old box with every key that can still be found once the survey is closed."""
    left = [Sealer(path.read_bytes()) for path in sorted(keys.rglob("*.key"))]
    tried = opened = 0
    for copy in copies:
        for box in (*next(iter(copy.pool.values()), ()), *copy.drafts.values()):
            for key in left:
                tried += 1
                opened += _opens(key, box)
    return Attack("old boxes, keys that are left", tried, opened, 0.0)


def _opens(key: Sealer, box: Box) -> bool:
    try:
        key.open_fixed(box.taps, _about(box, "taps"))
    except Unreadable:
        return False
    return True


def _about(box: Box, what: str) -> bytes:
    return f"1/{box.survey}/{box.epoch}/{what}".encode()


def opened(copy: Copy, box: Box) -> Answers:
    """What the holder of the live key reads in a box."""
    key = Sealer(copy.live_key)
    taps, words = key.open_fixed(box.taps, _about(box, "taps")), key.open_fixed(box.words, _about(box, "words"))
    return boxes.unpack(CARE, taps, words)


def with_the_live_key(world: World, copy: Copy) -> Iterator[Attack]:
    """One copy with its live key: the boxes that wait are read, and matched by place with those who sent last.

    Who sent last is known from watching, and from where the flags lie. By luck one in all is right.
    """
    read: dict[Box, str] = {}
    for name, waiting in _different(copy.pool).items():
        for box in waiting:
            if box not in read:
                value = opened(copy, box).values[TOLD]
                read[box] = str(value["text"]) if isinstance(value, dict) else ""
        words = [read[box] for box in waiting]
        if words:
            for whose, people in _orders_of_people(copy).items():
                last = people[-len(words) :]
                yield _matched(world, f"{copy.label}, live key: {whose} x pool {name}", last, words)
                yield _matched(world, f"{copy.label}, live key: {whose} x pool {name}, from the end", last[::-1], words)


# Plain text


def in_plain_text(world: World, copy: Copy) -> Attack:
    """No word stands in any file before it has left the pool, nor ever if it was not sent; no opened box, no key."""
    published = set(copy.words("as read"))
    early = [word for words in copy.found.values() for word in words if word not in published]
    return Attack(f"{copy.label}: plain text", copy.read, len(early) + len(copy.leaks), 0.0)


# The register


def by_joining_segments(world: World, copy: Copy) -> Attack:
    """A rare answer that stands beside one age and beside one home was given by somebody who is both."""
    beside: dict[tuple[str, str], dict[str, set[str]]] = {}
    totals: Counter[tuple[str, str]] = Counter()
    for question, value, segments in copy.answers["as read"]:
        if segments == NO_SEGMENT:
            totals[question, value] += 1
        for segment, part in json.loads(segments).items():
            beside.setdefault((question, value), {}).setdefault(segment, set()).add(part)
    guesses, correct, by_luck = 0, 0, 0.0
    for (question, value), parts in beside.items():
        people = _who_are(world, copy, parts)
        if len(parts) < 2 or totals[question, value] > RARE or len(people) > len(copy.sent) * SMALL_SHARE:
            continue
        guesses += len(people)
        correct += sum(person_said(world, person, question) == value for person in people)
        by_luck += len(people) * totals[question, value] / len(copy.sent)
    return Attack("segments joined with the register", guesses, correct, by_luck)


def _who_are(world: World, copy: Copy, parts: Mapping[str, set[str]]) -> list[PersonId]:
    """Those who are done and, as the register has it, in one of the parts of every segment."""
    facts = {person: world.people[person].segments for person in copy.sent}
    return [person for person, known in facts.items() if all(known[name] in some for name, some in parts.items())]


def person_said(world: World, person: PersonId, question: str) -> str:
    """The value as the table would hold it."""
    return encoded(world.people[person].answers.values.get(question))
