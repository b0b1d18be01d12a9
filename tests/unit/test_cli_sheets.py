"""When an `open` ends, as an owner writes it; sheets that are open are told in red words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daytwo.cli.sheets import ends_at, warn_of_open
from daytwo.cli.usage import Usage
from daytwo.wire.sheet import Level, SchemaSheet

NOW = "2026-11-22T10:00:00.000Z"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8h", "2026-11-22T18:00:00.000Z"),
        ("7d", "2026-11-29T10:00:00.000Z"),
        ("2w", "2026-12-06T10:00:00.000Z"),
        ("2026-12-31", "2027-01-01T00:00:00.000Z"),
        ("2026-12-31T10:00+02:00", "2026-12-31T08:00:00.000Z"),
        ("2026-12-31T10:00", "2026-12-31T10:00:00.000Z"),
    ],
)
def test_ends(text, expected):
    assert ends_at(text, NOW) == expected


@given(st.text(max_size=12))
def test_any_other_text_is_told(text):
    try:
        code = ends_at(text, NOW)[-1]
    except Usage as error:
        code = error.code
    assert code in {"Z", "bad_option"}


def sheet(level, expires=None):
    return SchemaSheet(
        org_id="local", dataset="orders", version=1, level=level, format="csv", tables=(), expires=expires
    )


def test_open_is_told_and_its_end_too(capsys):
    warn_of_open([sheet(Level.SHAPE)])
    assert capsys.readouterr() == ("", "")
    warn_of_open([sheet(Level.OPEN, "2999-01-01T00:00:00.000Z")])
    assert "OPEN until 2999-01-01" in capsys.readouterr().err
    warn_of_open([sheet(Level.OPEN, "2020-01-01T00:00:00.000Z")])
    assert "level labels holds" in capsys.readouterr().out
