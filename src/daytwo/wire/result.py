"""Results as the executor shows them to authorised people.  These never pass through the control plane."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from daytwo.wire.identifiers import Identifier
from daytwo.wire.message import Message, Timestamp
from daytwo.wire.question import StandIn
from daytwo.wire.sheet import SignedSheet

PREVIEW_ROWS = 1_000
NOTES_HEADER = "Daytwo-Notes"
"""Of an exported table: what its format could not hold, as a JSON list of sentences."""


class TableFormat(StrEnum):
    """What a table can be exported as."""

    CSV = "csv"
    PARQUET = "parquet"
    XLSX = "xlsx"


TableName = Annotated[str, StringConstraints(pattern=r"^t[1-9][0-9]{0,3}$")]
"""A table within its step."""


class ReportLink(Message):
    """Where a report can be opened once, on the executor's origin."""

    path: str


class ResultColumn(Message):
    name: str
    type: str


class ResultTable(Message):
    """A table: its first rows here, all of it in the artefact `file` (Arrow IPC)."""

    name: str
    title: str | None = None
    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[Any, ...], ...] = Field(max_length=PREVIEW_ROWS)
    row_count: int = Field(ge=0)
    file: str


class ResultChart(Message):
    name: str
    title: str | None = None
    media_type: str
    """`image/png`, or `application/vnd.plotly.v1+json` for a specification."""
    file: str
    dark_file: str | None = None
    """The picture once more, for dark screens; none where the program chose colours that need a light ground."""


class StepResult(Message):
    """What a person sees of one step."""

    step: int = Field(ge=1)
    outcome: str
    says: tuple[str, ...] = ()
    tables: tuple[ResultTable, ...] = ()
    charts: tuple[ResultChart, ...] = ()
    stdout: str = ""
    traceback: str | None = None
    unsaved: tuple[str, ...] = ()
    """Variables that could not be kept, each with the reason."""
    tier: str | None = None
    wall_ms: int = Field(default=0, ge=0)


class RunResult(Message):
    run: Identifier
    steps: tuple[StepResult, ...] = ()


class Outbound(Message):
    """One message that left the data plane: its channel, when, and the exact bytes."""

    channel: str
    """`question` (sent by the person's client, not by the executor), `sheet`, `verdict`, `rehearsal`, `observation`
    (which may bring its rehearsal), `open` (an observation with the output itself), `approval`."""
    at: Timestamp
    body: str
    """The bytes as they were sent (UTF-8 JSON)."""
    bits: float = Field(default=0, ge=0)


class HeldBack(Message):
    """What a program made of the data that its person got and that did not leave."""

    kind: Literal["sentence", "table", "chart", "output", "traceback"]
    count: int = Field(ge=1)
    rows: int | None = Field(default=None, ge=0)
    """Of tables, together."""
    characters: int | None = Field(default=None, ge=0)
    """Of texts, together."""


class LedgerLeaf(Message):
    """One event of the executor's ledger that names the run, with the proof that the signed root covers it."""

    index: int = Field(ge=0)
    leaf: str
    """The leaf's exact text, canonical JSON."""
    path: tuple[str, ...]
    """Hashes in hexadecimal, from the leaf up (RFC 6962, 2.1.1)."""


class AskedQuestion(Message):
    """What the executor found in a question before it was posted."""

    held: tuple[str, ...] = ()
    """Where what it holds of data was found, such as `people.name`; nothing where it holds none."""
    consented: bool = False
    """Its author had it sent as typed all the same."""
    stand_ins: tuple[StandIn, ...] = ()
    """What was sent in the place of values, beside what the person typed."""


class Receipt(Message):
    """The record of what left the data plane for a run, and what it cost in bits."""

    run: Identifier
    session: Identifier
    bits: float = Field(ge=0)
    """Debited for this run."""
    bits_spent: float = Field(ge=0)
    """Debited for the session so far."""
    budget_bits: float = Field(ge=0)
    bytes_out: int = Field(ge=0)
    """Of the executor's own messages; the question leaves by its author's hand."""
    question: AskedQuestion | None = None
    """None: it was not checked at this executor before it was posted."""
    outbound: tuple[Outbound, ...] = ()
    open_characters: int = Field(default=0, ge=0)
    """Of outputs on the data that were told word for word, since it was open; no bits can state what they tell."""
    session_was_open: bool = False
    """Such outputs left for this session, or a fork of it, at some time."""
    environments: tuple[str, ...] = ()
    """The content digests of the packages that its programs ran with, as the ledger has them."""
    held_back: tuple[HeldBack, ...] = ()
    """Counted of the data's answer, hence for its person alone."""
    model: str | None = None
    """`provider:model`, as the control plane says; the executor does not know it."""
    version: str = ""
    """Of the executor."""
    ledger_size: int = Field(ge=0)
    """Leaves in the executor's ledger when the receipt was read; `daytwo ledger verify` proves them."""
    ledger_root: str
    ledger_checkpoint: str = ""
    """The root, signed (C2SP signed note)."""
    ledger: tuple[LedgerLeaf, ...] = ()
    """The events of this run."""


class DateOrder(StrEnum):
    """How 01/02/2024 is meant."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


class RegisterDataset(Message):
    """A person registers data that lies at the executor, by path."""

    paths: tuple[str, ...] = Field(min_length=1, max_length=1_000)
    name: str | None = Field(default=None, pattern=r"^[a-z_][a-z0-9_]{0,62}$")
    date_order: DateOrder | None = None
    """For dates that would fit both orders; None leaves it as it was, or to the executor."""


class Stage(StrEnum):
    """What is being done while data is read."""

    SAMPLE = "sample"
    COLUMNS = "columns"
    FIGURES = "figures"


class Reading(Message):
    """Data that the executor is reading right now."""

    dataset: str
    paths: tuple[str, ...]
    whole: bool
    """The full pass over data that was registered by a sample of it."""
    stage: Stage | None = None
    share: float | None = Field(default=None, ge=0, le=1)
    """How much of the present pass over the data is done; a stage may take several."""
    seconds: float = Field(ge=0)


class Build(Message):
    """An environment that the executor is building right now, for a run whose program needs a package more."""

    run: Identifier
    packages: tuple[str, ...]
    said: str = ""
    """The last line of what builds it."""


class Reject(Message):
    """A line of a file that is left out of its table: for its owner's eyes alone, it holds values."""

    path: str
    line: int = Field(ge=1)
    column: int | None = Field(default=None, ge=1)
    """Where in the line it went wrong, columns counted from 1."""
    reason: str
    text: str
    """How the line begins."""


class DatasetView(Message):
    """A dataset as its owner sees it: the signed sheet, what stays behind, and what the catalog understood."""

    name: str
    paths: tuple[str, ...]
    signed: SignedSheet
    rows: int | None = None
    sampled: float | None = None
    """The share of the data that was read so far, where `rows` and the sheet are estimates; None: all of it."""
    notes: tuple[str, ...] = ()
    """How the files were read: encoding, delimiter, what was skipped."""
    rejects: tuple[Reject, ...] = ()
    """The first of the lines that are left out."""
    registered_at: Timestamp
    changed: bool = False
    """The files are not what they were when the sheet was made."""
    read_now: bool = False
    """The request that this answers had the files read; otherwise they were known already."""


class ApprovalView(Message):
    approval: Identifier
    run: Identifier
    session: Identifier
    program: str
    findings: tuple[dict[str, Any], ...]
    datasets: tuple[str, ...]
    status: str
    """`pending`, `approved`, `rejected`."""
    reason: str | None = None
    decided_by: str | None = None
    decided_at: Timestamp | None = None
    created_at: Timestamp


class ApprovalRequestDecision(Message):
    approve: bool
    reason: str | None = None
