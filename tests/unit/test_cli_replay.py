"""`replay:FILE`: read and checked by the client."""

from __future__ import annotations

from pathlib import Path

import pytest

from daytwo.cli.replay import parse, replay_of
from daytwo.cli.usage import Usage


def test_lines_become_replies_and_blank_ones_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text('{"code": "x = 1"}\n\n{"final": true, "code": "say(x)", "insist": true}\n')
    first, second = replay_of(f"replay:{path}") or ()
    assert (first.code, first.final) == ("x = 1", False)
    assert (second.final, second.insist) == (True, True)


def test_a_line_separator_within_a_string_does_not_end_a_line() -> None:
    (line,) = parse('{"code": "a\u2028b\\u0085"}', "r")
    assert line.code == "a\u2028b\x85"


@pytest.mark.parametrize("model", [None, "builtin:analyst", "openai:replay:x"])
def test_other_models_are_no_replay(model: str | None) -> None:
    assert replay_of(model) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"code": "x"}\nnot json\n', "line 2"),
        ('{"code": "x"}\n\n{"final": true}\n', "line 3: `code`"),
        ('{"code": "x", "colour": 1}\n', "line 1: `colour`"),
        ("[1]\n", "line 1"),
        ("\n", "no reply"),
    ],
)
def test_a_malformed_line_is_named(text: str, said: str) -> None:
    with pytest.raises(Usage) as caught:
        parse(text, "r.jsonl")
    assert caught.value.code == "replay_malformed"
    assert said in caught.value.message
    assert "r.jsonl" in caught.value.message


def test_a_missing_or_binary_file_has_its_own_code(tmp_path: Path) -> None:
    with pytest.raises(Usage) as caught:
        replay_of(f"replay:{tmp_path / 'none.jsonl'}")
    assert caught.value.code == "replay_not_found"
    (tmp_path / "b").write_bytes(b"\xff\xfe")
    with pytest.raises(Usage) as caught:
        replay_of(f"replay:{tmp_path / 'b'}")
    assert caught.value.code == "replay_malformed"
    with pytest.raises(Usage) as caught:
        replay_of(f"replay:{tmp_path}")
    assert caught.value.code == "replay_unreadable"
