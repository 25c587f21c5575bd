"""The published tables of New Belongings, recomputed where their data allow; what cannot be computed is said.

And what must never be computed of ours (SURVEY_DESIGN 10), shown to be refused.
"""

from __future__ import annotations

import inspect
import random
from itertools import groupby

import pytest
from published import figures, rows
from shipped import CARE, CHECKIN, MADE_UP_TEXT, PULSE

from surveys import publishing, ranking, statistics, waves
from surveys.definition import Option
from surveys.errors import DefinitionError, NotAShare, TooFew
from surveys.load import load
from surveys.statistics import gap_interval, same_share_p, wilson
from surveys.waves import Gap, Verdict, against_benchmark, same_series, verdicts


def table(key):
    return figures()[key].value


def percent(part, whole):
    """The share in per cent as we print it."""
    return None if part is None else publishing.share_of((), part, whole).percent


# Figure 3: whether people feel heard


def test_figure_3_has_two_groups_and_nothing_finer():
    figure = table("nb2.figure3")
    assert figure["known"] == {"always_or_sometimes": 77, "rarely_or_never": 23}
    assert sum(figure["known"].values()) == 100
    assert figure["by_answer"] == dict.fromkeys(figure["scale"])  # unknown, each of the four, and none of them zero


def test_figure_3_gives_no_people_so_it_has_no_interval_and_counts_as_fixed():
    heard = figures()["nb2.survey.heard"]
    assert (heard.percent, heard.n) == (77, None)
    assert figures()["nb2.figure3"].n is None
    with pytest.raises(TypeError):
        wilson(round(heard.percent), heard.n)
    assert against_benchmark(60, 100, heard.percent, heard.n) is Verdict.DOWN


# Table 3: how many answered


def test_table_3_adds_up_to_what_is_printed_with_nothing_unknown_taken_for_zero():
    printed, checks = rows("nb2.table3"), table("nb2.table3")["checks"]
    returns = [row["returns"] for row in printed]
    people = [row["care_leavers_in_authority"] for row in printed]
    both = [(some, of) for some, of in zip(returns, people, strict=True) if some is not None and of is not None]
    assert len(printed) == checks["rows"] == 23
    assert returns.count(None) == 23 - checks["rows_with_returns"] == 2
    assert 0 not in returns
    assert 0 not in people
    assert sum(some for some in returns if some is not None) == checks["sum_of_returns"] == 792
    assert figures()["nb2.survey.respondents"].value == 792
    assert people.count(None) == 23 - checks["rows_with_population"]
    assert sum(of for of in people if of is not None) == checks["sum_of_known_populations"]
    assert len(both) == checks["rows_with_population_and_returns"]
    assert sum(some for some, _ in both) == checks["sum_returns_where_population_known"]
    assert sum(of for _, of in both) == checks["sum_population_where_returns_known"]


def test_table_3_prints_the_percentages_that_we_would():
    computed = [
        (round(percent(row["returns"], row["care_leavers_in_authority"])), row["returns_as_pct_of_care_leavers"])
        for row in rows("nb2.table3")
        if row["returns"] is not None and row["care_leavers_in_authority"] is not None
    ]
    assert len(computed) == 14
    assert [ours for ours, _ in computed] == [theirs for _, theirs in computed]


def test_table_3_row_16_is_unknown_although_it_prints_a_zero():
    unknown = rows("nb2.table3")[15]
    assert unknown["returns"] is None
    assert unknown["returns_as_pct_of_care_leavers"] == 0  # printed; nobody knows (I3)
    assert percent(unknown["returns"], unknown["care_leavers_in_authority"]) is None
    with pytest.raises(TypeError):
        wilson(unknown["returns"], unknown["care_leavers_in_authority"])


def test_table_3_pooled_is_10_per_cent():
    checks = table("nb2.table3")["checks"]
    returns, people = checks["sum_returns_where_population_known"], checks["sum_population_where_returns_known"]
    assert round(percent(returns, people), 1) == checks["pooled_returns_pct_of_population"] == 10.1
    assert [round(100 * end, 1) for end in wilson(returns, people)] == [9.3, 11.0]


def test_the_headline_27_per_cent_cannot_be_had_from_table_3():
    """Three authorities said how many they had sent to. Put together they had 17 to 19% back, not 27 (I1)."""
    known = [row for row in rows("nb2.table3") if row["response_rate_of_sent_pct"] is not None]
    rates = [row["response_rate_of_sent_pct"] for row in known]
    returns = sum(row["returns"] for row in known)
    assert rates == [17, 27, 16]
    # A printed rate stands for anything that rounds to it, so how many were sent is only known between bounds.
    fewest, most = (
        sum(100 * row["returns"] / (row["response_rate_of_sent_pct"] + half) for row in known) for half in (0.5, -0.5)
    )
    assert 17 < 100 * returns / most < 100 * returns / fewest < 19
    headline = figures()["nb2.survey.response_of_contacted_overall"]
    assert headline.percent == max(rates) == 27
    assert headline.n is None


# Table 5: the ten areas


def ranks(means):
    """The ranks each mean may have, highest first: equal means share theirs."""
    place, found = 1, []
    for _, same in groupby(means):
        level = range(place, place + len(list(same)))
        found += [level] * len(level)
        place = level.stop
    return found


def test_table_5_is_in_order_with_two_areas_level():
    printed = rows("nb2.table5")
    means = [row["mean"] for row in printed]
    assert means == sorted(means, reverse=True)
    assert all(row["rank"] in may for row, may in zip(printed, ranks(means), strict=True))
    assert [row["area"] for row, may in zip(printed, ranks(means), strict=True) if len(may) > 1] == [4, 10]
    assert sorted(row["area"] for row in printed) == sorted(table("nb2.table5")["area_names"]) == list(range(1, 11))
    assert round(sum(means), 2) == 70.56


def possible(mean, answers, lowest, highest, digits):
    """Whether so many whole scores can have that mean."""
    return any(
        f"{total / answers:.{digits}f}" == f"{mean:.{digits}f}"
        for total in range(lowest * answers, highest * answers + 1)
    )


def test_table_5_fits_19_whole_scores_but_for_two_areas():
    """Areas 8 and 9 need fewer answers, half points or other rounding: the report does not say which."""
    odd = [row["area"] for row in rows("nb2.table5") if not possible(row["mean"], 19, 0, 10, 2)]
    assert odd == [8, 9]


# Tables 6 and 7: the highest and lowest of 98 items


@pytest.mark.parametrize(
    ("key", "answers"),
    [
        ("nb2.table6", [19, 19, 19, 19, 19, 19, 18, 19, 19, 19]),
        ("nb2.table7", [18, 19, 18, 19, 19, 17, 19, 19, 19, 19]),
    ],
)
def test_item_means_show_that_blanks_were_left_out_and_not_scored(key, answers):
    """The most answers of 1 to 4, of at most 19, that can have the printed mean; a blank scored 0 would leave 19."""
    means = [row["mean"] for row in rows(key)]
    assert [next(many for many in (19, 18, 17) if possible(mean, many, 1, 4, 3)) for mean in means] == answers
    short = [mean for mean, many in zip(means, answers, strict=True) if many < 19]
    assert not any(possible(mean, 19, 0, 4, 3) for mean in short)


@pytest.mark.parametrize(("key", "first"), [("nb2.table6", 1), ("nb2.table7", 89)])
def test_item_ranks_hold_but_split_items_that_are_level(key, first):
    printed = rows(key)
    means = [row["mean"] for row in printed]
    assert means == sorted(means, reverse=True)
    assert all(row["rank"] - first + 1 in may for row, may in zip(printed, ranks(means), strict=True))


def test_level_items_have_ranks_of_their_own_and_one_pair_is_printed_upside_down():
    """I6. A tie at the edge of Table 6 may go on below it: how many items share 3.579 is not known."""
    highest, lowest = rows("nb2.table6"), rows("nb2.table7")
    level = [[row["rank"] for row in same] for _, same in groupby(highest, lambda row: row["mean"])]
    assert [many for many in level if len(many) > 1] == [[4, 5, 6], [8, 9, 10]]
    assert [row["rank"] for row in lowest] == [89, 90, 91, 93, 92, 94, 95, 96, 97, 98]
    assert lowest[3]["mean"] == lowest[4]["mean"]
    assert figures()["sa.items_total"].value == lowest[-1]["rank"] == 98


# Table 9: ten authorities, twice


def test_table_9_change_is_follow_up_less_baseline():
    printed = rows("nb2.table9")
    words = {True: "higher", False: "same"}
    for row in printed:
        assert row["change"] == row["follow_up"] - row["baseline"]
        assert row["direction"] == words[row["change"] > 0]
    assert len(printed) == figures()["nb2.table9"].n == 10
    assert sum(row["change"] > 0 for row in printed) == 9
    assert not any(row["change"] < 0 for row in printed)


def test_table_9_status_does_not_follow_from_its_own_totals():
    """The words come from the 98 items, which are not in the table: 77 is "doing ok" and 69 is "doing well"."""
    status = {row["authority_id"]: (row["baseline"], row["status_at_baseline"]) for row in rows("nb2.table9")}
    assert status[10] == (77, "doing ok")
    assert status[13] == (69, "doing well")


def test_table_9_gets_no_verdict():
    """Sums of scores that authorities gave themselves are no shares of people, and nine of ten is too few to test."""
    printed = rows("nb2.table9")
    rose = sum(row["change"] > 0 for row in printed)
    assert verdicts({"rose": Gap(rose, len(printed), 0, len(printed))}) == {}
    assert against_benchmark(rose, len(printed), 50, None) is None
    with pytest.raises(NotAShare):
        wilson(sum(row["follow_up"] for row in printed), len(printed))


# What must never be computed


def functions(module):
    return {
        name
        for name, found in vars(module).items()
        if inspect.isfunction(found) and found.__module__ == module.__name__ and not name.startswith("_")
    }


def test_these_are_all_the_numbers_there_are():
    """No mean, no correlation, no score, no per cent of a per cent, no stars: whoever adds one changes this list."""
    assert functions(statistics) == {"wilson", "gap_interval", "same_share_p", "fixed_share_p", "holm"}
    assert functions(ranking) == {"borda", "firsts", "order"}
    assert functions(waves) == {
        "comparable", "same_series", "verdicts", "against_benchmark", "against_benchmarks",
    }  # fmt: skip


def test_nothing_comes_out_of_fewer_than_ten():
    for refused in (
        lambda: wilson(4, 9),
        lambda: gap_interval(4, 9, 50, 100),
        lambda: same_share_p(4, 9, 50, 100),
        lambda: ranking.order({("homes",): 9}, ("homes",), chance=random.Random(1), base_shown=5),
    ):
        with pytest.raises(TooFew):
            refused()


def test_an_answer_has_words_and_no_points_so_no_mean_of_them_exists():
    assert not {"value", "points", "score", "weight"} & set(Option.model_fields)
    with pytest.raises(DefinitionError, match="points: nobody reads this"):
        load(MADE_UP_TEXT.replace("{id: mostly, ", "{id: mostly, points: 4, "), source="made_up.yaml")


def test_a_verdict_is_a_word_so_no_change_of_a_percentage_comes_out_and_none_goes_in():
    """A caller has counts of people to give, not percentages, and gets no number back."""
    said = verdicts({"one": Gap(60, 100, 40, 100)})
    assert said == {"one": Verdict.UP}
    assert not any(character.isdigit() for character in "".join(Verdict))
    assert list(inspect.signature(Gap).parameters) == ["yes_now", "base_now", "yes_before", "base_before"]
    with pytest.raises(NotAShare):
        verdicts({"one": Gap(120, 100, 40, 100)})  # 120% of what it was


def test_there_is_no_change_between_surveys_with_different_words():
    reworded = CARE.question("lonely").model_copy(update={"text": {"en": "How often do you feel lonely?"}})
    others = tuple(reworded if one.id == "lonely" else one for one in CARE.questions)
    assert "lonely" not in same_series(CARE.model_copy(update={"questions": others}), CARE)
    assert same_series(CARE.model_copy(update={"series_break": True}), CARE) == ()


@pytest.mark.parametrize("survey", [CARE, PULSE, CHECKIN], ids=lambda survey: survey.name)
def test_no_rate_of_work_and_learning_is_set_beside_an_official_one(survey):
    compared = [
        benchmark.key
        for question in survey.questions
        for benchmark in question.benchmarks
        if benchmark.grade != "C" and "eet" in benchmark.key
    ]
    assert compared == []
