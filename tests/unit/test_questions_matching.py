"""What counts as data in a text that a person typed."""

from hypothesis import given
from hypothesis import strategies as st

from daytwo.executor.cell.reading.compact import compact, composed, pieces, stretches
from daytwo.executor.cell.reading.values import is_counter
from daytwo.executor.questions.matching import Public, held, held_in_program, shown_values, told_by
from daytwo.wire.question import SHORTEST_VALUE
from daytwo.wire.sheet import ColumnSheet, ColumnType, Level, SchemaSheet, Span, TableSheet

NOTHING = Public(())
SPAN = Span(first="2022-03", last="2024-11")


def found(text, values, public=NOTHING):
    known = {compact(value) for value in values}
    return [one.text for one in held(text, 0, lambda value: "t.c" if value in known else None, public)]


def test_case_accents_punctuation_and_blanks_do_not_count():
    for said in (
        "Müller, Anna",
        "MULLER ANNA",
        "mu\u0308ller anna",
        "muller\u200b anna",
        "ｍｕｌｌｅｒ　anna",
        "Müller-Anna's",
    ):
        assert found(f"What did {said} buy?", ["Müller Anna"]) != [], said
    assert found("order ab1234?", ["AB-1234"]) == ["ab1234"]
    assert found("order AB - 12 34?", ["AB-1234"]) == ["AB - 12 34"]
    assert found("and 72,618.66?", ["72618.66"]) == ["72,618.66"]
    assert found("田中太郎さんの売上は？", ["田中太郎"]) == ["田中太郎"]


def test_of_a_program_only_what_was_typed_as_a_value_counts():
    code = "def ohio(a):\n    'Ohio'\n    return ('näme', 'O', \"\"\"x\nSELECT 'Ohio'\"\"\", 48213)  # of Ohio\n"
    said = list(held_in_program(code, 1, {"ohio": "t.c", "48213": "t.d"}.get, NOTHING))
    assert [composed(code)[one.start : one.end] for one in said] == ["Ohio", "Ohio", "48213", "Ohio"]
    broken = "Ohio ('"
    assert [one.text for one in held_in_program(broken, 1, {"ohio": "t.c"}.get, NOTHING)] == ["Ohio"]


def test_whole_words_count_and_short_values_do_not():
    assert found("Was develop Lopezia?", ["lope", "Lopez"]) == []
    assert found("Is Wei in it?", ["Wei"]) == []
    assert found("Is Weiß in it?", ["Weiß"]) == ["Weiß"]


def test_the_longest_value_at_each_place_is_found_once():
    assert found("Did Anna Maria Lopez and Anna Maria pay?", ["Anna", "Anna Maria", "Anna Maria Lopez", "Maria"]) == [
        "Anna Maria Lopez",
        "Anna Maria",
    ]


def test_what_is_known_outside_is_no_data():
    public = Public(["How much did anna-maria spend?", "show(data('people'))"])
    assert found("And Anna Maria?", ["Anna Maria"], public) == []
    assert found("And Anna Maria Lopez?", ["Anna Maria Lopez"], public) == ["Anna Maria Lopez"]
    assert found("And ariaspen?", ["ariaspen"], public) == ["ariaspen"]  # only across its words


def test_a_sheet_makes_its_names_labels_and_years_known():
    column = ColumnSheet(name="Sales Region", type=ColumnType.TEXT, labels=("Far East",))
    dated = ColumnSheet(name="day", type=ColumnType.DATE, span=SPAN)
    table = TableSheet(name="orders", columns=(column, dated))
    sheet = SchemaSheet(org_id="local", dataset="shop", version=1, level=Level.LABELS, format="csv", tables=(table,))
    public = Public(told_by(sheet))
    for known in ("orders", "salesregion", "fareast", "2023", "shop"):
        assert known in public
    assert "2021" not in public
    assert "east" in public  # a word of a label


def test_of_sentences_only_the_words_that_data_brought_count():
    public = Public(["say(f'Total revenue is highest for {top}: {value}')"])
    shown = shown_values(["New York", "ab"], ["Total revenue is highest for Ohio: 72,618"], public)
    assert shown == {"newyork", "ohio"}


def test_a_counter_says_nothing():
    assert is_counter({str(number) for number in range(1000, 1200)})
    assert is_counter({str(number) for number in range(1000, 1200) if number % 3})
    assert not is_counter({"4915112345678", "4915187654321"})
    assert not is_counter({"1000", "1001", "A1002"})
    assert not is_counter(set())


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_a_value_is_found_wherever_it_stands_apart(before, value, after):
    text = f"{before} | {value} | {after}"
    if len(compact(value)) < SHORTEST_VALUE or len(pieces(value)) > 16:
        return
    said = found(text, [value])
    assert any(compact(value) == compact(one) for one in said)
    assert all(one in composed(text) for one in said)


@given(st.text(max_size=200))
def test_stretches_lie_within_their_text(text):
    for stretch in stretches(text, SHORTEST_VALUE):
        assert 0 <= stretch.start < stretch.end <= len(composed(text))
        assert compact(composed(text)[stretch.start : stretch.end]) == stretch.compact
