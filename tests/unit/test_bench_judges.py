"""The judges of `bench/analyst`: each holds for what a person would take, and not for what comes close."""

import pandas as pd

from bench.analyst_set.expected import Drawn, Excerpt, Groups, Mentions, Says, Shown, Winner
from bench.analyst_set.strangers.answers import compared, more, named

PAIR = pd.Series({"Norway": 49.5, "Sweden": 33.25})


def test_names_are_mentioned_in_cells_or_sentences_but_not_inside_of_words():
    names = Mentions(["age", "total bill"])
    assert names.holds(Shown(tables=[[["age", "number"], ["total bill", "number"]]]))
    assert names.holds(Shown(says=["The columns are age and total bill."]))
    assert not names.holds(Shown(says=["The average of total bill is 3."]))


def test_an_excerpt_is_whole_rows_of_the_table_and_not_too_many():
    frame = pd.DataFrame({"city": ["Oslo", "Rome"], "people": [7, 28]})
    assert Excerpt(frame).holds(Shown(tables=[[["Rome", 28]]]))
    assert not Excerpt(frame).holds(Shown(tables=[[["Rome", 7]]]))
    assert not Excerpt(frame, at_most=1).holds(Shown(tables=[[["Rome", 28], ["Oslo", 7]]]))


def test_yes_is_the_first_word_of_a_sentence():
    assert Says("yes").holds(Shown(says=["Yes, by 3."]))
    assert not Says("yes").holds(Shown(says=["No: yesterday it was more."]))


def test_a_chart_is_a_figure():
    assert Drawn().holds(Shown(figures=1))
    assert not Drawn().holds(Shown(tables=[[["Oslo", 7]]]))


def test_two_figures_hold_as_groups_as_columns_and_in_sentences_only_together():
    assert compared(PAIR).holds(Shown(tables=[[["Norway", 49.5], ["Sweden", 33.25]]]))
    assert compared(PAIR).holds(Shown(tables=[[[49.5, 33.25]]]))
    assert compared(PAIR).holds(Shown(says=["Norway: 49.5.", "Sweden: 33.25."]))
    assert not compared(PAIR).holds(Shown(says=["Norway: 49.5."]))


def test_more_takes_the_right_word_or_both_figures():
    assert more(PAIR, "Norway", "Sweden").holds(Shown(says=["Yes."]))
    assert more(PAIR, "Sweden", "Norway").holds(Shown(says=["No."]))
    assert more(PAIR, "Sweden", "Norway").holds(Shown(tables=[[[49.5, 33.25]]]))
    assert not more(PAIR, "Sweden", "Norway").holds(Shown(says=["Yes."]))


def test_which_ones_are_their_names_once_or_their_rows():
    rows = pd.DataFrame({"country": ["Norway", "Norway", "Sweden"], "year": [1952, 1957, 1952]})
    assert named(rows, "country").holds(Shown(tables=[[["Norway"], ["Sweden"]]]))
    assert named(rows, "country").holds(Shown(tables=[rows.to_numpy(dtype=object).tolist()]))
    assert not named(rows, "country").holds(Shown(tables=[[["Norway"]]]))


def test_yes_and_true_are_the_same_key():
    smokers = Groups(pd.Series({"Yes": 3.0, "No": 2.5}))
    assert smokers.holds(Shown(tables=[[[True, 3.0], [False, 2.5]]]))
    assert not smokers.holds(Shown(tables=[[[False, 3.0], [True, 2.5]]]))


def test_a_moment_may_be_written_with_a_t():
    assert Winner("2010-12-27 06:00:00").holds(Shown(tables=[[["2010-12-27T06:00:00", 45.6]]]))
    assert not Winner("2010-12-27 06:00:00").holds(Shown(tables=[[["2010-12-27T07:00:00", 45.6]]]))
