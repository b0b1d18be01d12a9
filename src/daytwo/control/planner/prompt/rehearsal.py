"""What a program did, in words for a model: on mock rows all of it; on real data where that is open.

Pure, and byte-stable for equal input.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from daytwo.wire.names import check_labels
from daytwo.wire.opened import OpenOutput
from daytwo.wire.rehearsal import Doubt, Rehearsal, RehearsalOutcome, Shape, ShownTable

TEXT_LIMIT_CHARACTERS = 4_000
"""Of each text that a program printed: a model reads its beginning and its end."""
VARIABLES_LIMIT = 100

_DOUBTS = {
    Doubt.EMPTY_SELECTION: "a selection was empty on mock rows; on the real data it may not be. Guard it, or go on.",
    Doubt.MADE_LABEL: "it looked up a label that comes out of values, which mock rows do not have. Guard it, or go on.",
    Doubt.KEY_OR_ORDER: "it relies on keys or an order that mock rows do not have. Check them, or go on.",
    Doubt.TOO_FEW_ROWS: "mock rows were too few for it.",
    Doubt.STATE: "a variable of an earlier step is not there, since that step was not rehearsed to its end.",
    Doubt.NOTHING_RELEASED: "the owner released too little of a dataset to make mock rows of it.",
}


def rehearsal_in_words(rehearsal: Rehearsal, program: str) -> str:
    """The outcome, then what the program said, showed, printed and raised."""
    return "\n".join((f"Rehearsal on mock rows: {_outcome(rehearsal)}", *_details(rehearsal, program)))


def opened_in_words(opened: OpenOutput) -> str:
    """What the program put out on data that its owner opened."""
    lines = [f"Output on the real data, which its owner opened until {opened.until}:"]
    lines += [f"- it said: {_quoted(text)}" for text in opened.says]
    lines += [_table(table, "rows") for table in opened.tables]
    return "\n".join([*lines, *_texts(("stdout", opened.stdout), ("traceback", opened.traceback))])


def outcome_in_words(rehearsal: Rehearsal) -> str:
    """The outcome alone, of a step that is long past."""
    return f"Rehearsal on mock rows: {_outcome(rehearsal)}"


def shapes_in_words(shapes: Sequence[Shape]) -> str:
    """Variables with their types and columns."""
    lines = [_shape(shape) for shape in shapes[:VARIABLES_LIMIT]]
    if len(shapes) > VARIABLES_LIMIT:
        lines.append(f"- and {len(shapes) - VARIABLES_LIMIT} more")
    return "\n".join(lines)


def _outcome(rehearsal: Rehearsal) -> str:
    match rehearsal.outcome:
        case RehearsalOutcome.PASSED:
            return "passed."
        case RehearsalOutcome.UNVERIFIED:
            values = ", ".join(_quoted(value) for value in rehearsal.literals)
            return f"passed, but no sheet says that these values of yours exist: {values}."
        case RehearsalOutcome.INCONCLUSIVE:
            return f"inconclusive: {_DOUBTS[rehearsal.doubt]}" if rehearsal.doubt else "inconclusive."
        case RehearsalOutcome.FAILED:
            return "failed. Repair the program, or insist if you are sure that only the mock rows are at fault."
        case RehearsalOutcome.NOT_REHEARSED:
            return "none."


def _details(rehearsal: Rehearsal, program: str) -> Iterator[str]:
    yield from (f"- it said: {_quoted(text)}" for text in rehearsal.says)
    yield from (_table(table, "mock rows") for table in rehearsal.tables)
    if rehearsal.charts:
        yield f"- charts shown: {rehearsal.charts}"
    for label, held in zip(check_labels(program), rehearsal.checks, strict=False):
        yield f"- check {_quoted(label)}: {'held' if held else 'did not hold, or was not reached'}"
    if rehearsal.variables:
        yield f"- variables it left:\n{shapes_in_words(rehearsal.variables)}"
    yield from (f"- not kept: {reason}" for reason in rehearsal.unsaved)
    yield from _texts(("stdout", rehearsal.stdout), ("stderr", rehearsal.stderr), ("traceback", rehearsal.traceback))


def _texts(*named: tuple[str, str]) -> Iterator[str]:
    yield from (f"- {name}:\n{_indented(text)}" for name, text in named if text.strip())


def _table(table: ShownTable, of: str) -> str:
    title = "" if table.title is None else f" {_quoted(table.title)}"
    columns = ", ".join(f"{_quoted(name)} {kind}" for name, kind in table.columns)
    rows = "".join(f"\n    {json.dumps(row, ensure_ascii=False)}" for row in table.rows)
    return f"- it showed a table{title} of {table.row_count} {of}: {columns}{rows}"


def _shape(shape: Shape) -> str:
    columns = ", ".join(f"{_quoted(name)} {kind}" if name else kind for name, kind in shape.columns)
    return f"- `{shape.name}`: {shape.type}" + (f" ({columns})" if columns else "")


def _indented(text: str) -> str:
    text = text.rstrip()
    if len(text) > TEXT_LIMIT_CHARACTERS:
        half = TEXT_LIMIT_CHARACTERS // 2
        text = f"{text[:half]}\n…\n{text[-half:]}"
    return "\n".join(f"    {line}" for line in text.splitlines())


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
