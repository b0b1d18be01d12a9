"""A model's reply to a Step, leniently: real models wrap, chat, quote and forget.

Tried in this order, the first that gives a step wins:

1. the arguments of the tool call;
2. a JSON object in the text, bare or fenced, the last one that has a program, else the last that has a question;
   single quotes, trailing commas and raw line breaks in strings are accepted;
3. fenced Python: the last block, joined to those before it where it needs names that only they bind; an intent and
   `final` are taken from a JSON object beside it;
4. the whole text, where it is a Python program.

Thinking (`<think>…</think>`) is dropped first.  Nothing here executes or imports what it reads.
"""

from __future__ import annotations

import ast
import builtins
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from daytwo.control.models.request import ModelReply, Step
from daytwo.wire.errors import Invalid
from daytwo.wire.names import assigned_names, parse_program

REPLY_LIMIT_CHARACTERS = 400_000
OBJECTS_LIMIT = 200
"""Places in one reply at which a JSON object is looked for."""
SLOPPY_OBJECTS_LIMIT = 10
"""Places at which an object that is not quite JSON is looked for, which takes longer."""
INTENT_LIMIT_CHARACTERS = 2_000
_INTENT_UNSAID = "Run the program."

_THINKING = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_THOUGHT = re.compile(r"\A.*</(?:think|thinking|reasoning)>", re.DOTALL | re.IGNORECASE)
"""Some servers cut off the opening tag."""
_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*([\w+-]*)[^\n`]*$")
_PYTHON = frozenset({"python", "py", "python3", "ipython", "tool_code"})
_STRING = r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_TRAILING_COMMA = re.compile(_STRING + r"|,(?=\s*[}\]])", re.DOTALL)
_LITERAL = re.compile(_STRING + r"|\b(true|false|null)\b", re.DOTALL)
_PYTHON_LITERALS = {"true": "True", "false": "False", "null": "None"}
_UNREADABLE = (ValueError, SyntaxError, TypeError, RecursionError, MemoryError)
_JSON = json.JSONDecoder(strict=False)


class UnreadableReplyError(Invalid):
    """No step can be read from a reply.

    Args:
        what: what was wrong, in words that the model is shown.
    """

    def __init__(self, what: str) -> None:
        super().__init__(
            "unreadable_reply", f"The model's reply holds no step: {what}. Ask again, or choose another model."
        )
        self.what = what


@dataclass(frozen=True)
class _Block:
    """A piece of the reply between two fences; `language` is None outside of any."""

    language: str | None
    text: str


def parse(reply: ModelReply) -> Step:
    """The step that the reply holds.

    Raises:
        UnreadableReplyError: where there is none.
    """
    if max(len(reply.text), len(reply.tool_arguments or "")) > REPLY_LIMIT_CHARACTERS:
        raise UnreadableReplyError(f"it has more than {REPLY_LIMIT_CHARACTERS} characters")
    step = _step_of_text(reply.tool_arguments or "") or _step_of_text(reply.text)
    if step is None:
        raise UnreadableReplyError(_complaint(reply))
    if "\x00" in "".join((step.intent, step.program or "", step.question or "")):
        raise UnreadableReplyError("it holds a NUL character, which no text has")
    return step


def _step_of_text(text: str) -> Step | None:
    step = _step_of_whole(text.strip())
    if step is not None:
        return step
    text = _THOUGHT.sub("", _THINKING.sub("", text)).strip()
    blocks = tuple(_blocks(text))
    objects = [found for block in blocks if not _is_python(block) for found in _objects(block.text)]
    steps = [step for step in map(_step_of_fields, objects) if step is not None]
    with_program = [step for step in steps if step.program]
    if with_program:
        return with_program[-1]
    program = _fenced_program(blocks)
    if program is not None:
        described = [fields for fields in objects if "intent" in fields or "final" in fields]
        beside = described[-1] if described else {}
        return _step_of_fields({"final": True} | beside | {"program": program})
    if steps:
        return steps[-1]
    return Step(intent=_INTENT_UNSAID, program=text, final=True) if _does_something(text) else None


def _step_of_whole(text: str) -> Step | None:
    """The step, where the text is one object and nothing else."""
    fields, end = _object_at(text, 0)
    return _step_of_fields(fields) if fields is not None and end == len(text) else None


def _step_of_fields(fields: dict[str, Any]) -> Step | None:
    """A Step of an object's fields; None where they make none.  `code` stands for `program`."""
    program, question, intent = (
        _text(fields.get("program")) or _text(fields.get("code")),
        _text(fields.get("question")),
        _text(fields.get("intent")),
    )
    if program is None and question is None:
        return None
    if program is not None:
        program = _unfenced(program)
    packages = fields.get("packages")
    return Step(
        intent=(intent or question or _INTENT_UNSAID)[:INTENT_LIMIT_CHARACTERS],
        program=program,
        packages=tuple(filter(None, map(_text, packages))) if isinstance(packages, list | tuple) else (),
        profile=_text(fields.get("profile")),
        final=_truth(fields.get("final")),
        insist=_truth(fields.get("insist")),
        detail=_truth(fields.get("detail")),
        question=question,
    )


def _text(value: object) -> str | None:
    """A text that says something and that UTF-8 can carry."""
    if not isinstance(value, str) or not value.strip():
        return None
    return value.encode("utf-8", "replace").decode()


def _truth(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.strip().lower() in {"true", "yes"})


def _unfenced(program: str) -> str:
    """The program without a fence around all of it, which models put inside JSON too."""
    blocks = tuple(_blocks(program.strip()))
    return blocks[0].text if len(blocks) == 1 and blocks[0].language is not None else program


def _blocks(text: str) -> Iterator[_Block]:
    """The text, cut at the lines that open and close fences; a fence that never closes ends with the text."""
    lines: list[str] = []
    fence: tuple[str, str] | None = None
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        closes = mark is not None and fence is not None and mark[1].startswith(fence[0]) and not mark[2]
        if mark is None or (fence is not None and not closes):
            lines.append(line)
            continue
        if lines:
            yield _Block(fence[1] if fence else None, "\n".join(lines))
        lines = []
        fence = None if fence is not None else (mark[1], mark[2].lower())
    if lines:
        yield _Block(fence[1] if fence else None, "\n".join(lines))


def _is_python(block: _Block) -> bool:
    if block.language in _PYTHON:
        return True
    return block.language == "" and not block.text.lstrip().startswith("{") and _does_something(block.text)


def _fenced_program(blocks: Sequence[_Block]) -> str | None:
    """The last block of Python, or all of them where it builds on names of the others."""
    programs = [block.text for block in blocks if _is_python(block) and block.text.strip()]
    if not programs:
        return None
    *earlier, last = programs
    offered = {name for program in earlier for name in assigned_names(program)}
    return "\n".join(programs) if _needed_names(last) & offered else last


def _needed_names(program: str) -> set[str]:
    """Names that a program reads and does not bind itself (an estimate: order and scopes are not looked at)."""
    tree = parse_program(program)
    if tree is None:
        return set()
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return read - set(assigned_names(program)) - set(dir(builtins))


def _does_something(text: str) -> bool:
    """Whether the text is a Python program that calls something: `Answer: yes` is Python, too, but no program."""
    tree = parse_program(text)
    return tree is not None and any(isinstance(node, ast.Call) for node in ast.walk(tree))


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The objects in the text, none inside another."""
    place = text.find("{")
    for number in range(OBJECTS_LIMIT):
        if place < 0:
            return
        found, end = _object_at(text, place, sloppy=number < SLOPPY_OBJECTS_LIMIT)
        if found is not None:
            yield found
        place = text.find("{", max(end, place + 1))


def _object_at(text: str, place: int, *, sloppy: bool = True) -> tuple[dict[str, Any] | None, int]:
    """The object that begins at this place and where it ends, or None and the place."""
    if not text.startswith("{", place):
        return None, place
    try:
        value, end = _JSON.raw_decode(text, place)
    except _UNREADABLE:
        value, end = _sloppy_object(text, place) if sloppy else (None, place)
    return (value, end) if isinstance(value, dict) else (None, place)


def _sloppy_object(text: str, place: int) -> tuple[object, int]:
    """The object, where it has single quotes, trailing commas or Python's words."""
    end = _closing(text, place)
    if end is None:
        return None, place
    source = text[place:end]
    try:
        return _JSON.decode(_TRAILING_COMMA.sub(lambda match: match[1] or "", source)), end
    except _UNREADABLE:
        pass
    try:
        return ast.literal_eval(_LITERAL.sub(lambda match: match[1] or _PYTHON_LITERALS[match[2]], source)), end
    except _UNREADABLE:
        return None, place


def _closing(text: str, place: int) -> int | None:
    """The end of the braces that open at this place; braces in strings do not count."""
    depth, quote, at = 0, "", place
    while at < len(text):
        character = text[at]
        if quote:
            if character == "\\":
                at += 1
            elif character == quote:
                quote = ""
        elif character in "\"'":
            quote = character
        elif character in "{}":
            depth += 1 if character == "{" else -1
            if depth == 0:
                return at + 1
        at += 1
    return None


def _complaint(reply: ModelReply) -> str:
    if not (reply.text.strip() or reply.tool_arguments):
        return "it is empty"
    if "{" in reply.text or reply.tool_arguments:
        return "its JSON cannot be read, or has neither a program nor a question"
    return "it has neither a JSON object nor Python"
