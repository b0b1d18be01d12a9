"""Functions that programs carry with them, each only where it is needed.

Their names start with `_`: the session keeps no such names (architecture.md, “The cell”).
"""

from __future__ import annotations

from collections.abc import Iterable


def _lines(text: str) -> list[str]:
    return [*text.strip("\n").split("\n"), "", ""]


NUMBER = _lines('''
def _number(value):
    """A number as people write it; what is no number as it is."""
    if value is None or pd.isna(value):
        return "no value"
    if isinstance(value, pd.Timestamp):
        return str(value.date() if value == value.normalize() else value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) and not hasattr(value, "__float__"):
        return str(value)
    if value != 0 and abs(value) < 0.1:
        return f"{value:.3g}"
    return f"{value:,.2f}".removesuffix(".00")
''')

FIND = _lines('''
def _find(rows, values, columns, problems):
    """The one column that holds all these words (whatever their case or number), and the rows in which it does."""
    def spellings(value):
        typed = " ".join(value.split()).casefold()
        more = {typed + "s", typed + "es", typed.removesuffix("s"), typed.removesuffix("es")}
        more |= {typed.removesuffix("ies") + "y", typed.removesuffix("y") + "ies", typed.removesuffix("s") + "ed"}
        return [[typed], sorted(more - {typed, ""})]

    texts = {name: rows[name].astype("string").str.split().str.join(" ").str.casefold() for name in columns}
    for step in (0, 1):
        held = {}
        for name, text in texts.items():
            masks = []
            for value in values:
                exact, loose = spellings(value)
                mask = text.isin(exact)
                masks.append(text.isin(loose) if step and not mask.any() else mask)
            if all(mask.any() for mask in masks):
                held[name] = pd.concat(masks, axis=1).any(axis=1)
        if held:
            break
    words = " and ".join(repr(value) for value in values)
    if len(held) == 1:
        if len(columns) > 1:
            say(f"I took {words} for the column {next(iter(held))}.")
        return next(iter(held.items()))
    if held:
        problems.append(f"{words} could be in {' or '.join(held)}: name the column.")
    elif len(columns) == 1:
        problems.append(f"The column {columns[0]} does not hold {words}.")
    else:
        problems.append(f"No column holds {words} (I looked in {', '.join(columns)}).")
    return columns[0], pd.Series(False, index=rows.index)
''')

READ_NUMBERS = _lines('''
def _read_numbers(column, name, decimal_comma):
    """Text such as '$1,234.50' as numbers; what cannot be read is said and left out."""
    text = column.astype("string").str.strip().str.replace(r"^\\((.*)\\)$", r"-\\1", regex=True)
    text = text.str.replace(r"[^0-9A-Za-z.,+-]", "", regex=True)
    if decimal_comma:
        text = text.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    numbers = pd.to_numeric(text.str.replace(",", "", regex=False), errors="coerce").astype("float64")
    unread = int((numbers.isna() & column.notna()).sum())
    if unread:
        say(f"{unread:,} of {len(column):,} values of {name} could not be read as numbers and are left out.")
    return numbers
''')

READ_DATES = _lines('''
def _read_dates(column, name):
    """Dates written as 31/12/2024 or 12/31/2024: the data show which, or the person is told."""
    text = column.astype("string").str.strip().str.replace(r"[.-]", "/", regex=True).str.slice(0, 10)
    text = text.str.split(r"[ T]", regex=True).str[0]
    day_first = pd.to_datetime(text, errors="coerce", format="%d/%m/%Y")
    month_first = pd.to_datetime(text, errors="coerce", format="%m/%d/%Y")
    if day_first.notna().sum() == month_first.notna().sum() and not day_first.equals(month_first):
        say(f"{name} could be day/month/year or month/day/year; I read it as month/day/year.")
    dates = day_first if day_first.notna().sum() > month_first.notna().sum() else month_first
    unread = int((dates.isna() & column.notna()).sum())
    if unread:
        say(f"{unread:,} of {len(column):,} values of {name} could not be read as dates and are left out.")
    return dates
''')


def indent(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" if line else line for line in lines]


def call(name: str, *arguments: str) -> str:
    return f"{name}({', '.join(arguments)})"


def template(before: str, expression: str, after: str = ".") -> str:
    """Source of an f-string around one expression, which holds no quotes or backslashes."""
    literal = before.replace("{", "{{").replace("}", "}}") + "{" + expression + "}"
    return "f" + repr(literal + after.replace("{", "{{").replace("}", "}}"))
