"""`daytwo data sheet` and `daytwo data sign`: what models are told of a dataset, what stays, and who decides it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

import typer

from daytwo.cli import terminal
from daytwo.cli.options import AS_JSON, HOME, connected
from daytwo.cli.sides import beside
from daytwo.cli.usage import Usage
from daytwo.wire.column import ColumnClass, Level
from daytwo.wire.figures import ColumnFigures, TableFigures
from daytwo.wire.message import Timestamp, now
from daytwo.wire.release import Release
from daytwo.wire.sheet import SchemaSheet, SignedSheet

LABELS_SHOWN = 5
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_Word = TypeVar("_Word", Level, ColumnClass)

NAME = typer.Argument(..., metavar="NAME", help="The dataset's name.")


def sheet(name: str = NAME, home: str | None = HOME, as_json: bool = AS_JSON) -> None:
    """What models are told of a dataset, word for word, beside what stays.  --json: the bytes that leave."""
    with connected(home, as_json=as_json) as client:
        text = client.sheet_text(name)
        if as_json:
            print(text)
            return
        signed = SignedSheet.model_validate_json(text)
        _head(signed)
        _print_told(signed.sheet)
        terminal.line(f"\nThe sheet itself, as it leaves: {len(text.encode()):,} bytes; --json prints them.")
        terminal.line("\nStays at the executor:")
        _print_figures(client.figures(name), signed.sheet)


def sign(  # noqa: PLR0913, PLR0917 - a command's options
    name: str = NAME,
    level: Level | None = typer.Option(None, "--level", help="How much models are told."),
    column: list[str] = typer.Option([], "--column", metavar="C=LEVEL", help="Less than that of one column."),
    column_class: list[str] = typer.Option([], "--class", metavar="C=CLASS", help="State what a column is."),
    labels: list[str] = typer.Option([], "--labels", metavar="C", help="Tell the frequent values of a column."),
    lookup: list[str] = typer.Option(
        [], "--lookup", metavar="C", help="Let programs look up values of a column that names people."
    ),
    key: list[str] = typer.Option(
        [], "--key", metavar="C[,C…]|C=TABLE.C", help="Columns that are unique together, or refer to a table's key."
    ),
    expires: str | None = typer.Option(None, "--expires", metavar="8h|7d|DATE", help="When level open ends."),
    home: str | None = HOME,
    as_json: bool = AS_JSON,
) -> None:
    """Release a dataset's sheet, signed.  What is not named stays as it was."""
    asked = Release(
        level=level or (Level.LABELS if labels else None),
        columns=_words(column, Level, "--column"),
        classes=_words(column_class, ColumnClass, "--class"),
        labels=tuple(labels),
        lookups=tuple(lookup),
        keys=tuple(tuple(part.strip() for part in text.split(",")) for text in key if "=" not in text),
        references=tuple(_pair(text, "--key") for text in key if "=" in text),
        expires=ends_at(expires, now()) if expires else None,
    )
    with connected(home, as_json=as_json) as client:
        signed = client.sign(name, asked)
        if as_json:
            terminal.document(signed)
            return
        _head(signed)
        _print_told(signed.sheet)


def _pair(text: str, option: str) -> tuple[str, str]:
    """`C=X`, split at the last sign: a column's name may hold one."""
    name, sign_, word = text.rpartition("=")
    if not (sign_ and name and word):
        raise Usage("bad_option", f"{option} takes NAME=VALUE, not {text!r}.")
    return name.strip(), word.strip()


def _words(texts: Iterable[str], kind: type[_Word], option: str) -> dict[str, _Word]:
    made: dict[str, _Word] = {}
    for text in texts:
        name, word = _pair(text, option)
        if word not in [member.value for member in kind]:
            raise Usage("bad_option", f"{option} {text}: choose one of {', '.join(kind)}.")
        made[name] = kind(word)
    return made


def ends_at(text: str, moment: Timestamp) -> Timestamp:
    """`8h`, `7d`, `2w` from a moment on; the end of a day; or a time as it is.

    Raises:
        Usage: `bad_option`.
    """
    ahead = re.fullmatch(r"(\d{1,4})([hdw])", text)
    try:
        if ahead:
            end = datetime.fromisoformat(moment) + timedelta(**{_UNITS[ahead[2]]: int(ahead[1])})
        elif re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            end = datetime.combine(date.fromisoformat(text) + timedelta(days=1), datetime.min.time(), UTC)
        else:
            end = datetime.fromisoformat(text)
            end = end.replace(tzinfo=UTC) if end.tzinfo is None else end.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Usage("bad_option", f"--expires takes 8h, 7d, 2w, a day or an ISO time, not {text!r}.") from None
    return end.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _print_told(told: SchemaSheet) -> None:
    from daytwo.control.planner.prompt import sheets_in_words

    terminal.line("\nA model is told, word for word:\n")
    terminal.line(sheets_in_words([told]))


def _head(signed: SignedSheet) -> None:
    found = signed.sheet
    by = signed.released_by.id
    terminal.line(f"{found.dataset}: level {found.level}, version {found.version}, signed {signed.released_at} by {by}")
    warn_of_open([found])


def warn_of_open(sheets: Iterable[SchemaSheet]) -> None:
    """In red: which datasets are open, and until when; an `open` that has ended is told, too."""
    for found in sheets:
        if found.level_at(now()) is Level.OPEN:
            terminal.alarm(f"OPEN until {found.expires}: what programs print of {found.dataset} may reach models.")
        elif found.level is Level.OPEN:
            terminal.line(f"Level open of {found.dataset} ended at {found.expires}: level labels holds.")


def _print_figures(tables: tuple[TableFigures, ...], told: SchemaSheet) -> None:
    ticked = {
        (table.name, column.name) for table in told.tables for column in table.columns if column.labels is not None
    }
    for table in tables:
        rows = [_figures(column, (table.name, column.name) in ticked) for column in table.columns]
        terminal.line(f"\n{table.name}: {terminal.count(table.rows, 'row')}")
        terminal.console().print(beside(rows, ("column", "class", "figures", "frequent values")))


def _figures(column: ColumnFigures, ticked: bool) -> tuple[str, ...]:
    said = [terminal.count(column.nulls, "null"), f"{column.distinct:,} distinct"]
    if column.smallest is not None and column.largest is not None:
        said.append(f"|x| from {column.smallest:g} to {column.largest:g}")
    shown = [f"{text} ({count:,})" for text, count in column.labels[:LABELS_SHOWN]]
    more = len(column.labels) - len(shown)
    values = ", ".join(shown) + (f" and {more} more" if more > 0 else "")
    return column.name, column.column_class, ", ".join(said), f"told: {values}" if ticked else values
