"""The schema sheet: the static metadata of a dataset that its owner released to models.

It is all that a model ever learns of a dataset outside of Observations (docs/threat-model.md).  Numbers appear as
buckets only; `executor.catalog` computes it, the owner signs it, the control plane stores it as signed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Self

from pydantic import Field, model_validator

from daytwo.wire.canonical import canonical_bytes, digest
from daytwo.wire.column import (
    Case,
    ColumnClass,
    ColumnSheet,
    ColumnType,
    Grain,
    Level,
    NullShare,
    Order,
    Sign,
    Span,
    Uniqueness,
    strictest,
)
from daytwo.wire.identifiers import Digest, OrgId
from daytwo.wire.message import Message, Timestamp
from daytwo.wire.principal import Principal
from daytwo.wire.signing import PublicKey, SigningKey
from daytwo.wire.structure import FileStructure

__all__ = [
    "Case",
    "ColumnClass",
    "ColumnSheet",
    "ColumnType",
    "DatasetRef",
    "FileStructure",
    "Grain",
    "Level",
    "NullShare",
    "Order",
    "Reference",
    "SchemaSheet",
    "Sign",
    "SignedSheet",
    "Span",
    "TableSheet",
    "Uniqueness",
    "callable_names",
    "slug",
    "strictest",
    "withheld_columns",
]
_PURPOSE = "schema-sheet"


class Reference(Message):
    """Every value of a column is one of a unique column of another table: a join finds its row."""

    column: str = Field(max_length=256)
    to_table: str = Field(pattern=r"^[a-z_][a-z0-9_]{0,62}$")
    to_column: str = Field(max_length=256)


class TableSheet(Message):
    name: str = Field(pattern=r"^[a-z_][a-z0-9_]{0,62}$")
    columns: tuple[ColumnSheet, ...] = Field(max_length=10_000)
    rows_magnitude: int | None = None
    """10^n <= rows < 10^(n+1); 0 also for no rows.  From level `shape`, like all that follows."""
    structure: FileStructure | None = None
    keys: tuple[tuple[str, ...], ...] | None = Field(default=None, max_length=16)
    """Columns of which no two rows share the values: those of several columns, and what the owner declared.  A
    column that is unique by itself says so in its `uniqueness`."""
    references: tuple[Reference, ...] | None = Field(default=None, max_length=256)


class SchemaSheet(Message):
    org_id: OrgId
    dataset: str = Field(pattern=r"^[a-z_][a-z0-9_]{0,62}$")
    called: str | None = Field(default=None, pattern=r"^[a-z_][a-z0-9_]{0,62}$")
    """What programs call the dataset where it is not its name: `orders` for the second one of that file name."""
    version: int = Field(ge=1)
    level: Level
    format: str = Field(max_length=32)
    """`csv`, `tsv`, `parquet`, `json`, `jsonl`, `excel`, `sqlite`, `folder`."""
    tables: tuple[TableSheet, ...] = Field(max_length=1_000)
    expires: Timestamp | None = None
    """When the level `open` ends; no other has an end."""

    @model_validator(mode="after")
    def _only_open_ends(self) -> Self:
        if (self.level is Level.OPEN) != (self.expires is not None):
            raise ValueError("level `open`, and no other, needs a time at which it expires")
        return self

    def level_at(self, moment: Timestamp) -> Level:
        """The level that holds at a time: an `open` that has expired counts as `labels`.

        What the sheet says stays released; outputs no longer reach a model.  Whatever was derived while the dataset
        was open is of its lineage: the gate asks for `strictest` over all datasets of a session's lineage at the time
        of each release, so it falls back with them.
        """
        expired = self.expires is not None and self.expires <= moment
        return Level.LABELS if expired else self.level

    @property
    def digest(self) -> str:
        """Over what the sheet says: a field that a later version adds, and leaves empty, does not change it."""
        return digest(self.model_dump(mode="json", exclude_none=True))


class SignedSheet(Message):
    """A sheet, released by `released_by` at `released_at`, with the executor's signature over all of it."""

    sheet: SchemaSheet
    released_by: Principal
    released_at: Timestamp
    key_id: str
    signature: str

    @property
    def digest(self) -> str:
        return self.sheet.digest

    @classmethod
    def sign(cls, sheet: SchemaSheet, key: SigningKey, released_by: Principal, released_at: str) -> SignedSheet:
        signature = key.sign(_PURPOSE, _signed_bytes(sheet, released_by, released_at))
        return cls(
            sheet=sheet,
            released_by=released_by,
            released_at=released_at,
            key_id=key.public.key_id,
            signature=signature,
        )

    def verify(self, key: PublicKey) -> None:
        key.verify(_PURPOSE, _signed_bytes(self.sheet, self.released_by, self.released_at), self.signature)


def _signed_bytes(sheet: SchemaSheet, released_by: Principal, released_at: str) -> bytes:
    return canonical_bytes({"sheet": sheet.digest, "by": released_by.model_dump(mode="json"), "at": released_at})


class DatasetRef(Message):
    """A dataset in the version of its sheet that a program was planned against."""

    name: str
    sheet_digest: Digest


def callable_names(sheets: Sequence[SchemaSheet]) -> dict[str, tuple[str, str]]:
    """What a program calls each table of these datasets: name → (dataset, table).

    A dataset's only table goes by what the dataset is called; a table of several goes by its own name.  Where two
    would go by one name, the one takes its dataset's own name, the other that as a prefix (`shop_orders`).  Planner and
    cell must agree, hence one function.
    """
    own = [
        ((sheet.called or sheet.dataset) if len(sheet.tables) == 1 else table.name, sheet, table.name)
        for sheet in sheets
        for table in sheet.tables
    ]
    uses = Counter(name for name, _, _ in own)
    names: dict[str, tuple[str, str]] = {}
    for name, sheet, table in own:
        full = sheet.dataset if len(sheet.tables) == 1 else f"{sheet.dataset}_{table}"
        names[name if uses[name] == 1 else full] = (sheet.dataset, table)
    return names


def withheld_columns(sheets: Sequence[SchemaSheet]) -> tuple[str, ...]:
    """Columns, casefolded, of which `resolve` looks nothing up: one strict column of a name stands for all."""
    columns = (column for sheet in sheets for table in sheet.tables for column in table.columns)
    return tuple(sorted({column.name.casefold() for column in columns if not column.may_be_looked_up}))


def slug(text: str) -> str:
    """A name that a program can type, from a file's stem or a table's name: `Umsätze 2024` → `umsatze_2024`."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", ascii_text).strip("_")[:60] or "data"
    return f"_{name}" if name[0].isdigit() else name
