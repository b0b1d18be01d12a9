"""What a sandbox says about one item of a result, read strictly; nothing in it is trusted.

Names and paths are never taken from here: the store chooses them.  Text keeps its characters but NUL and lone
surrogates; whoever renders it escapes control characters.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from daytwo.wire.result import PREVIEW_ROWS

TITLE_LIMIT_CHARACTERS = 500
COLUMNS_LIMIT = 10_000
CELL_LIMIT_CHARACTERS = 10_000
_SAFE_INTEGER = 2**53 - 1


class _Header(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Say(_Header):
    kind: Literal["say"]
    text: str


class Traceback(_Header):
    kind: Literal["traceback"]
    text: str


class Column(_Header):
    name: Annotated[str, Field(max_length=10_000)]
    type: Annotated[str, Field(max_length=1_000)]


class Table(_Header):
    kind: Literal["table"]
    title: str | None = None
    columns: Annotated[list[Column], Field(max_length=COLUMNS_LIMIT)]
    row_count: Annotated[int, Field(ge=0, lt=1 << 53)]
    rows: Annotated[list[list[Any]], Field(max_length=PREVIEW_ROWS)]


class Chart(_Header):
    kind: Literal["chart"]
    title: str | None = None
    media_type: Literal["image/png", "application/vnd.plotly.v1+json"]


class DarkChart(_Header):
    """The chart before it, a picture, once more for dark screens."""

    kind: Literal["dark_chart"]


Item = Annotated[Say | Traceback | Table | Chart | DarkChart, Field(discriminator="kind")]


def plain_text(text: str) -> str:
    """The text without what UTF-8, SQLite or a terminal's C string cannot carry."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def cut(text: str, limit_bytes: int) -> str:
    """At most `limit_bytes` of the text, in UTF-8, ending in an ellipsis where something was cut."""
    data = text.encode("utf-8")
    if len(data) <= limit_bytes:
        return text
    return data[:limit_bytes].decode("utf-8", "ignore") + "…"


def title(text: str | None) -> str | None:
    return None if text is None else plain_text(text)[:TITLE_LIMIT_CHARACTERS]


def cell(value: Any) -> Any:
    """A preview's cell as plain JSON: a scalar, or the JSON text of what is nested."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _SAFE_INTEGER else str(value)[:CELL_LIMIT_CHARACTERS]
    if not isinstance(value, str):
        try:
            value = json.dumps(value, ensure_ascii=False)
        except RecursionError:
            value = "…"
    return plain_text(value[:CELL_LIMIT_CHARACTERS])
