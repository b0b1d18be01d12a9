"""The schema sheet: the static metadata of a dataset that its owner released to models.

It is all that a model ever learns of a dataset outside of Observations (docs/threat-model.md).  Numbers appear as
buckets only; `executor.catalog` computes it, the owner signs it, the control plane stores it as signed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from pydantic import Field

from daytwo.wire.canonical import canonical_bytes, digest
from daytwo.wire.identifiers import Digest, OrgId
from daytwo.wire.message import Message, Timestamp
from daytwo.wire.principal import Principal
from daytwo.wire.signing import PublicKey, SigningKey

_PURPOSE = "schema-sheet"


class Level(StrEnum):
    """How much of a dataset its owner released; each level adds to the one before."""

    SEALED = "sealed"
    SCHEMA = "schema"
    SHAPE = "shape"
    LABELS = "labels"
    OPEN = "open"


class ColumnType(StrEnum):
    BOOLEAN = "boolean"
    INTEGER = "integer"
    FLOAT = "float"
    DECIMAL = "decimal"
    TEXT = "text"
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timestamp"
    DURATION = "duration"
    BINARY = "binary"
    NESTED = "nested"
    UNKNOWN = "unknown"

    @property
    def is_number(self) -> bool:
        return self in {ColumnType.INTEGER, ColumnType.FLOAT, ColumnType.DECIMAL}

    @property
    def is_temporal(self) -> bool:
        return self in {ColumnType.DATE, ColumnType.TIMESTAMP}


class ColumnClass(StrEnum):
    """How a column relates to people; `unknown` is treated as `sensitive`."""

    ORDINARY = "ordinary"
    IDENTIFIER = "identifier"
    QUASI = "quasi"
    SENSITIVE = "sensitive"
    FREE_TEXT = "free_text"
    UNKNOWN = "unknown"


class NullShare(StrEnum):
    NONE = "none"
    FEW = "up to 1%"
    SOME = "up to 10%"
    MANY = "up to 50%"
    MOST = "over 50%"
    ALL = "all"


class Uniqueness(StrEnum):
    """Distinct values over rows."""

    CONSTANT = "constant"
    FEW = "up to 20 values"
    SOME = "up to 1000 values"
    MANY = "over 1000 values"
    NEARLY_UNIQUE = "over 90% distinct"
    UNIQUE = "unique"


class ColumnSheet(Message):
    """One column.  `null_share`, `uniqueness`, `masks` and `magnitude` from level `shape`, `labels` from `labels`."""

    name: str = Field(min_length=1, max_length=256)
    type: ColumnType
    column_class: ColumnClass = ColumnClass.UNKNOWN
    null_share: NullShare | None = None
    uniqueness: Uniqueness | None = None
    masks: tuple[str, ...] = Field(default=(), max_length=4)
    """Format masks with at least k occurrences: `A` a letter, `9` a digit, others as they are."""
    magnitude: tuple[int, int] | None = None
    """Powers of ten that bound the absolute values of a number: 10^a <= |x| < 10^b, zero left out."""
    labels: tuple[str, ...] | None = None


class TableSheet(Message):
    name: str = Field(pattern=r"^[a-z_][a-z0-9_]{0,62}$")
    columns: tuple[ColumnSheet, ...] = Field(max_length=10_000)
    rows_magnitude: int | None = None
    """10^n <= rows < 10^(n+1); 0 also for no rows.  From level `shape`."""


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


def slug(text: str) -> str:
    """A name that a program can type, from a file's stem or a table's name: `Umsätze 2024` → `umsatze_2024`."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", ascii_text).strip("_")[:60] or "data"
    return f"_{name}" if name[0].isdigit() else name
