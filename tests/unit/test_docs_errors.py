"""Every error code is explained in docs/reference/errors.md: what happened, and what mends it."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "errors.md"
ERRORS = frozenset(
    {"Invalid", "Missing", "Denied", "Unauthenticated", "Conflict", "Incompatible", "Retryable", "Unavailable", "Bug"}
    | {"Usage", "UnreadableError"}
)
CODE = re.compile(r"[a-z]+([_-][a-z]+)*")


def codes_of(node):
    """The codes that the first argument of an error may be; a part that is computed is written NAME."""
    match node:
        case ast.Constant(value=str(text)) if CODE.fullmatch(text):
            return {text}
        case ast.JoinedStr(values=values):
            return {"".join(part.value if isinstance(part, ast.Constant) else "NAME" for part in values)}
        case ast.IfExp(body=body, orelse=orelse):
            return codes_of(body) | codes_of(orelse)
    return set()


def raised():
    found = set()
    for path in (ROOT / "src" / "daytwo").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS and node.args:
                found |= codes_of(node.args[0])
    return found


def explained():
    rows = re.findall(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    return {code: (cause.strip(), mend.strip()) for code, cause, mend in rows}


def test_every_code_is_explained_and_no_other():
    missing, gone = raised() - set(explained()), set(explained()) - raised()
    assert not missing, f"docs/reference/errors.md needs a row for each of {sorted(missing)}"
    assert not gone, f"docs/reference/errors.md explains codes that nothing raises: {sorted(gone)}"


def test_the_codes_are_in_order():
    assert list(explained()) == sorted(explained())


@pytest.mark.parametrize(("code", "row"), explained().items() if PAGE.exists() else [])
def test_a_row_says_what_happened_and_what_mends_it(code, row):
    cause, mend = row
    assert len(cause) > 10, code
    assert len(mend) > 10, code
