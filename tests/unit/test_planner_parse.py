"""Replies as real models write them, and the step that each holds."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daytwo.control.models import ModelReply, Step
from daytwo.control.planner import UnreadableReplyError, parse

STEP = Step(intent="Count.", program='show(sql("select 1"))\n', final=True)
OBJECT = STEP.model_dump_json(include={"intent", "program", "final"})
CODE = 'n = 1\nsay(f"{n}")'


def read(text: str = "", tool_arguments: str | None = None) -> Step:
    return parse(ModelReply(text=text, tool_arguments=tool_arguments, model="openai:m"))


@pytest.mark.parametrize(
    "text",
    [
        OBJECT,
        f"\n  {OBJECT}  \n",
        f"Sure! Here is the step:\n\n{OBJECT}\n\nLet me know.",
        f"```json\n{OBJECT}\n```",
        f"Here:\n```json\n{OBJECT}\n```\nIt counts {{rows}}.",
        f"```\n{OBJECT}\n```",
        f"~~~JSON\n{OBJECT}\n~~~",
        f"```json\n{OBJECT}",
        f"<think>Perhaps {{'program': 'x()'}}?</think>{OBJECT}",
        f"I could use ```python\nnope()\n``` here…</think>\n{OBJECT}",
        f'Like {{"intent": "an example", "program": "f()"}}, so:\n{OBJECT}',
        OBJECT.replace("program", "code"),
        OBJECT.replace("}", ",}"),
        OBJECT.replace("\\n", "\n"),
        OBJECT.replace("true", '"true"'),
        json.dumps(json.loads(OBJECT) | {"final": True, "notes": [1, {"a": "}"}], "profile": None, "packages": None}),
        "{'intent': 'Count.', 'program': 'show(sql(\"select 1\"))\\n', 'final': True}",
        "{'intent': 'Count.', 'program': 'show(sql(\"select 1\"))\\n', 'final': true,}",
        json.dumps({"intent": "Count.", "program": '```python\nshow(sql("select 1"))\n\n```', "final": True}),
    ],
)
def test_json_in_every_dress(text):
    assert read(text) == STEP
    assert read(tool_arguments=text) == STEP


def test_the_tool_call_stands_before_the_text():
    assert read('{"intent": "no", "program": "no()"}', OBJECT) == STEP


def test_an_unreadable_tool_call_falls_back_to_the_text():
    assert read(OBJECT, "{broken") == STEP
    assert read(OBJECT, "{}") == STEP


@pytest.mark.parametrize(
    "text",
    [
        f"```python\n{CODE}\n```",
        f"I will count.\n\n```py\n{CODE}\n```\nDone.",
        f"``` python title=x\n{CODE}\n```",
        f"```\n{CODE}\n```",
        f"   ```python\n{CODE}\n   ```",
        f"```python\n{CODE}",
        f"```python\nprint(2)\n```\nBetter:\n```python\n{CODE}\n```",
        f"```python\n{CODE}\n```\nwhich prints\n```\n1\n```",
        f"<think>\n```python\nwrong()\n```\n</think>\n```python\n{CODE}\n```",
        CODE,
        f"\n{CODE}\n",
        f"<think>never closed\n</think>{CODE}",
    ],
)
def test_code_without_json_is_final(text):
    step = read(text)
    assert (step.program.strip(), step.final) == (CODE, True)


def test_blocks_that_build_on_each_other_are_joined():
    step = read("First:\n```python\nn = 1\n```\nThen:\n```python\nsay(f'{n}')\n```")
    assert step.program == "n = 1\nsay(f'{n}')"


def test_an_object_beside_the_code_says_what_it_is():
    step = read(f'{{"intent": "Look first.", "final": false}}\n```python\n{CODE}\n```')
    assert (step.intent, step.final, step.program) == ("Look first.", False, CODE)


def test_code_that_does_not_parse_is_handed_on():
    assert read("```python\nsay(\n```").program == "say("


def test_dictionaries_in_code_are_no_steps():
    code = 'say("x")\nd = {"program": "DE", "question": "?"}'
    assert read(f"```python\n{code}\n```").program == code


def test_a_question_needs_no_program():
    step = read('{"intent": "Unclear.", "question": "Which year?"}')
    assert (step.program, step.question, step.final) == (None, "Which year?", False)
    assert read('{"question": "Which year?"}').intent == "Which year?"


def test_final_is_honoured_and_not_assumed():
    assert not read('{"intent": "a", "program": "f()"}').final
    assert not read('{"intent": "a", "program": "f()", "final": false}').final


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n",
        "I cannot help with that.",
        "Sorry",
        "Answer: yes",
        "raise concerns",
        "42",
        "{}",
        '{"intent": "nothing else"}',
        '{"program": ""}',
        '{"program": 3}',
        "<think>only thoughts, f(x)",
        "```python\n```",
        "[1, 2]",
        "{" * 500,
        "{'a': " * 500,
        "x" * 400_001,
    ],
)
def test_nothing_to_read_is_an_error_that_says_so(text):
    with pytest.raises(UnreadableReplyError) as caught:
        read(text)
    assert caught.value.code == "unreadable_reply"
    assert text[:20].strip() == "" or text not in caught.value.message


_PIECES = st.sampled_from(
    [
        *("{", "}", "[", "]", "(", '"', "'", "\\", ",", ":", "\n", "\x00", "\\ud800", "true", "-" * 30),
        *("```", "~~~", "```python\n", "```json\n", "<think>", "</think>", "program", '"code": "', OBJECT, CODE),
    ]
)


@given(st.lists(st.one_of(_PIECES, st.text(max_size=8))).map("".join), st.none() | st.text() | st.just("{"))
def test_any_reply_is_a_step_or_that_error(text, tool_arguments):
    try:
        step = read(text, tool_arguments)
    except UnreadableReplyError:
        return
    assert step.program or step.question
    assert Step.model_validate_json(step.model_dump_json()) == step


_WORDS = st.text(st.characters(blacklist_characters="{}<>`~", blacklist_categories=("Cs",)), max_size=40)
_CHARACTERS = st.characters(blacklist_characters="`~<\x00", blacklist_categories=("Cs",))
_SAID = st.text(_CHARACTERS, min_size=1).filter(str.strip)


@given(
    st.builds(
        Step,
        intent=_SAID,
        program=_SAID | st.none(),
        packages=st.lists(_SAID, max_size=2).map(tuple),
        profile=_SAID | st.none(),
        final=st.booleans(),
        question=_SAID,
    ),
    _WORDS,
    _WORDS,
    st.booleans(),
    st.sampled_from([None, 2]),
)
def test_a_step_embedded_in_chatter_comes_out_as_it_went_in(step, before, after, fenced, indent):
    body = step.model_dump_json(indent=indent)
    text = f"{before}\n```json\n{body}\n```\n{after}" if fenced else f"{before}{body}{after}"
    assert read(text) == step


@pytest.mark.parametrize("field", ["program", "intent", "question"])
def test_a_nul_is_in_no_step(field):
    """The database would refuse it, and the run would hang in repeated calls of the model."""
    fields = {"program": "x = 1", "intent": "i", "question": "q"} | {field: "a@b"}
    with pytest.raises(UnreadableReplyError):
        read(json.dumps(fields).replace("@", "\\u0000"))
    assert read(json.dumps(fields)).program
