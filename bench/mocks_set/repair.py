"""A scripted repairer of programs: what a rehearsal, and after it an Observation, are worth to somebody who mends.

It knows what a model knows: the sheets, its own program, the rehearsal whole, and of the real tables that a program
failed, and for `detail` the template, the hole and the statement.  It has five ways of mending, in this order: dates
that no calendar has, accessors that do not fit a column's type, columns that are nearly one of a sheet, labels (nearly
one of a sheet, or else looked up by `resolve`, with the text as it was where nothing is found), and years beyond the
span of the table.  Where what it tried fails, it goes back to what it might have tried instead.  Beside it the same
repairer with an open agent's feedback: the message of the real tables, and their values.
"""

from __future__ import annotations

import ast
import calendar
import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.analyst_set.laboratory import Laboratory
from bench.mocks_set.rehearsed import Ground, Ran, Rehearsed, rehearse, sheets_at
from daytwo.executor.rehearsal.made import made_columns
from daytwo.wire.holes import filler, fillers
from daytwo.wire.rehearsal import RehearsalOutcome
from daytwo.wire.sheet import ColumnSheet, ColumnType, Level, SchemaSheet
from daytwo.wire.templates import TEMPLATES, Hole

TURNS = 5
NEAR = 0.75
LAST_YEAR = 2100
LEVELS = (Level.SHAPE, Level.LABELS)
_DATE = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_CUT_DATE = re.compile(r"\b\d{4}-\d\d-[0-2](?!\d)")
_OTHER_DATE = re.compile(r"\b(\d\d)\.(\d\d)\.(\d{4})\b")


LONGEST_CHARACTERS = 60
"""Of a text that may be a value."""
_MEANT = "_meant"
_LOOKS_UP = f"""def {_MEANT}(text, *columns):
    for column in columns:
        try:
            return resolve(column, text)
        except LookupError:
            pass
    return text
"""


@dataclass
class Case:
    """A mutant on its way to be repaired."""

    one: Rehearsed
    program: str
    columns: dict[str, ColumnSheet]
    labels: frozenset[str]
    """Values that the repairer knows."""
    tried: set[str] = field(default_factory=set)
    instead: list[str] = field(default_factory=list)
    """Programs that it might have tried."""
    free: bool = True
    repaired: bool = False
    given_up: bool = False

    @property
    def candidate(self) -> Rehearsed:
        return Rehearsed(self.one.tables, self.program, self.one.is_read)

    def mend(self, named: Sequence[str], *, is_wrong: bool, further: bool = True) -> bool:
        """The next way of mending that changes the program, if any.

        Args:
            named: what is complained of.
            is_wrong: the program has failed; if not, it is only doubted, and what else might have been tried waits.
            further: after what is named, whatever the program may compare is looked up.
        """
        self.tried.add(self.program)
        made = [
            way
            for way in (
                *_ways(self.program, named, self.columns, self.labels),
                *_lookups(self.program, _compared(self.program) if further else (), self.columns),
            )
            if way not in self.tried and _parses(way)
        ]
        waiting = [*made, *(way for way in self.instead if way not in self.tried)]
        if not made and not (is_wrong and waiting):
            return False
        self.program, *self.instead = waiting
        return True

    def mend_after(self, ran: Ran) -> bool:
        """Whether a rehearsal complains of something that can be mended."""
        if ran.outcome is RehearsalOutcome.PASSED:
            return False
        if ran.raised is not None:
            return self.mend(_named_by_message(self.program, ran), is_wrong=ran.outcome is RehearsalOutcome.FAILED)
        own = made_columns(ast.parse(self.program))
        doubted = [
            value for value in ran.unverified if value not in own and (not value.isdigit() or int(value) > LAST_YEAR)
        ]
        mended = [self.mend([value], is_wrong=False, further=False) for value in doubted]
        return any(mended)


def repairs(
    laboratory: Laboratory, ground: Ground, failing: Sequence[Rehearsed], folder: Path
) -> tuple[list[dict[str, Any]], dict[Level, list[Case]]]:
    """The share of mutants that are repaired at each level, beside an open agent; and each mutant's way there."""
    rows = []
    ways = {}
    opened = _open_agent(laboratory, ground, failing)
    for level in LEVELS:
        sheets = sheets_at(laboratory, level)
        cases = ways[level] = [_case(one, sheets) for one in failing]
        for turn in range(TURNS):
            _turn(ground, sheets, cases, folder / f"repair-{level}-{turn}")
        for half, is_read in (("read", True), ("unread", False)):
            mine = [case for case in cases if case.one.is_read is is_read]
            beside = [case for case in opened if case.one.is_read is is_read]
            rows.append(
                {
                    "level": level,
                    "half": half,
                    "mutants": len(mine),
                    "repaired": round(sum(case.repaired for case in mine) / len(mine), 4),
                    "free": round(sum(case.repaired and case.free for case in mine) / len(mine), 4),
                    "open": round(sum(case.repaired for case in beside) / len(beside), 4),
                }
            )
    return rows, ways


def _case(one: Rehearsed, sheets: dict[str, SchemaSheet]) -> Case:
    columns = {c.name: c for name in one.tables for table in sheets[name].tables for c in table.columns}
    labels = frozenset(label for column in columns.values() for label in column.labels or ())
    return Case(one, one.program, columns, labels)


def _turn(ground: Ground, sheets: dict[str, SchemaSheet], cases: Sequence[Case], folder: Path) -> None:
    """A rehearsal of each; what it does not complain of runs on the real tables, and pays where that fails."""
    active = [case for case in cases if not (case.repaired or case.given_up)]
    told = rehearse(sheets, [case.candidate for case in active], folder)
    ready = [case for case, ran in zip(active, told, strict=True) if not case.mend_after(ran)]
    for case, ran in zip(ready, ground.run([case.candidate for case in ready]), strict=True):
        case.repaired = ran.raised is None
        if ran.raised is not None:
            case.free = False
            case.given_up = not case.mend(_named_by_observation(case.program, ran), is_wrong=True)


def _open_agent(laboratory: Laboratory, ground: Ground, failing: Sequence[Rehearsed]) -> list[Case]:
    sheets = sheets_at(laboratory, Level.SHAPE)
    cases = [_case(one, sheets) for one in failing]
    for case in cases:
        frames = [laboratory.frames[name] for name in case.one.tables]
        texts = [frame[column] for frame in frames for column in frame.select_dtypes(["object", "string"])]
        case.labels = frozenset(str(value) for column in texts for value in column.dropna().unique())
    for _ in range(TURNS):
        active = [case for case in cases if not (case.repaired or case.given_up)]
        if not active:
            break
        for case, ran in zip(active, ground.run([case.candidate for case in active]), strict=True):
            case.repaired = ran.raised is None
            if ran.raised is not None:
                case.given_up = not case.mend(_named_by_message(case.program, ran), is_wrong=True)
    return cases


def _named_by_message(program: str, ran: Ran) -> list[str]:
    """What of the program a message names; else all of the line that raised."""
    words = {text for statement in fillers(program) for texts in statement.values() for text in texts}
    said = ran.raised or ""
    named = [word for word in words if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said)]
    lines = program.splitlines()
    line = lines[ran.line - 1] if ran.line and ran.line <= len(lines) else program
    return sorted(named, key=len, reverse=True) + re.findall(r"[\"']([^\"']+)[\"']", line)


def _named_by_observation(program: str, ran: Ran) -> list[str]:
    """What template, hole and statement name."""
    kind = TEMPLATES[ran.template].hole
    named = filler(program, ran.statement, kind, ran.hole) if kind else None
    known = fillers(program)
    rest = known[ran.statement] if ran.statement < len(known) else {}
    return ([named] if named else []) + [*rest.get(Hole.LITERAL, ()), *rest.get(Hole.WORD, ())]


def _ways(program: str, words: Sequence[str], columns: dict[str, ColumnSheet], labels: frozenset[str]) -> Iterator[str]:
    """Ways of mending a program by what is complained of."""
    strange = [word for word in dict.fromkeys(words) if word not in columns and word not in labels]
    yield _with_dates(program)
    yield _without_accessors(program, columns)
    yield from (_replaced(program, word, near) for word in strange for near in _nearest(word, columns))
    yield from (_replaced(program, word, near) for word in strange for near in _nearest(word, labels))
    for word in strange:
        if word.isdigit() and int(word) > LAST_YEAR:
            yield from (_replaced(program, word, f"{century}{word[2:]}") for century in _centuries(columns))
    yield from _lookups(program, strange, columns)


def _lookups(program: str, words: Sequence[str], columns: dict[str, ColumnSheet]) -> Iterator[str]:
    """The program with all of these words looked up that are no columns."""
    made = program
    for word in dict.fromkeys(words):
        found_in = [] if word in columns else _looked_up_in(program, word, columns)
        if found_in and f"{_MEANT}({word!r}" not in made:
            made = _resolved(made, word, found_in)
    if made != program:
        yield made


def _nearest(word: str, known: Any) -> list[str]:
    folded = {re.sub(r"[\W_]", "", one).casefold(): one for one in known}
    bare = re.sub(r"[\W_]", "", word).casefold()
    if bare in folded:
        return [folded[bare]]
    return [folded[one] for one in difflib.get_close_matches(bare, folded, n=2, cutoff=NEAR)] if len(bare) > 1 else []


def _replaced(program: str, word: str, by: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", lambda _: by, program)


def _with_dates(program: str) -> str:
    """Dates that no calendar has, or that are written the other way round."""

    def clamped(match: re.Match[str]) -> str:
        year, month, day = (int(part) for part in match.groups())
        month = min(max(month, 1), 12)
        return f"{year:04}-{month:02}-{min(max(day, 1), calendar.monthrange(max(year, 1), month)[1]):02}"

    whole = _CUT_DATE.sub(r"\g<0>1", _OTHER_DATE.sub(r"\3-\2-\1", program))
    return _DATE.sub(clamped, whole)


def _without_accessors(program: str, columns: dict[str, ColumnSheet]) -> str:
    """`.str` and `.dt` of columns that a sheet calls numbers."""
    for name, column in columns.items():
        if column.type.is_number:
            at = re.escape(f'["{name}"]')
            program = re.sub(rf"({at})\.str\.\w+\([^()]*\)(\.astype\(float\))?", r"\1", program)
            program = re.sub(rf"({at})\.dt\.\w+", r"\1", program)
    return program


def _centuries(columns: dict[str, ColumnSheet]) -> list[str]:
    spans = [end[:2] for column in columns.values() if column.span for end in (column.span.first, column.span.last)]
    return list(dict.fromkeys([*spans, "19", "20"]))


def _looked_up_in(program: str, word: str, columns: dict[str, ColumnSheet]) -> list[str]:
    """Text columns that the program names, those of the same line first."""
    named = [
        name
        for name, column in columns.items()
        if column.type is ColumnType.TEXT and column.may_be_looked_up and re.search(rf"\b{re.escape(name)}\b", program)
    ]
    lines = [line for line in program.splitlines() if word in line]
    return sorted(named, key=lambda name: not any(re.search(rf"\b{re.escape(name)}\b", line) for line in lines))


class _Resolve(ast.NodeTransformer):
    """Puts a looked-up value where a literal stood, alone or quoted in SQL."""

    def __init__(self, word: str, columns: Sequence[str]) -> None:
        self._word = word
        self._call = f"{_MEANT}({', '.join(map(repr, (word, *columns)))})"

    def visit_Call(self, node: ast.Call) -> ast.AST:
        looks_up = isinstance(node.func, ast.Name) and node.func.id == _MEANT
        return node if looks_up else self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        node.values = [part if isinstance(part, ast.Constant) else self.visit(part) for part in node.values]
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if node.value == self._word:
            return ast.parse(self._call, mode="eval").body
        quoted = isinstance(node.value, str) and [mark for mark in "'\"" if f"{mark}{self._word}{mark}" in node.value]
        if quoted:
            was, becomes = f"{quoted[0]}{self._word}{quoted[0]}", f"{quoted[0]}%s{quoted[0]}"
            return ast.parse(f"{node.value!r}.replace({was!r}, {becomes!r} % {self._call})", mode="eval").body
        return node


def _resolved(program: str, word: str, columns: Sequence[str]) -> str:
    """The program with a looked-up value where a literal stood; the text itself, where none is found."""
    try:
        text = ast.unparse(ast.fix_missing_locations(_Resolve(word, columns).visit(ast.parse(program))))
    except (SyntaxError, ValueError):  # nested quotes that an f-string cannot hold
        return program
    return text if f"def {_MEANT}(" in text or _MEANT not in text else f"{_LOOKS_UP}\n{text}"


def _compared(program: str) -> list[str]:
    """All texts that the program may compare with values, in SQL and queries too; not what it says, nor its tables."""
    found: list[str] = []
    pending: list[ast.AST] = [ast.parse(program)] if _parses(program) else []
    while pending:
        match pending.pop():
            case ast.Call(func=ast.Name(id="data")):
                pass
            case ast.JoinedStr(values=parts):
                pending += [part.value for part in parts if isinstance(part, ast.FormattedValue)]
            case ast.Constant(value=str(text)):
                found += [text, *re.findall(r"['\"]([^'\"]+)['\"]", text)]
            case node:
                pending += ast.iter_child_nodes(node)
    return [text for text in found if len(text) <= LONGEST_CHARACTERS]


def _parses(program: str) -> bool:
    try:
        ast.parse(program)
    except SyntaxError:
        return False
    return True
