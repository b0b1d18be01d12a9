"""Two tables of a session as one: where a row of the first has at most one row of the second, by a column of one name,
or by one that is called after the second: `patient_id` of `visits`, `id` of `patients`.

The sheet says which column numbers a table's rows (`unique`); nothing else makes a key here, so a join never
multiplies rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from daytwo.control.models.analyst.table.vocabulary import Vocabulary
from daytwo.control.models.analyst.terms import Join
from daytwo.control.models.analyst.words import nouns
from daytwo.control.models.analyst.words.spelling import name_words
from daytwo.wire.sheet import ColumnSheet, NullShare, TableSheet, Uniqueness

TABLES_LIMIT = 12
"""Of a session; beyond, joins are not looked for."""


def joined(vocabularies: Sequence[Vocabulary]) -> Iterator[Vocabulary]:
    """Every table with each other that it refers to."""
    if len(vocabularies) > TABLES_LIMIT:
        return
    for first in vocabularies:
        for second in vocabularies:
            key = _key(first, second) if first is not second else None
            if key:
                yield _together(first, second, key)


def _key(first: Vocabulary, second: Vocabulary) -> tuple[str, str] | None:
    """The one column that numbers the rows of `second`, and what `first`, where it repeats, calls it."""
    own = {column.name: column for column in first.columns}
    keys = [
        column.name
        for column in second.columns
        if column.is_unique
        and column.name in own
        and own[column.name].kind is column.kind
        and not own[column.name].is_unique
        and (column.is_key or (column.words[-1:] and column.words[-1] in nouns.NAME_ENDINGS) or not column.is_number)
        and not column.is_date
    ]
    if keys:
        return (keys[0], keys[0]) if len(keys) == 1 else None
    ids = [column for column in second.columns if column.is_unique and column.is_key and len(column.words) == 1]
    called = [
        (column.name, ids[0].name)
        for column in first.columns
        if len(ids) == 1
        and column.kind is ids[0].kind
        and not column.is_unique
        and len(column.words) > 1
        and column.words[-1:] == ids[0].words
        and second.is_table(column.words[:-1])
    ]
    return called[0] if len(called) == 1 else None


def _together(first: Vocabulary, second: Vocabulary, key: tuple[str, str]) -> Vocabulary:
    taken = {column.name.casefold() for column in first.columns} | {key[1].casefold()}
    added = [_repeated(column.sheet) for column in second.columns if column.name.casefold() not in taken]
    join = Join(second.name, *key, tuple(column.name for column in added))
    sheet = TableSheet(
        name=first.sheet_name,
        columns=(*(column.sheet for column in first.columns), *added),
        rows_magnitude=first.rows_magnitude,
    )
    return Vocabulary(first.name, sheet, joins=(join,), beside=frozenset({name_words(second.name)}))


def _repeated(sheet: ColumnSheet) -> ColumnSheet:
    """A column of the second table in the rows of the first: its values repeat, and rows without a partner lack it."""
    unique = sheet.uniqueness in {Uniqueness.UNIQUE, Uniqueness.NEARLY_UNIQUE}
    null_share = NullShare.FEW if sheet.null_share is NullShare.NONE else sheet.null_share
    return sheet.model_copy(
        update={"uniqueness": Uniqueness.MANY if unique else sheet.uniqueness, "null_share": null_share}
    )
