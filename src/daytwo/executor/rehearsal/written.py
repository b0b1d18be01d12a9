"""How values are written in text: a number or a day in one of the forms that cells read, and back."""

from __future__ import annotations

import re
from datetime import date, datetime

from daytwo.executor.cell.reading.forms import FORMS

DATE_MASKS = {
    "9999-99-99": "%Y-%m-%d",
    "9999/99/99": "%Y/%m/%d",
    "99.99.9999": "%d.%m.%Y",
    "99/99/9999": "%d/%m/%Y",
    "99-99-9999": "%d-%m-%Y",
    "99/99/99": "%d/%m/%y",
    "99.99.99": "%d.%m.%y",
    "9999-99-99 99:99": "%Y-%m-%d %H:%M",
    "9999-99-99 99:99:99": "%Y-%m-%d %H:%M:%S",
    "9999-99-99A99:99:99": "%Y-%m-%dT%H:%M:%S",
    "9999-99": "%Y-%m",
    "99:99": "%H:%M",
    "99:99:99": "%H:%M:%S",
}
"""Masks of texts that are dates, with how one of them is written."""
_DATES = {
    "compact_day": "%Y%m%d",
    "date": "%Y-%m-%d",
    "ymd_slash": "%Y/%m/%d",
    "ymd_dot": "%Y.%m.%d",
    "dmy_dot": "%d.%m.%Y",
    "dmy_dot_short": "%d.%m.%y",
    "mdy": "%m/%d/%Y",
    "dmy": "%d/%m/%Y",
    "mdy_short": "%m/%d/%y",
    "dmy_short": "%d/%m/%y",
    "dmy_dash": "%d-%m-%Y",
    "mdy_dash": "%m-%d-%Y",
    "d_mon_y": "%d-%b-%Y",
    "d_mon_y_short": "%d-%b-%y",
    "mon_d_y": "%b %d %Y",
}
_MOMENTS = {
    "timestamp": "%Y-%m-%d %H:%M:%S",
    "zoned": "%Y-%m-%d %H:%M:%S+00:00",
    "time": "%H:%M:%S",
}
_EVERY = {form.key: re.compile(form.every) for form in FORMS}


def written(form: str, number: float | None, day: date | None) -> str | None:
    """A number or a day in the form; None for a form that is not known here."""
    if day is not None and (layout := _layout(form)):
        return day.strftime(layout)
    return _number(form, number) if number is not None else None


def _layout(form: str) -> str | None:
    if form.endswith("_time"):
        bare = _DATES.get(form.removesuffix("_time"))
        return f"{bare} %H:%M:%S" if bare else None
    return _DATES.get(form) or _MOMENTS.get(form)


def is_dated(form: str) -> bool:
    return _layout(form) is not None


def _number(form: str, number: float) -> str | None:
    whole = float(number).is_integer()
    plain = f"{number:.0f}" if whole else f"{number:.2f}"
    grouped = f"{number:,.0f}" if whole else f"{number:,.2f}"
    swapped = grouped.translate(str.maketrans(",.", ".,"))
    return {
        "integer": f"{number:.0f}",
        "plain": repr(float(number)),
        "comma_decimal": f"{number:,.2f}".translate(str.maketrans(",.", ".,")),
        "comma_thousands_integer": f"{number:,.0f}",
        "comma_thousands": grouped,
        "spaced": f"{number:,.2f}".replace(",", " "),
        "lakhs": plain,
        "percent": f"{plain}%",
        "percent_comma": f"{number:.2f}%".replace(".", ","),
        "currency": f"${grouped}" if number >= 0 else f"-${grouped[1:]}",
        "currency_comma": f"{swapped} €",
    }.get(form)


def has_form(form: str, text: str) -> bool:
    known = _EVERY.get(form)
    return known is None or known.fullmatch(text.strip()) is not None


def iso(value: object) -> str:
    """A moment as ISO 8601 has it, with a blank between day and time."""
    return value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)
