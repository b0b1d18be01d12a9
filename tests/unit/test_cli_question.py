"""The words of `ask`: what is data, what is the question, and what is refused before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from daytwo.cli.ask import request_of
from daytwo.cli.question import DATA_LIMIT, parse, registrations
from daytwo.cli.usage import Usage


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("b.csv", "a.csv", "c.json"):
        (tmp_path / name).write_text("x\n1\n")
    return tmp_path


def test_the_last_word_is_the_question_and_paths_become_absolute(folder: Path) -> None:
    asked = parse(["a.csv", "c.json", " What is the total? "], in_session=False)
    assert asked.question == "What is the total?"
    assert asked.data == (folder / "a.csv", folder / "c.json")


def test_patterns_are_expanded_in_order_and_once(folder: Path) -> None:
    assert parse(["*.csv", "a.csv", "q?"], in_session=False).data == (folder / "a.csv", folder / "b.csv")


def test_a_folder_stays_a_folder(folder: Path) -> None:
    assert parse([str(folder), "q"], in_session=False).data == (folder,)


def test_a_file_whose_name_looks_like_a_pattern_is_itself(folder: Path) -> None:
    (folder / "a[1].csv").write_text("x\n1\n")
    assert parse(["a[1].csv", "q"], in_session=False).data == (folder / "a[1].csv",)


def test_data_is_optional_in_a_session() -> None:
    assert parse(["And by region?"], in_session=True).data == ()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], "question_missing"),
        (["a.csv", "  "], "question_missing"),
        (["a.csv"], "question_missing"),
        (["What is the total?"], "data_missing"),
        (["nowhere.csv", "q"], "file_not_found"),
        (["*.parquet", "q"], "file_not_found"),
        (["a\0.csv", "q"], "file_not_found"),
        (["x" * 5000, "q"], "file_not_found"),
        (["a.csv", "q" * 20_001], "question_too_long"),
        (["What is the total?", "a.csv"], "question_not_last"),
        (["a.csv", "what", "is", "the", "total?"], "question_not_quoted"),
    ],
)
def test_what_cannot_be_right_is_refused_by_code(folder: Path, words: list[str], code: str) -> None:
    with pytest.raises(Usage) as caught:
        parse(words, in_session=False)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("words", "in_session", "said"),
    [
        (["What is it?", "a.csv"], False, "daytwo ask a.csv 'What is it?'"),
        (["What is it?", "*.csv", "c.json"], False, "daytwo ask '*.csv' c.json 'What is it?'"),
        (["a.csv", "what", "is", "it?"], False, "daytwo ask a.csv 'what is it?'"),
        (["and", "by", "month"], True, "daytwo ask --session last 'and by month'"),
        (["b.cvs", "What is it?"], False, "Did you mean {folder}/b.csv?"),
        (["zzzzzz.parquet", "What is it?"], False, "`ls {folder}` shows what is there."),
        (["nowhere/a.csv", "What is it?"], False, "There is no folder {folder}/nowhere either."),
        (["*.xlsx", "What is it?"], False, "`ls *.xlsx`"),
    ],
)
def test_a_refusal_says_what_to_type(folder: Path, words: list[str], in_session: bool, said: str) -> None:
    with pytest.raises(Usage) as caught:
        parse(words, in_session=in_session)
    assert said.format(folder=folder) in caught.value.message


def test_too_many_files_are_refused(folder: Path) -> None:
    for number in range(DATA_LIMIT + 1):
        (folder / f"{number}.tsv").write_text("x\n")
    with pytest.raises(Usage) as caught:
        parse(["*.tsv", "q"], in_session=False)
    assert caught.value.code == "too_much_data"


def test_a_session_that_is_none_is_refused() -> None:
    with pytest.raises(Usage) as caught:
        request_of(["q"], model=None, profile="small", session="yesterday", name=None)
    assert caught.value.code == "bad_session"
    assert request_of(["q"], model=None, profile="small", session="last", name=None).session == "last"


def test_each_path_is_a_dataset_unless_they_are_given_one_name(folder: Path) -> None:
    paths = (folder / "a.csv", folder / "b.csv")
    assert [new.paths for new in registrations(paths, None)] == [(str(path),) for path in paths]
    (named,) = registrations(paths, "both")
    assert (named.paths, named.name) == (tuple(map(str, paths)), "both")
    assert registrations((), "both") == []


@pytest.mark.parametrize("name", ["", "Both", "a b", "1a", "a" * 64])
def test_a_name_that_no_dataset_can_have_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(Usage) as caught:
        request_of(["a.csv", "q"], model=None, profile="small", session=None, name=name)
    assert caught.value.code == "bad_name"


def test_bytes_that_are_no_text_are_refused(folder: Path) -> None:
    (folder / "bad\udcff.csv").write_text("x\n1\n")
    for words, code in ((["bad\udcff.csv", "q"], "bad_file_name"), (["a.csv", "caf\udce9"], "question_not_text")):
        with pytest.raises(Usage) as caught:
            parse(words, in_session=False)
        assert caught.value.code == code
