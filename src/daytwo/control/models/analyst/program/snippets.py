"""Functions that programs carry with them, each only where it is needed; and lines that programs are made of.

Their names start with `_`: the session keeps no such names (architecture.md, “The cell”).  `_stop` ends a program
well before anything was computed, and says why.
"""

from __future__ import annotations

from collections.abc import Iterable


def _lines(text: str) -> list[str]:
    return [*text.strip("\n").split("\n"), "", ""]


STOP = _lines("""
def _stop(reason):
    say(reason + " Nothing was computed.")
    raise SystemExit
""")

NUMBER = _lines("""
def _number(value):
    if pd.isna(value):
        return "no value"
    if isinstance(value, (str, pd.Timestamp)):
        return str(value).removesuffix(" 00:00:00")
    return f"{value:.3g}" if 0 < abs(value) < 0.1 else f"{value:,.2f}".removesuffix(".00")
""")

FIND = _lines('''
def _find(rows, words, columns):
    """The one column that holds all these words, and its rows."""
    asked, held = " and ".join(map(repr, words)), _search(rows, words, columns)
    if not held and len(columns) == 1:
        _stop(f"The column {columns[0]} does not hold {asked}.")
    if not held:
        _stop(f"No column holds {asked} (I looked in {', '.join(columns)}).")
    return _one(rows, asked, held, columns)
''')

FIND_PARTS = _lines('''
def _find_parts(rows, phrase, columns, spare):
    """A phrase as one value, else as several; words of their columns' names, and `spare`, say nothing more."""
    words, found, left = phrase.split(), {}, []
    while words:
        end, held, sign = len(words) + 1, {}, ""
        while not held and end > 1:
            end -= 1
            part = " ".join(words[:end])
            held = _search(rows, [part], columns)
        if not held and (rest := re.sub("^(un|in|non)-?(?=....)", "", part)) != part:  # `unsolved`: all but `solved`
            held, sign = _search(rows, [rest], columns), "not "
            part = rest if held else part
        if held:
            name, mask = _one(rows, sign + repr(part), held, columns)
            found[name] = found.get(name, True) & (~mask & rows[name].notna() if sign else mask)
        else:
            left.append(part)
        words = words[end:]
    told = {word for name in found for word in re.findall("[a-z]+", re.sub("([A-Z])", r" \\1", name).casefold())}
    unknown = [word for word in left if word not in spare and word.casefold().removesuffix("s") not in told]
    if unknown:
        _stop(f"No column holds {' or '.join(map(repr, unknown))} (I looked in {', '.join(columns)}).")
    if left:
        say(f"{' and '.join(map(repr, left))} is no value of any column; I took it to say nothing more.")
    every = pd.Series(True, index=rows.index)
    for mask in found.values():
        every &= mask
    return next(iter(found), None), every
''')

ONE = _lines('''
def _one(rows, asked, held, columns):
    """The one column that was found, which the person is told where it was not named, and its rows."""
    if len(held) > 1:
        _stop(f"{asked} could be in {' or '.join(held)}: name the column.")
    name, (values, found) = held.popitem()
    if len(columns) > 1 or found:
        say(f"I took {asked} for the column {name}{found}.")
    return name, rows[name].isin(values)
''')

SEARCH = _lines('''
def _search(rows, words, columns):
    """The columns that hold all these words, whatever their case, else ending or length, with the values meant."""
    plain = lambda text: text.astype("string").str.split().str.join(" ").str.casefold()
    short = lambda word, held: max((one for one in held if _is_short(one, word)), key=len, default=word)
    values = {name: rows[name].dropna().drop_duplicates() for name in columns}
    texts, wanted = {name: plain(column) for name, column in values.items()}, plain(pd.Series(words))
    codes = {"female": ("f", "w", "girl"), "male": ("m", "boy"), "yes": ("y", "true"), "no": ("n", "false")}
    for name in texts:  # `F` for “female”, `Y` for “yes”
        coded = {word: code for word in wanted for code in codes.get(word, ()) if (texts[name] == code).any()}
        texts[name] = texts[name].replace({code: word for word, code in coded.items()})
    stem = r"(?<=[a-z]{4})(at)?(ions?|ed|ing)$"
    for ending in ("$^", r"(?<=(.))\\1y$|(y|ies|e?s|e?d|e)$", stem, ""):
        bare = lambda text: text.map(lambda word: re.sub(ending, "", word), na_action="ignore")
        if ending:
            told = {name: (bare(text), bare(wanted)) for name, text in texts.items()}
        else:
            told = {name: (text, wanted.map(lambda word: short(word, text))) for name, text in texts.items()}
        held = {name: (text, sought) for name, (text, sought) in told.items() if sought.isin(text).all()}
        if held:
            break
    said = lambda sought: " as " + ", ".join(sought) if ending in (stem, "") else ""
    return {name: (list(values[name][text.isin(sought)]), said(sought)) for name, (text, sought) in held.items()}
''')

IS_SHORT = _lines('''
def _is_short(held, word):
    """Whether a value is the beginning of a word: 'Sat' of 'Saturdays', 'Japan' of 'Japanese'."""
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    ending = len(word) - len(held) if word.startswith(held) else 0
    return word.removesuffix("s") in days if 2 < len(held) < 5 and ending else len(held) > 3 and 0 < ending < 5
''')

TIDIED = _lines('''
def _tidied(column):
    """Spellings that differ in case or blanks only as one, the commonest; the person is told how many did."""
    plain = column.astype("string").str.split().str.join(" ")
    spellings = plain.value_counts().index.to_series()
    common = spellings.groupby(spellings.str.casefold()).first()
    if merged := column.nunique() - len(common):
        say(f"{column.name}: {merged:,} more spellings differ in case or blanks only; I put them together.")
        return plain.str.casefold().map(common)
    return column
''')

BY_SPAN = _lines('''
def _by_span(dates):
    """Dates as years, months or days, whichever shows their span best."""
    days = (dates.max() - dates.min()).days
    return dates.dt.strftime("%Y" if days > 3_652 else "%Y-%m" if days > 92 else "%Y-%m-%d")
''')

READ_NUMBERS = _lines('''
def _read_numbers(column, name, decimal_comma):
    """Text such as '$1,234.50' as numbers; what cannot be read is said and left out."""
    text = column.astype("string").str.strip().str.replace(r"^\\((.*)\\)$", r"-\\1", regex=True)
    text = text.str.replace(r"[^0-9A-Za-z.,+-]", "", regex=True)
    if decimal_comma:
        text = text.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    numbers = pd.to_numeric(text.str.replace(",", "", regex=False), errors="coerce").astype("float64")
    if unread := int((numbers.isna() & column.notna()).sum()):
        say(f"{unread:,} of {len(column):,} values of {name} could not be read as numbers and are left out.")
    return numbers
''')

READ_DATES = _lines('''
def _read_dates(column, name):
    """Dates written as 31/12/2024 or 12/31/2024: the data show which, or the person is told; 2024-12-31 among them."""
    text = column.astype("string").str.strip().str.replace(r"[.-]", "/", regex=True).str.slice(0, 10)
    text = text.str.split(r"[ T]", regex=True).str[0]
    iso = pd.to_datetime(text, errors="coerce", format="%Y/%m/%d")
    day_first = pd.to_datetime(text, errors="coerce", format="%d/%m/%Y")
    month_first = pd.to_datetime(text, errors="coerce", format="%m/%d/%Y")
    if day_first.notna().sum() == month_first.notna().sum() and not day_first.equals(month_first):
        say(f"{name} could be day/month/year or month/day/year; I read it as month/day/year.")
    dates = iso.fillna(day_first if day_first.notna().sum() > month_first.notna().sum() else month_first)
    if unread := int((dates.isna() & column.notna()).sum()):
        say(f"{unread:,} of {len(column):,} values of {name} could not be read as dates and are left out.")
    return dates
''')


def indent(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" if line else line for line in lines]


def quoted(name: str) -> str:
    """A name as SQL quotes it."""
    return '"' + name.replace('"', '""') + '"'


def call(name: str, *arguments: str) -> str:
    return f"{name}({', '.join(arguments)})"


def template(before: str, expression: str, after: str = ".") -> str:
    """Source of an f-string around one expression, which holds no quotes or backslashes."""
    return sentence(before, (expression,), after)


def sentence(*parts: str | tuple[str]) -> str:
    """Source of an f-string of literal text and, each in a tuple of its own, expressions without quotes."""
    literal = ""
    for part in parts:
        literal += "{" + part[0] + "}" if isinstance(part, tuple) else part.replace("{", "{{").replace("}", "}}")
    return "f" + repr(literal)


def missing(name: str, why: str = "") -> list[str]:
    """Lines that say how many rows have no value in a column."""
    text = sentence(("_missing:,",), " of ", ("len(rows):,",), f" rows have no {name} and are left out{why}.")
    return [f"if _missing := int(rows[{name!r}].isna().sum()):", f"    say({text})"]
