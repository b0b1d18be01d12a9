"""A question with stand-ins in the place of values: what is posted, and what stays here.

The text says of what each is a value as far as the sheet tells: by the column's name, or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from daytwo.executor.catalog import Confidential
from daytwo.executor.cell.reading.compact import compact, composed
from daytwo.executor.gate import TypedValue
from daytwo.wire.errors import Invalid
from daytwo.wire.identifiers import new_token
from daytwo.wire.question import TOKEN_CHARACTERS, Held
from daytwo.wire.run import QUESTION_LIMIT_CHARACTERS, NewRun
from daytwo.wire.sheet import SchemaSheet


@dataclass(frozen=True)
class Replaced:
    """A run whose question holds stand-ins."""

    run: NewRun
    held: tuple[Held, ...]
    """What they replaced."""
    values: tuple[TypedValue, ...]
    """For what they stand; equal values of a column have one."""

    @classmethod
    def in_question(cls, run: NewRun, held: Sequence[Held], data: Sequence[Confidential]) -> Replaced:
        """Replaces all that may be.

        Raises:
            Invalid: `question_too_long`, where the question has no room for them.
        """
        replaced = tuple(one for one in held if one.may_be_replaced)
        if not replaced:
            return cls(run, (), ())
        columns = {column.told_as: (one, column) for one in data for column in one.columns}
        values: dict[tuple[str, str], TypedValue] = {}
        for found in replaced:
            owner, column = columns[found.source]
            token = new_token(TOKEN_CHARACTERS)
            value = TypedValue(token, owner.dataset, column.table, column.column, found.text)
            values.setdefault((found.source, compact(found.text)), value)
        text = composed(run.question)
        for found in sorted(replaced, key=lambda one: one.start, reverse=True):
            text = text[: found.start] + _call(values[found.source, compact(found.text)]) + text[found.end :]
        notes = [_note(value, columns[source][0].sheet) for (source, _), value in values.items()]
        asked = "\n".join([text, "", *notes])
        if len(asked) > QUESTION_LIMIT_CHARACTERS:
            raise Invalid("question_too_long", "The question has no room for stand-ins: shorten it.")
        return cls(run.model_copy(update={"question": asked}), replaced, tuple(values.values()))


def _call(value: TypedValue) -> str:
    return f'typed("{value.token}")'


def _note(value: TypedValue, sheet: SchemaSheet) -> str:
    """What a model is told of a stand-in."""
    tables = [table.name for table in sheet.tables if any(column.name == value.column for column in table.columns)]
    of = f" of the column `{value.column}`" if tables else ""
    return f"{_call(value)} stands for a value{of} of `{sheet.called or sheet.dataset}` that is not shown to you."
