"""Programs with one mistake that models make: a column, a label, a type or a date that is not there.

Made from correct ones by rules over their text; only those count that fail on the real tables.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

FEW_LABELS = 200


@dataclass(frozen=True)
class Mutant:
    kind: str
    tables: tuple[str, ...]
    program: str
    wrong: str
    """What was put in."""


def mutants(
    program: str, tables: Sequence[str], frames: Mapping[str, pd.DataFrame], chance: random.Random
) -> list[Mutant]:
    """At most one of each kind."""
    mine = [frames[name] for name in tables]
    columns = [str(column) for frame in mine for column in frame.columns]
    numbers = [str(column) for frame in mine for column in frame.select_dtypes("number").columns]
    labels = {value for frame in mine for column in frame.select_dtypes(["object", "string"])
              for value in frame[column].dropna().astype(str).unique()[:FEW_LABELS]}  # fmt: skip
    made = []
    for kind, edits in (
        ("column", _columns(program, columns)),
        ("label", _labels(program, labels - set(columns))),
        ("type", _types(program, numbers)),
        ("date", _dates(program)),
    ):
        found = list(edits)
        if found:
            text, wrong = chance.choice(found)
            made.append(Mutant(kind, tuple(tables), text, wrong))
    return made


def _columns(program: str, columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    for column in columns:
        for wrong in (column[:-1], f"{column}s", column.swapcase(), column.replace("_", "")):
            if wrong and wrong not in columns:
                edited = re.sub(rf"\b{re.escape(column)}\b", wrong, program)
                if edited != program:
                    yield edited, wrong


def _labels(program: str, labels: set[str]) -> Iterator[tuple[str, str]]:
    for label in sorted(labels):
        for quote in "'\"":
            written = f"{quote}{label}{quote}"
            if len(label) > 1 and written in program:
                for wrong in (label.swapcase(), label[:-1], f"{label}s", label[0] + label):
                    yield program.replace(written, f"{quote}{wrong}{quote}"), wrong


def _types(program: str, numbers: Sequence[str]) -> Iterator[tuple[str, str]]:
    for column in numbers:
        written = f'["{column}"]'
        for wrong in (".str.strip()", ".str.replace(',', '').astype(float)", ".dt.year"):
            if f"{written}." in program or f"{written})" in program:
                yield program.replace(written, written + wrong, 1), wrong


def _dates(program: str) -> Iterator[tuple[str, str]]:
    for day in re.findall(r"\d{4}-\d\d-\d\d", program):
        for wrong in (f"{day[:4]}-13-{day[8:]}", f"{day[:8]}32", f"{day[8:]}.{day[5:7]}.{day[:4]}"):
            yield program.replace(day, wrong), wrong
    for year in re.findall(r"(?<=\[)(?:18|19|20)\d\d(?=\])|(?<=loc\[)(?:19|20)\d\d", program):
        yield program.replace(year, str(int(year) + 400)), str(int(year) + 400)
