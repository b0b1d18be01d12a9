# noqa: INP001 - beside the scripts that use it, in no package
"""What both sample sets draw from: chance, invented people, and dirt as people make it.

Every table has a random stream of its own, named by seed and table, so that a change to one leaves the others alone.
Nothing here is about anybody: names are drawn from lists, e-mail addresses end in names that are reserved for
examples (RFC 2606), telephone numbers lie in ranges that are kept for fiction.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

GIVEN = (
    "Ada", "Amara", "Anneke", "Bela", "Björn", "Carmen", "Chidi", "Chloé", "Dana", "Diego", "Elif", "Emre", "Farah",
    "Femi", "Greta", "Hana", "Hiro", "Ines", "Ivan", "Jamal", "Jonas", "Kaito", "Keiko", "Lena", "Luca", "Magda",
    "Mateo", "Mei", "Nia", "Nils", "Noor", "Olga", "Omar", "Paula", "Priya", "Quinn", "Rafael", "Renée", "Sana",
    "Søren", "Tariq", "Thandi", "Uma", "Viktor", "Wanda", "Xenia", "Yara", "Yusuf", "Zoë", "Zuzana",
)  # fmt: skip
FAMILY = (
    "Abara", "Andersson", "Banerjee", "Berg", "Bianchi", "Costa", "Dąbrowski", "Dubois", "Eriksen", "Fischer",
    "Fontaine", "Garcia", "Grünwald", "Haddad", "Hoffmann", "Ibrahim", "Ito", "Jansen", "Kaya", "Kowalska",
    "Larsen", "Lindqvist", "Marsh", "Mensah", "Moreau", "Müller", "Nakamura", "Novak", "Okafor", "O'Brien",
    "Oliveira", "Papadakis", "Peters", "Quispe", "Rahman", "Rossi", "Sato", "Schmidt", "Silva", "Tanaka",
    "Thompson", "Usman", "van-Dijk", "Varga", "Weber", "Wójcik", "Xu", "Yılmaz", "Zhang", "Zimmermann",
)  # fmt: skip
MAIL_HOSTS = ("example.com", "example.org", "example.net", "mail.example", "post.example")
PHONES = (
    "+1 202 555 01##", "(202) 555-01##", "+44 7700 900###", "07700 900 ###", "+49 30 23125 ###",
    "+33 1 99 00 ## ##",
)  # fmt: skip

Texts = np.ndarray[Any, np.dtype[np.object_]]
Numbers = np.ndarray[Any, Any]


class Chance:
    """One table's random stream."""

    def __init__(self, seed: int, table: str) -> None:
        self.numbers = np.random.Generator(np.random.PCG64([seed, zlib.crc32(table.encode())]))

    def pick(self, values: Sequence[Any], size: int, weights: Sequence[float] | None = None) -> Texts:
        """`size` draws from `values`."""
        share = np.asarray(weights if weights is not None else np.ones(len(values)), dtype=float)
        places = np.searchsorted(np.cumsum(share / share.sum())[:-1], self.numbers.random(size), side="right")
        return np.array(values, dtype=object)[places]

    def some(self, size: int, share: float) -> Numbers:
        """True for about that share of the rows."""
        return self.numbers.random(size) < share

    def without(self, values: Numbers, share: float, missing: Any = None) -> Texts:
        """The values, with that share of them missing."""
        made = np.array(values, dtype=object)
        made[self.some(len(made), share)] = missing
        return made

    def untidy(self, values: Texts, share: float) -> Texts:
        """Categories as people type them: other case, stray spaces."""
        made = values.copy()
        for typed in (str.lower, str.upper, lambda text: f" {text}", lambda text: f"{text} "):
            hit = self.some(len(made), share / 4)
            made[hit] = [typed(text) for text in made[hit]]
        return made

    def mixed_dates(self, days: Numbers, formats: Mapping[str, float]) -> Texts:
        """Days (datetime64) as text, each in one of the formats, drawn by weight."""
        stamps = pd.Series(days.astype("datetime64[s]"))
        which = self.pick(list(formats), len(stamps), list(formats.values()))
        made = np.empty(len(stamps), dtype=object)
        for form in formats:
            made[which == form] = stamps[which == form].dt.strftime(form).to_numpy(dtype=object)
        return made


@dataclass(frozen=True)
class People:
    """Invented people, one a row."""

    given: Texts
    family: Texts
    email: Texts
    phone: Texts
    born: Numbers
    """Days; nobody is under 18 in 2024."""


def people(chance: Chance, size: int) -> People:
    given, family = chance.pick(GIVEN, size), chance.pick(FAMILY, size)
    hosts, number = chance.pick(MAIL_HOSTS, size), chance.numbers.integers(1, 1_000, size)
    plain = {name: _ascii(name) for name in {*GIVEN, *FAMILY}}
    email = np.array(
        [f"{plain[a]}.{plain[b]}{n}@{host}" for a, b, n, host in zip(given, family, number, hosts, strict=True)],
        dtype=object,
    )
    digits = chance.numbers.integers(0, 10, (size, 4)).astype(str)
    phone = np.array(
        [_fill(form, row) for form, row in zip(chance.pick(PHONES, size), digits, strict=True)], dtype=object
    )
    years = chance.numbers.gamma(9, 3.0, size).clip(0, 70)
    born = np.datetime64("2006-01-01") - (years * 365.25).astype(int)
    return People(given=given, family=family, email=email, phone=phone, born=born)


def _ascii(name: str) -> str:
    letters = str.maketrans("öéäüøłąóıë", "oeauolaoie", "'-")
    return name.lower().translate(letters)


def _fill(form: str, digits: Sequence[str]) -> str:
    for digit in digits:
        form = form.replace("#", digit, 1)
    return form


def numbered(prefix: str, size: int, width: int = 6, first: int = 1) -> Texts:
    """`C000001`, `C000002` …"""
    return np.array([f"{prefix}{number:0{width}d}" for number in range(first, first + size)], dtype=object)


def local_times(moments: Numbers, zones: Texts, utc_as_z: Numbers) -> Texts:
    """Moments (datetime64, UTC) as ISO texts on the clocks of their zones; with `Z` where the row says so."""
    made = np.empty(len(moments), dtype=object)
    for zone in sorted(set(zones)):
        here = (zones == zone) & ~utc_as_z
        local = pd.Series(moments[here]).dt.tz_localize("UTC").dt.tz_convert(zone)
        clock = local.dt.tz_localize(None)
        minutes = ((clock - pd.Series(moments[here])).dt.total_seconds() // 60).astype(int)
        offset = {m: f"{'-' if m < 0 else '+'}{abs(m) // 60:02d}:{abs(m) % 60:02d}" for m in sorted(set(minutes))}
        texts = np.datetime_as_string(clock.to_numpy().astype("datetime64[s]"))
        made[here] = [f"{text}{offset[m]}" for text, m in zip(texts, minutes, strict=True)]
    texts = np.datetime_as_string(moments[utc_as_z].astype("datetime64[s]"))
    made[utc_as_z] = [f"{text}Z" for text in texts]
    return made


def with_comma(values: Numbers, decimals: int, *, thousands: str = "") -> Texts:
    """Numbers with a decimal comma: `1.299,00`."""
    swap = str.maketrans(",.", f"{thousands or ','},")
    form = f"{{:,.{decimals}f}}" if thousands else f"{{:.{decimals}f}}"
    return np.array([form.format(value).translate(swap) for value in values], dtype=object)
