"""Statements, names and error classes of a compiled program."""

from __future__ import annotations

import importlib

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daytwo.executor.cell import errors
from daytwo.executor.cell.compiled import Compiled, words
from daytwo.executor.cell.tracebacks import person_traceback
from daytwo.wire.observation import ERROR_CLASSES, STATEMENTS


class Stop(Exception):
    """What the programs below raise."""


def _fail() -> None:
    raise Stop


def _error_of(program: Compiled) -> BaseException:
    with pytest.raises(Stop) as caught:
        exec(program.code, {"fail": _fail, "__builtins__": {"__build_class__": __build_class__}, "__name__": "p"})
    return caught.value


def test_the_classes_are_those_of_the_wire() -> None:
    assert errors.CLASSES == ERROR_CLASSES


@pytest.mark.parametrize("path", ERROR_CLASSES[1:])
def test_every_class_is_found_by_identity(path: str) -> None:
    importlib.import_module(path.rpartition(".")[0])
    kind = errors.imported(path)
    assert issubclass(kind, BaseException)
    error = kind.__new__(kind)
    assert ERROR_CLASSES[errors.error_class(error)] == path


def test_a_class_counts_as_its_nearest_base() -> None:
    class Mine(FileNotFoundError):
        pass

    class OSError(Exception):  # noqa: A001 -- a program may take the name
        pass

    assert ERROR_CLASSES[errors.error_class(Mine())] == "builtins.FileNotFoundError"
    assert errors.error_class(OSError()) == 0
    assert ERROR_CLASSES[errors.error_class(pa.ArrowInvalid())] == "pyarrow.lib.ArrowInvalid"
    assert ERROR_CLASSES[errors.error_class(np.linalg.LinAlgError())] == "numpy.linalg.LinAlgError"
    assert ERROR_CLASSES[errors.error_class(pd.errors.MergeError())] == "pandas.errors.MergeError"
    assert errors.is_out_of_memory(pa.ArrowMemoryError())
    assert not errors.is_out_of_memory(Mine())


FILLERS = (
    "pass",
    "x = 1",
    "x = '''a\nb'''",
    "def f():\n    return 1",
    "class C:\n    y = 2",
    "@(lambda f: f)\ndef g(): pass",
    "if 1:\n    z = 3\nelse:\n    z = 4",
    "# a comment\nü = 'ß'",
    "a = 1; b = 2",
)
FAILURES = (
    "fail()",
    "ä = 'é'; fail()",
    "if 1:\n    for i in [1]:\n        fail()",
    "(lambda: [fail() for _ in [1]])()",
    "class D:\n    v = fail()",
    "@(lambda f: fail())\ndef h():\n    pass",
    "def k():\n    fail()\nk()",
    "x = (1,\n     2,\n     fail())",
)


@given(st.lists(st.sampled_from(FILLERS), max_size=12), st.sampled_from(FAILURES), st.sampled_from(FILLERS))
def test_the_failing_statement_is_found(before: list[str], failure: str, after: str) -> None:
    head = "\n".join(before)
    program = Compiled(f"{head}\n{failure}\n{after}\n")
    statements_before = len(Compiled(head).tree.body)
    own = len(Compiled(failure).tree.body)
    error = _error_of(program)
    assert program.statement_of(error) == min(statements_before + own - 1, STATEMENTS - 1)
    assert person_traceback(error, program).rstrip().endswith("Stop")


def test_code_of_the_same_file_name_is_not_the_program_s() -> None:
    program = Compiled("x = 1")
    other = Compiled("\n\nfail()")
    assert program.statement_of(_error_of(other)) == 0
    assert not program.owns(other.code)
    assert "an earlier step" in person_traceback(_error_of(other), program)


def test_a_deep_recursion_is_told_briefly() -> None:
    program = Compiled("def f(n): fail() if n == 0 else f(n - 1)\nf(300)")
    text = person_traceback(_error_of(program), program)
    assert "… 262 more …" in text
    assert len(text) < 4_000


def test_causes_come_first() -> None:
    program = Compiled(
        "def f():\n    try: fail()\n    except Stop as e: raise Later from e\n"
        "try: f()\nexcept Later as e: raise Stop from e"
    )

    class Later(Exception):
        pass

    with pytest.raises(Stop) as caught:
        exec(program.code, {"fail": _fail, "Stop": Stop, "Later": Later})
    told = person_traceback(caught.value, program).split("and then:")
    raised = [part.strip().rpartition(".")[2] for part in told]
    assert raised == ["Stop", "Later", "Stop"]


def test_words_are_all_that_a_program_could_look_up() -> None:
    program = Compiled(
        "def f():\n    return df.query('a > @limit')\nfor x in ('from one', ('two',)): g[x] = f'{y} three'"
    )
    assert {"f", "df", "query", "a", "limit", "from", "one", "two", "x", "g", "y", "three"} <= words(program.code)
