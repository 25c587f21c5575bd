"""More than a year in one story: asked, told, what comes first, a plan, two quarters, and asked once more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cycle import ANSWERED, ENVELOPES, JOINED, SIZE, Northfield, actions, at_ten, sorted_cards, tap_number
from support.indoors import Indoors, button_data, indoors

from bot.reports import text
from engagement import loop_figures, priorities, promises, results
from storage import openings, people
from storage.ids import ChatId, PromiseId, SurveyId

BEGUN = datetime(2026, 9, 1, 10, tzinfo=UTC)
RINGS, WIFI, GYM = "Ring back by the next evening.", "Free wifi in your first year.", "A gym card for everyone."


@pytest.fixture
async def inside(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Indoors]:
    async with indoors(sqlite_database_url, tmp_path / "keys", now=BEGUN) as here:
        yield here


@pytest.fixture
async def town(inside: Indoors) -> Northfield:
    return await Northfield(inside).set_up()


async def test_what_was_said_is_told_promised_kept_or_not_and_asked_once_more(town: Northfield) -> None:
    first_year = await town.yearly(reached=20, hard=40, until=at_ten(2026, 9, 30))
    cards = await findings_are_told_and_lead_to_what_comes_first(town)
    await what_comes_first_is_known(town, cards)
    rings, wifi, gym = await a_plan_is_written_and_told(town, first_year, cards)
    await a_quarter_in_which_one_moves(town, rings, wifi, gym)
    await a_quarter_in_which_one_is_dropped(town, rings, wifi, gym)
    await town.until(at_ten(2027, 9, 1))
    second_year = await town.yearly(reached=50, hard=14, until=at_ten(2027, 9, 30))
    await two_pictures_of_the_group(town, second_year)
    await the_loop_is_closed(town, first_year, cards, second_year)
    await nobody_was_given_away(town)
    assert town.here.given_up == []


async def findings_are_told_and_lead_to_what_comes_first(town: Northfield) -> SurveyId:
    """Eight days after it closed; the ten cards are open without a word of their own."""
    here, pat, kit, lou = town.here, town.pat, town.kit, town.lou
    await town.until(at_ten(2026, 10, 7))
    await town.room(pat, "priorities", "cards:pick", "open_it:quietly", "open_yes")
    async with here.store.transaction() as tx:
        cards = (await priorities.every(tx))[0].id
    await town.room(pat, "findings", "about")
    assert "easy to get hold of their PA, always or most of the time." in pat.text
    await here.do(pat, "pick")
    await tap_number(here, pat, "said 0 to 4 out of 10 for how life is as a whole", "tick", leaf="page")
    await tap_number(here, pat, "find it hard or very hard to manage for money", "tick", leaf="page")
    assert "8 of at most 8 chosen." in pat.text
    await here.do(pat, "one", "tell", "see")
    assert pat.text.startswith("About 60 people told us how life is.")
    await here.do(pat, "list", "tell")
    await town.tells(JOINED)
    for phone in (kit, lou):
        assert phone.last.text == "There's something to look at when you have a minute."
        await town.opens(phone)
        assert "If you didn't take part, that's fine." in phone.text
        read = [phone.text]
        while "slide" in actions(phone) and "survey" not in actions(phone):
            await here.do(phone, f"slide:{len(read) + 1}")
            read.append(phone.text)
        assert any("find it hard or very hard to manage for money" in text for text in read)
        assert any("That is 67 in 100." in text for text in read)
        await here.do(
            phone, "survey", "start", "pick:0", "pick:1", "pick:2", "done", "pick:5", "pick:6", "done", "send"
        )
        assert phone.text.startswith("Sent.")
    await town.crowd_sends(cards, [sorted_cards(number) for number in range(SIZE)])
    return cards


async def what_comes_first_is_known(town: Northfield, cards: SurveyId) -> None:
    here, pat = town.here, town.pat
    await town.until(at_ten(2026, 10, 22))
    async with here.store.transaction() as tx:
        found = await priorities.outcome(tx, cards)
    assert found is not None
    assert [card.id for card in found.cards[:2]] == ["money", "home"]
    await town.room(pat, "priorities", "figures")
    assert "60 of 65 answered" in pat.text


async def a_plan_is_written_and_told(
    town: Northfield, survey: SurveyId, cards: SurveyId
) -> tuple[PromiseId, PromiseId, PromiseId]:
    """One promise stands on a finding, one on what came first, one on nothing that was said, and that is counted."""
    here, pat, kit = town.here, town.pat, town.kit
    await town.until(at_ten(2026, 11, 3))
    await town.room(pat, "plan_staff", "new_theme")
    await here.type(pat, "Day to day")
    await here.do(pat, "new", f"survey:{survey}")
    await tap_number(here, pat, "easy to get hold of their PA", "take", leaf="turn")
    await here.type(pat, RINGS)
    await here.do(pat, "owner", f"owner:{town.priya_id}")
    await here.do(pat, "steps", "steps:3")
    await here.do(pat, "plan_staff", "theme", "new", f"survey:{cards}")
    await tap_number(here, pat, "You have enough money to live on", "take", leaf="turn")
    await here.type(pat, WIFI)
    await here.do(pat, "owner", f"owner:{town.priya_id}")
    await here.do(pat, "plan_staff", "theme", "new", "none")
    await here.type(pat, GYM)
    await here.do(pat, "owner", f"owner:{town.marcus_id}")
    await here.do(pat, "plan_staff", "weak")
    assert "1 of 3 not from young people: no finding and no quote." in pat.text
    await here.do(pat, "plan_staff", "tell")
    await town.tells(JOINED)
    assert kit.last.text == "There's something to look at when you have a minute."
    await town.opens(kit, "theme")
    assert "You said\n" in kit.text
    assert "easy to get hold of their PA" in kit.text
    assert RINGS in kit.text
    await here.do(kit, "turn:2")
    assert "You have enough money to live on" in kit.text
    await here.do(kit, "turn:3")
    assert "This one did not come from young people." in kit.text
    async with here.store.transaction() as tx:
        return tuple([one.id for one in await promises.every(tx)])  # type: ignore[return-value]


async def a_quarter_in_which_one_moves(town: Northfield, rings: PromiseId, wifi: PromiseId, gym: PromiseId) -> None:
    """Owners answer in time, what moved is told, and what is written about it is answered with a name and without."""
    here, pat, kit, lou = town.here, town.pat, town.kit, town.lou
    await town.until(at_ten(2027, 1, 4))
    assert {town.priya.last.text, town.marcus.last.text} == {"1 update to see"}
    await here.do(town.priya, "open", f"update:{rings}", "state:doing", "steps:1")
    await here.type(town.priya, "One team of three does it now.")
    await here.do(town.priya, "give", f"update:{wifi}", "nothing")
    await here.do(town.marcus, "open", f"update:{gym}", "nothing")
    await town.until(at_ten(2027, 1, 12))
    await town.room(pat, "progress", "moved")
    assert pat.text.startswith("What moved since people last heard: 1.")
    await here.do(pat, "tell")
    await town.tells(JOINED)
    await town.opens(kit)
    assert f"We said\n{RINGS}" in kit.text
    assert "Before: Not begun yet.\nNow: Under way, 1 of 3 steps. It was 0." in kit.text
    assert WIFI not in kit.text
    await here.do(kit, "say_about", "without")
    await here.type(kit, "They never ring on Fridays")
    assert kit.text.startswith("Thank you. It is kept without your name")
    await town.opens(lou, "say_about", "with")
    await here.type(lou, "Mine rang on Friday evening")
    assert lou.text.startswith("Thank you. Pat has it now, and answers you here by")
    for phone, choice in ((kit, 1), (lou, 0)):
        await here.do(phone, "turn:next", "survey", "start", f"pick:{choice}", "pick:2", "pick:2", "send")
        assert phone.text.startswith("Sent.")
    await town.crowd_answers(
        await town.newest_open(), [{f"p{rings}": "good" if number % 3 else "cant_tell"} for number in range(SIZE)]
    )
    await what_was_written_is_answered(town)
    await town.until(at_ten(2027, 1, 27))
    await town.room(pat, "progress", "report")
    (page,) = [one.file.body.decode() for one in pat.from_bot if one.file is not None]
    for words in (RINGS, "Ringing on Fridays", "From May there is a rota for Fridays."):
        assert words in page
    for words in ("never ring", "Mine rang", "Kit", "Lou"):
        assert words not in page, "what is reported are groups and answers"


async def what_was_written_is_answered(town: Northfield) -> None:
    """On Monday Pat reads what has no name, puts what was signed beside it, and gives both one answer."""
    here, pat, lou = town.here, town.pat, town.lou
    await town.room(pat, "progress", "comments")
    assert "Nothing to read about this round." in pat.text, "not before Monday"
    await town.until(at_ten(2027, 1, 18))
    await town.room(pat, "progress", "comments", "read")
    assert f"[{RINGS}] They never ring on Fridays" in pat.text
    assert "Kit" not in pat.text
    await here.do(pat, "under")
    await here.type(pat, "Ringing on Fridays")
    await here.do(pat, "signed")
    assert "Lou L wrote, with their name:" in pat.text
    await here.do(pat, "under", "in", "groups", "group", "answer")
    await here.type(pat, "From May there is a rota for Fridays.")
    await here.do(pat, "say")
    await town.tick()
    assert lou.last.text == ANSWERED
    await town.opens(lou)
    assert "Pat says:\nFrom May there is a rota for Fridays." in lou.text
    assert town.kit.last.text != ANSWERED, "nobody knows who else wrote"


async def a_quarter_in_which_one_is_dropped(
    town: Northfield, rings: PromiseId, wifi: PromiseId, gym: PromiseId
) -> None:
    """Two are done; the third is not kept, and whoever was told of it is told so, and nobody else."""
    here, pat, kit = town.here, town.pat, town.kit
    async with here.store.transaction() as tx:
        nia = here.phone("Nia")
        nia.chat.started = True
        await people.join(tx, town.nia_id, ChatId(nia.id))
    await town.until(at_ten(2027, 4, 1))
    await here.do(town.priya, "open", f"update:{rings}", "state:done")
    await here.type(town.priya, "All three teams do it.")
    await here.do(town.priya, "give", f"update:{wifi}", "state:done", "give")
    await town.until(at_ten(2027, 4, 8))
    await town.room(pat, "plan_staff", "theme", f"promise:{gym}", "state", "set:4")
    for words in ("The money went to wifi.", "The head of service"):
        await here.type(pat, words)
    await here.do(pat, "today")
    await here.type(pat, "Free swimming on Mondays.")
    await here.do(pat, "drop")
    await town.tells(JOINED)
    assert len(town.arrived.get(nia.id, [])) == 0, "nobody told Nia of it"
    for phone in town.joined:
        assert phone.last.text == "An update on something we said we would do."
    await town.opens(kit)
    assert f"We said: {GYM}\n\nWe can't do this. The money went to wifi." in kit.text
    assert "Instead: Free swimming on Mondays." in kit.text
    assert "We're sorry. You were told yes, and now it's no." in kit.text
    await town.until(at_ten(2027, 4, 20))
    await town.room(pat, "progress", "moved")
    assert RINGS in pat.text
    assert WIFI in pat.text
    assert GYM not in pat.text, "those who were told of it know, and the others need not"
    await here.do(pat, "tell")
    await town.tells(JOINED + 1)
    await town.opens(kit)
    read = [kit.text]
    while "survey" not in actions(kit):
        await here.do(kit, "turn:next")
        read.append(kit.text)
    assert any("You wrote\nRinging on Fridays\n\nWe say\nFrom May" in text for text in read)
    await here.do(kit, "survey", "start")
    assert f"We said: {RINGS} It is done. Has this changed for you?" in kit.text
    await here.do(kit, "pick:0", "pick:1", "send")
    await town.opens(nia, "turn:next", "turn:next")
    assert RINGS in here.seen_by(nia)
    assert GYM not in here.seen_by(nia)
    await town.crowd_answers(
        await town.newest_open(),
        [{f"p{rings}_changed": "changed" if number % 4 else "cant_tell"} for number in range(SIZE)],
    )
    await town.until(at_ten(2027, 5, 5))


async def two_pictures_of_the_group(town: Northfield, survey: SurveyId) -> None:
    """What the second year says beside the first, and never that anybody changed."""
    here, pat = town.here, town.pat
    async with here.store.transaction() as tx:
        found = await results.of_opening(tx, await openings.find(tx, survey))
    words = " ".join(text.text(found, here.bot.words()).split())
    verdicts = {one.id: one.wave.verdict for one in found.inside.figures if one.wave and one.wave.verdict}
    assert verdicts.pop("worker_contact") == "up"
    assert verdicts.pop("money_coping") == "down"
    assert set(found.asked.headline) - set(verdicts) == {"worker_contact", "money_coping", "heard"}, (
        "nearly all feel heard, and what would show the few others is not shown"
    )
    assert set(verdicts.values()) == {"no_clear_change"}
    assert "These are two pictures of the group, not the same people followed. Some answered both times." in words
    assert "We can say the group looks different, not that anyone changed." in words
    for question, said in (
        ("worker_contact", "Higher than in 2026."),
        ("money_coping", "Lower than in 2026."),
        ("lonely", "No clear change since 2026: a gap this size can happen by luck."),
    ):
        place = next(at for at, one in enumerate(found.inside.figures, start=1) if one.id == question)
        await here.type(pat, "/menu")
        await here.do(pat, "results", f"figures:{survey}")
        while not any(data.endswith(f":figure:{place}") for data in button_data(pat)):
            await here.tap(pat, [data for data in button_data(pat) if ":page:" in data][-1])
        await here.do(pat, f"figure:{place}")
        assert said in pat.text, pat.text
        assert "two pictures of the group" in pat.text
    await town.until(at_ten(2027, 10, 7))
    await town.room(pat, "findings", "about", "tell")
    await town.tells(JOINED + 1)
    await town.opens(town.kit)
    read = [town.kit.text]
    while "Next" in str(town.kit.card.keyboard):
        await here.do(town.kit, f"slide:{len(read) + 1}")
        read.append(town.kit.text)
    story = "\n".join(read)
    assert "easy to get hold of their PA, always or most of the time." in story
    for never in ("became", "improved", "changed", "stayed the same", "better than", "worse"):
        assert never not in story


async def the_loop_is_closed(town: Northfield, first: SurveyId, cards: SurveyId, second: SurveyId) -> None:
    here = town.here
    async with here.store.transaction() as tx:
        found = await loop_figures.figures(tx, now=here.clock.now())
    assert [(one.survey, one.days) for one in found.findings] == [(first, 8), (cards, None), (second, 8)]
    assert found.findings_share == loop_figures.Share(60, 60, 100)
    assert found.round_share == loop_figures.Share(60, 60, 100)
    assert (found.updates_asked, found.updates_in_time) == (5, 5)
    assert (found.comments, found.comments_answered) == (2, 2)
    assert found.promises == {"done": 2, "not_doing": 1}
    await town.room(town.pat, "progress", "figures")
    for line in (
        "Updates from owners in time: 5 of 5.",
        "Comments answered: 2 of 2.",
        "Promises: 2 of 3 done, 1 not kept.",
    ):
        assert line in town.pat.text


async def nobody_was_given_away(town: Northfield) -> None:
    """Whoever answered all, read all, or did neither got the same lines on the same days, and few of them."""
    got = [town.lines(phone) for phone in town.joined]
    assert all(one == got[0] for one in got)
    signed = [phone for phone in town.joined if ANSWERED in {line for _, line in town.arrived[phone.id]}]
    assert signed == [town.lou], "only who signed hears by themselves, and chose so"
    assert {line for _, line in got[0]} == ENVELOPES
    assert len(town.lines(town.here.phones["Nia"])) == 3
    assert max(town.most_in_a_week(phone) for phone in town.joined) <= town.here.bot.words().cap
    for phone in [*town.crowd.values(), town.mo]:
        assert {one.text for one in phone.lock_screen} <= ENVELOPES
