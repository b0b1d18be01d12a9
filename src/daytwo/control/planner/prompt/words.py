"""Schema sheets, verdicts and Observations in words, for a model.  Pure, and byte-stable for equal input."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Sequence

from daytwo.wire.holes import filler
from daytwo.wire.names import check_labels, lookups, parse_program
from daytwo.wire.observation import ERROR_CLASSES, STATEMENTS, Alphabet, Lookup, Observation, Outcome, checks_told
from daytwo.wire.sheet import (
    ColumnClass,
    ColumnSheet,
    ColumnType,
    Grain,
    Level,
    NullShare,
    SchemaSheet,
    TableSheet,
    callable_names,
)
from daytwo.wire.templates import TEMPLATES, UNTOLD
from daytwo.wire.verdict import Finding, Ruling, Verdict

FINDINGS_LIMIT = 20
STATEMENT_LIMIT_CHARACTERS = 300

_DURATIONS = ("in under 0.5 s", "in under 5 s", "in 5 s or more")
_ENDINGS = {
    Outcome.TIMEOUT: "timeout: it ran longer than its profile allows.",
    Outcome.MEMORY: "memory: it needed more than its profile allows.",
    Outcome.DENIED: "denied: it tried what the sandbox does not allow.",
    Outcome.LOST: "lost: it ended without a word.",
}


def sheets_in_words(sheets: Sequence[SchemaSheet]) -> str:
    """All tables by the names that programs call them by."""
    by_dataset = {sheet.dataset: sheet for sheet in sheets}
    parts = [
        "\n".join(_table(name, by_dataset[dataset], _table_of(by_dataset[dataset], table)))
        for name, (dataset, table) in callable_names(sheets).items()
    ]
    sealed = [sheet.dataset for sheet in sheets if not sheet.tables]
    parts += [f"`{dataset}`: its owner released nothing but the name." for dataset in sealed]
    return "\n\n".join(parts) or "There are no datasets in this session."


def _table_of(sheet: SchemaSheet, name: str) -> TableSheet:
    return next(table for table in sheet.tables if table.name == name)


def _table(name: str, sheet: SchemaSheet, table: TableSheet) -> Iterator[str]:
    rows = "" if table.rows_magnitude is None else f", {_magnitude(table.rows_magnitude)} rows"
    yield f"`{name}` ({sheet.format}{rows}):"
    if sheet.level is Level.SEALED or not table.columns:
        yield "- its owner released no columns"
    for column in table.columns:
        yield f"- {_column(column)}"
    for key in table.keys or ():
        yield f"- no two rows share {' and '.join(map(_quoted, key))}"
    for reference in table.references or ():
        yield f"- every {_quoted(reference.column)} is a {_quoted(reference.to_column)} of {reference.to_table}"


def _magnitude(power: int) -> str:
    if power == 0:
        return "fewer than 10"
    return f"{10**power:,} to {10 ** (power + 1) - 1:,}"


def _column(column: ColumnSheet) -> str:
    facts = [column.type.value]
    if column.column_class not in {ColumnClass.ORDINARY, ColumnClass.UNKNOWN}:
        facts.append(column.column_class.value.replace("_", " "))
    if column.null_share is not None:
        facts.append("no nulls" if column.null_share is NullShare.NONE else f"nulls: {column.null_share.value}")
    if column.uniqueness is not None:
        facts.append(f"distinct: {column.uniqueness.value}")
    facts += _facts_of_numbers(column) if column.type.is_number else ()
    facts += _facts_of_moments(column) if column.type.is_temporal else ()
    facts += _facts_of_text(column) if column.type is ColumnType.TEXT else ()
    if column.order is not None:
        facts.append(f"rows are sorted by it, {column.order.value}")
    if column.labels is not None:
        told = "is one of" if column.labels_complete else "values, among others:"
        facts.append(f"{told} " + ", ".join(_quoted(label) for label in column.labels))
    return f"{_quoted(column.name)}: {'; '.join(facts)}"


def _facts_of_numbers(column: ColumnSheet) -> Iterator[str]:
    if column.magnitude is not None:
        yield f"absolute values from 1e{column.magnitude[0]} to below 1e{column.magnitude[1]}"
    if column.sign is not None:
        yield column.sign.value
    if column.whole:
        yield "no fractions"


def _facts_of_moments(column: ColumnSheet) -> Iterator[str]:
    if column.span is not None:
        yield f"from {column.span.first} to {column.span.last}"
    if column.grain in {Grain.YEAR, Grain.MONTH} or (
        column.type is ColumnType.TIMESTAMP and column.grain in {Grain.DAY, Grain.HOUR, Grain.MINUTE}
    ):
        yield f"always the start of {'an' if column.grain is Grain.HOUR else 'a'} {column.grain.value}"


def _facts_of_text(column: ColumnSheet) -> Iterator[str]:
    if column.masks:
        yield ("always" if column.masks_complete else "looks like") + " " + ", ".join(map(_quoted, column.masks))
    if column.form is not None:
        yield f"{'each' if column.form_complete else 'nearly each'} value is text of the form {column.form}"
    if column.sentinels:
        yield "missing values are written " + ", ".join(map(_quoted, column.sentinels))
    if column.case is not None:
        yield f"in {column.case.value}"
    if column.untidy:
        yield "untidy: the same is written with other case or with blanks around it"


def _quoted(text: str) -> str:
    """JSON's form, so that no name breaks out of its line."""
    return json.dumps(text, ensure_ascii=False)


def verdict_in_words(verdict: Verdict) -> str:
    """The ruling, and each finding at its place in the program."""
    ruling = {
        Ruling.ALLOW: "The review allowed the program.",
        Ruling.REVIEW: "The review sent the program to a person for approval.",
        Ruling.DENY: "The review refused the program: it did not run. Repair these findings:",
    }[verdict.verdict]
    lines = [ruling, *(f"- {_finding(finding)}" for finding in verdict.findings[:FINDINGS_LIMIT])]
    left_out = len(verdict.findings) - FINDINGS_LIMIT
    if left_out > 0:
        lines.append(f"- and {left_out} more")
    return "\n".join(lines)


def _finding(finding: Finding) -> str:
    repair = f" {finding.repair}" if finding.repair else ""
    return f"line {finding.line}, column {finding.column}, {finding.rule}: {finding.message}{repair}"


def observation_in_words(observation: Observation, program: str) -> str:
    """What the symbol says, with the labels and the failing statement read off the program's own source."""
    if observation.outcome in _ENDINGS:
        return _ENDINGS[observation.outcome]
    if observation.outcome is Outcome.ERROR:
        return _error(observation, program)
    if observation.alphabet is Alphabet.VERDICT:
        return "ok: it ran to its end."
    if observation.alphabet is Alphabet.BRIEF:
        return f"ok: it ran to its end and showed {'rows' if observation.rows_bucket else 'no rows'}."
    said = f"ok: it ran to its end and showed {_rows(observation.rows_bucket)}"
    lines = [f"{said}, {_DURATIONS[observation.duration_slot]}."]
    for number, label in enumerate(check_labels(program)[: checks_told(len(observation.lookups))]):
        held = "held" if observation.checks >> number & 1 else "did not hold, or was not reached"
        lines.append(f"- check {_quoted(label)}: {held}")
    return "\n".join([*lines, *_lookups(observation, program)])


def _lookups(observation: Observation, program: str) -> Iterator[str]:
    found = {
        Lookup.EXACT: "there is such a value",
        Lookup.FUZZY: "there is one value that is spelled alike",
        Lookup.AMBIGUOUS: "several values are spelled alike",
        Lookup.NONE: "there is no such value, or it was not reached",
    }
    for (column, text), lookup in zip(lookups(program), observation.lookups, strict=False):
        yield f"- resolve {_quoted(column)} {_quoted(text)}: {found[lookup]}"


def _rows(bucket: int) -> str:
    if bucket == 0:
        return "no rows"
    if bucket == 1:
        return "1 to 9 rows"
    if bucket == 7:
        return "1,000,000 rows or more"
    return f"{10 ** (bucket - 1):,} to {10**bucket - 1:,} rows"


def _error(observation: Observation, program: str) -> str:
    if observation.alphabet is not Alphabet.STANDARD:
        return "error: an exception ended it. Hand in the program again with `detail` to learn which, for more bits."
    name = ERROR_CLASSES[observation.error_class].removeprefix("builtins.")
    what = "an exception of a class that is not told" if name == "other" else name
    said = f"error: {what}, {_DURATIONS[observation.duration_slot]}"
    statement = _statement(program, observation.statement)
    lines = [f"{said}, raised {statement}" if statement else f"{said}.", *_sentence(observation, program)]
    return "\n".join([*lines, *_lookups(observation, program)])


def _sentence(observation: Observation, program: str) -> Iterator[str]:
    """What the library said, as far as it is told."""
    template = TEMPLATES[observation.template]
    if template is UNTOLD:
        return
    named = filler(program, observation.statement, template.hole, observation.hole) if template.hole else None
    text = template.text.format("something that is not told" if named is None else _quoted(named))
    yield f"- what was said: {text}."


def _statement(program: str, index: int) -> str | None:
    """Where the statement of this index stands in the program, and its first line."""
    tree = parse_program(program)
    if tree is None or index >= len(tree.body):
        return None
    found: ast.stmt = tree.body[index]
    line = program.splitlines()[found.lineno - 1].strip()[:STATEMENT_LIMIT_CHARACTERS]
    if index == STATEMENTS - 1 and len(tree.body) > STATEMENTS:
        return f"at or after the statement of line {found.lineno}: {line}"
    return f"by the statement of line {found.lineno}: {line}"
