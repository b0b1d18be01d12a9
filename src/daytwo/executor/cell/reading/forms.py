"""How numbers and dates are written in text columns: what all values of a column must match, and how they are read.

A form is taken only where every value has it, so that no value is lost to a type.  The first form that fits wins.  A
leading zero marks a code, not a number; whole numbers of 19 digits and more stay text, which keeps every digit.
"""

from __future__ import annotations

from dataclasses import dataclass

from .quoting import identifier, literal, literals

MISSING_WORDS = (
    "NA", "N/A", "n/a", "na", "N.A.", "n.a.", "#N/A", "NULL", "Null", "null", "(null)", "None", "none", "NaN", "nan",
    "NaT", "<NA>", "\\N", "-", "--", "?", ".",
)  # fmt: skip
"""Words that stand for a missing value, in a column whose other values are numbers or dates."""

_COMMA_DECIMAL = r"[+-]?([1-9]\d{0,2}(\.\d{3})+|0|[1-9]\d{0,17})(,\d+)?"
_COMMA_THOUSANDS = r"[+-]?([1-9]\d{0,2}(,\d{3})+|0|[1-9]\d{0,17})(\.\d+)?"
_SIGNS = "[$€£¥₹]|USD|EUR|GBP|CHF|JPY"
_DAY, _MONTH = r"(0?[1-9]|[12]\d|3[01])", r"(0?[1-9]|1[0-2])"
_MONTHS = "jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?"
_LATE_MONTHS = "sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?"
_NAME = rf"(?i:{_MONTHS}|{_LATE_MONTHS})\.?"
_CLOCK = r"\d{1,2}:\d\d(:\d\d(\.\d{1,6})?)?( [AaPp][Mm])?"
_CLOCKS = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p")
_TIME = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?"


@dataclass(frozen=True)
class Form:
    """One way to write a value.  `sql` turns the trimmed text `{text}` into one that duckdb casts to `type`."""

    key: str
    type: str
    every: str
    """What each value must match."""
    some: str = ".+"
    """What at least one value must match."""
    sql: str = "{text}"
    note: str = ""
    """What the person is told, about the column `{name}`."""
    strptime: str | None = None
    """Of a date: the formats, as SQL, one of which must parse each value too."""


def _date(key: str, every: str, written: str, shown: str) -> tuple[Form, Form]:
    """Days alone, and days with a time of the clock."""
    note = f"The dates in {{name}} are read as {shown}."
    times = literals(f"{written} {clock}" for clock in _CLOCKS)
    return (
        Form(key, "DATE", every, sql=f"strptime({{text}}, {literal(written)})", note=note, strptime=literal(written)),
        Form(
            f"{key}_time",
            "TIMESTAMP",
            rf"{every} {_CLOCK}",
            sql=f"strptime({{text}}, {times})",
            note=note,
            strptime=times,
        ),
    )


COMPACT_DAY = Form(
    "compact_day", "DATE", r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])",
    sql="strptime({text}, '%Y%m%d')", strptime="'%Y%m%d'",
    note="The whole numbers in {name} are read as dates: 20240131 is 31 January 2024.",
)  # fmt: skip
"""Of 100,000 numbers of eight digits, chosen blindly, 81 are such days: a column of them has been meant so."""
FORMS: tuple[Form, ...] = (
    COMPACT_DAY,
    Form(
        "yes_no", "BOOLEAN", "[Yy]|[Nn]|[Yy]es|[Nn]o|YES|NO|[Tt]rue|[Ff]alse|TRUE|FALSE", "[YyTt].*",
        note="The words in {name} are read as true and false.",
    ),
    Form("integer", "BIGINT", r"[+-]?(0|[1-9]\d{0,17})"),
    Form("plain", "DOUBLE", r"[+-]?(0|[1-9]\d{0,17})?(\.\d+)?([eE][+-]?\d{1,3})?", r".*\d.*"),
    Form(
        "comma_decimal", "DOUBLE", _COMMA_DECIMAL, ".*,.*",
        "replace(replace({text}, '.', ''), ',', '.')",
        "The numbers in {name} are read with decimal commas.",
    ),
    Form(
        "comma_thousands_integer", "BIGINT", r"[+-]?([1-9]\d{0,2}(,\d{3}){1,5}|0|[1-9]\d{0,17})", ".*,.*",
        "replace({text}, ',', '')",
        "The numbers in {name} are read with commas between thousands.",
    ),
    Form(
        "comma_thousands", "DOUBLE", _COMMA_THOUSANDS, ".*,.*",
        "replace({text}, ',', '')",
        "The numbers in {name} are read with commas between thousands.",
    ),
    Form(
        "spaced", "DOUBLE", r"[+-]?([1-9]\d{0,2}([ '’  ]\d{3})+|0|[1-9]\d{0,17})([.,]\d+)?",
        r".*\d[ '’  ]\d.*",
        r"replace(regexp_replace({text}, '[ ''’  ]', '', 'g'), ',', '.')",
        "The numbers in {name} are read with spaces or apostrophes between thousands.",
    ),
    Form(
        "lakhs", "DOUBLE", r"[+-]?([1-9]\d?(,\d{2})*,\d{3}|0|[1-9]\d{0,2})(\.\d+)?", r".*,\d\d,.*",
        "replace({text}, ',', '')",
        "The numbers in {name} are read with commas between lakhs.",
    ),
    Form(
        "percent", "DOUBLE", r"[+-]?\d{1,15}(\.\d+)?\s?%", ".+",
        "rtrim(rtrim({text}, '%'))",
        "The percentages in {name} are read as their numbers: 10% is 10.",
    ),
    Form(
        "percent_comma", "DOUBLE", r"[+-]?\d{1,15}(,\d+)?\s?%", ".*,.*",
        "replace(rtrim(rtrim({text}, '%')), ',', '.')",
        "The percentages in {name} are read as their numbers, with decimal commas: 10% is 10.",
    ),
    Form(
        "currency", "DOUBLE",
        rf"[+-]?(({_SIGNS})\s?{_COMMA_THOUSANDS}|{_COMMA_THOUSANDS}\s?({_SIGNS})|\(({_SIGNS})?\s?{_COMMA_THOUSANDS}\))",
        ".+",
        rf"regexp_replace(replace(regexp_replace({{text}}, '{_SIGNS}|\s|\)', '', 'g'), '(', '-'), ',', '', 'g')",
        "The amounts in {name} are read without their currency sign.",
    ),
    Form(
        "currency_comma", "DOUBLE",
        rf"[+-]?(({_SIGNS})\s?{_COMMA_DECIMAL}|{_COMMA_DECIMAL}\s?({_SIGNS}))", ".+",
        rf"replace(replace(regexp_replace({{text}}, '{_SIGNS}|\s', '', 'g'), '.', ''), ',', '.')",
        "The amounts in {name} are read without their currency sign, with decimal commas.",
    ),
    Form("date", "DATE", rf"\d{{4}}-{_MONTH}-{_DAY}", strptime="'%Y-%m-%d'", sql="strptime({text}, '%Y-%m-%d')"),
    Form("timestamp", "TIMESTAMP", rf"\d{{4}}-{_MONTH}-{_DAY}([ T]{_TIME})?", ".*:.*"),
    Form(
        "zoned", "TIMESTAMP WITH TIME ZONE", rf"\d{{4}}-{_MONTH}-{_DAY}[ T]{_TIME} ?(Z|UTC|GMT|[+-]\d\d(:?\d\d)?)",
        ".+",
        # duckdb reads +01:00, not +0100, and Z, not GMT
        r"regexp_replace(regexp_replace({text}, ' ?(UTC|GMT)$', 'Z'), '([+-]\d\d)(\d\d)$', '\1:\2')",
        "The times in {name} are moments: each is kept with its zone's shift, and shown in UTC.",
    ),
    *_date("ymd_slash", rf"\d{{4}}/{_MONTH}/{_DAY}", "%Y/%m/%d", "year/month/day"),
    *_date("ymd_dot", rf"\d{{4}}\.{_MONTH}\.{_DAY}", "%Y.%m.%d", "year.month.day"),
    *_date("dmy_dot", rf"{_DAY}\.{_MONTH}\.\d{{4}}", "%d.%m.%Y", "day.month.year"),
    *_date("dmy_dot_short", rf"{_DAY}\.{_MONTH}\.\d{{2}}", "%d.%m.%y", "day.month.year"),
    *_date("mdy", rf"{_MONTH}/{_DAY}/\d{{4}}", "%m/%d/%Y", "month/day/year"),
    *_date("dmy", rf"{_DAY}/{_MONTH}/\d{{4}}", "%d/%m/%Y", "day/month/year"),
    *_date("mdy_short", rf"{_MONTH}/{_DAY}/\d{{2}}", "%m/%d/%y", "month/day/year"),
    *_date("dmy_short", rf"{_DAY}/{_MONTH}/\d{{2}}", "%d/%m/%y", "day/month/year"),
    *_date("dmy_dash", rf"{_DAY}-{_MONTH}-\d{{4}}", "%d-%m-%Y", "day-month-year"),
    *_date("mdy_dash", rf"{_MONTH}-{_DAY}-\d{{4}}", "%m-%d-%Y", "month-day-year"),
    *_date("d_mon_y", rf"{_DAY}[ -]{_NAME}[ -]\d{{4}}", "%d-%b-%Y", "day, month's name, year"),
    *_date("d_mon_y_short", rf"{_DAY}[ -]{_NAME}[ -]\d{{2}}", "%d-%b-%y", "day, month's name, year"),
    *_date("mon_d_y", rf"{_NAME} {_DAY},? \d{{4}}", "%b %d %Y", "month's name, day, year"),
    Form("time", "TIME", _TIME, sql="{text}"),
)  # fmt: skip
DOT_THOUSANDS = Form(
    "dot_thousands", "BIGINT", r"[+-]?([1-9]\d{0,2}(\.\d{3}){1,5}|0|[1-9]\d{0,2})", r".*\..*",
    "replace({text}, '.', '')",
    "The numbers in {name} are read with dots between thousands, for others there have decimal commas.",
)  # fmt: skip
"""It is tried where the rest of the file tells what a dot means: each such number is a plain fraction, too."""
WITH_DECIMAL_COMMA = frozenset({"comma_decimal", "percent_comma", "currency_comma"})
_DAY_NAME_YEAR = r"regexp_replace({text}, '^(\d+)[ -]([A-Za-z]{3})[a-z]*\.?[ -]', '\1-\2-', 'i')"
_NAME_DAY_YEAR = r"replace(regexp_replace({text}, '^([A-Za-z]{3})[a-z]*\.?', '\1', 'i'), ',', '')"
_EVENED = {
    **dict.fromkeys(("d_mon_y", "d_mon_y_time", "d_mon_y_short", "d_mon_y_short_time"), _DAY_NAME_YEAR),
    **dict.fromkeys(("mon_d_y", "mon_d_y_time"), _NAME_DAY_YEAR),
}
"""SQL that leaves three letters of a month's name and one separator, as the formats of these forms have them."""
_BY_KEY = {form.key: form for form in (*FORMS, DOT_THOUSANDS)}
AMBIGUOUS_NUMBER = r"[+-]?[1-9]\d{0,2},\d{3}"
"""`1,234`: a thousand or one and a bit.  A file that separates its columns by commas had to quote it, so a thousand."""
BOTH_ORDERS = {f"mdy{kind}": f"dmy{kind}" for kind in ("", "_short", "_time", "_short_time")} | {
    f"dmy_dash{kind}": f"mdy_dash{kind}" for kind in ("", "_time")
}
"""Forms that every value of a column may have at once, though they mean different days; the likelier one first."""


def matches(form: Form, text: str) -> str:
    """SQL: whether a trimmed text has the form."""
    test = f"regexp_full_match({text}, {literal(form.every)})"
    if form.type == "BIGINT":
        return test
    if form.strptime is None:
        return f"({test} and try_cast({_sql(form, text)} as {form.type}) is not null)"
    return f"({test} and try_strptime({_dated(form, text)}, {form.strptime}) is not null)"


def expression(column: dict[str, object], place: int) -> str:
    """SQL for a column: what was read of the file, as its own type."""
    text = f"f{place}"
    if column["type"] == column["read"]:
        return text
    words = ", ".join(literal(word) for word in MISSING_WORDS)
    bare = f"case when trim({text}) in ({words}, '') then null else trim({text}) end"
    form = _BY_KEY.get(str(column.get("number")))
    return f"cast({_sql(form, bare) if form else bare} as {column['type']})"


def _sql(form: Form, text: str) -> str:
    return form.sql.replace("{text}", _dated(form, text))


def _dated(form: Form, text: str) -> str:
    return _EVENED.get(form.key, "{text}").replace("{text}", text)


def projection(options: dict[str, list[dict[str, object]]]) -> str:
    """The select list that turns `f1`, `f2`, … into the columns a program sees."""
    return ", ".join(
        f"{expression(column, place)} as {identifier(str(column['name']))}"
        for place, column in enumerate(options["columns"], start=1)
    )
