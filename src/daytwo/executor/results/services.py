"""What the results server needs of the other rooms, as ports; `executor.serve` wires the real ones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection
from typing import Protocol

from daytwo.executor.database import Database
from daytwo.executor.results.exports import Converter
from daytwo.wire.figures import TableFigures
from daytwo.wire.identity import Identity
from daytwo.wire.pack import SessionRecord
from daytwo.wire.principal import LOCAL_OWNER, Principal
from daytwo.wire.question import CheckedQuestion, Question, SentQuestion
from daytwo.wire.release import Release
from daytwo.wire.replay import StepReplay
from daytwo.wire.result import ApprovalView, Build, DatasetView, Reading, Receipt, RegisterDataset, RunResult
from daytwo.wire.retention import Collected
from daytwo.wire.sheet import SignedSheet
from daytwo.wire.snapshot import ReplicaView, SnapshotView


class CatalogPort(Protocol):
    async def register(self, request: RegisterDataset, by: Principal) -> DatasetView: ...

    def readings(self) -> Iterable[Reading]: ...

    def list(self, org_id: str) -> Iterable[DatasetView]: ...

    def get(self, name: str) -> DatasetView: ...

    def signed(self, name: str) -> SignedSheet: ...

    def figures(self, name: str) -> tuple[TableFigures, ...]: ...

    async def sign(self, name: str, asked: Release, by: Principal) -> SignedSheet: ...


class StorePort(Protocol):
    def read(self, run_id: str) -> RunResult: ...

    def artefact(self, run_id: str, step: int, file: str) -> Path: ...


class ReceiptsPort(Protocol):
    def receipt(self, run_id: str) -> Receipt: ...


class ApprovalsPort(Protocol):
    def list(self) -> tuple[ApprovalView, ...]: ...

    def get(self, approval_id: str) -> ApprovalView: ...

    def decide(self, approval_id: str, approve: bool, reason: str | None, by: Principal) -> ApprovalView: ...


class DeskPort(Protocol):
    async def check(self, question: Question, by: Principal) -> CheckedQuestion: ...

    def sent(self, run_id: str, sent: SentQuestion, by: Principal) -> None: ...


class StatePort(Protocol):
    def view(self, session_id: str, ordinal: int) -> SnapshotView: ...


class PackerPort(Protocol):
    signed_by: str

    def pack(self, record: SessionRecord) -> Iterator[bytes]: ...


class UnpackerPort(Protocol):
    folder: Path

    def unpack(self, file: Path, signed_by: str | None, by: Principal) -> SessionRecord: ...


class LedgerPort(Protocol):
    def export(self, connection: Connection) -> Iterable[str]: ...

    def checkpoint(self, connection: Connection) -> str: ...


@dataclass(frozen=True)
class Services:
    """The rooms behind the server.

    `on_sheet` and `on_decision` tell the link, after the fact is stored; they must not fail for want of a connection.
    `identify` answers a challenge with the executor's key.  `building` is the environment that a step waits for right
    now.  `collect` removes snapshots that nothing names, or with True counts them.  `replay` runs a step again.
    `replica` tells how far the second copy of a session has come.
    `owner` is whom the bearer token stands for.  `hosts` are names beside the loopback ones by which people reach this
    server.
    """

    catalog: CatalogPort
    store: StorePort
    exporter: Converter
    receipts: ReceiptsPort
    desk: DeskPort
    approvals: ApprovalsPort
    state: StatePort
    packer: PackerPort
    replica: Callable[[str], ReplicaView]
    unpacker: UnpackerPort
    ledger: LedgerPort
    database: Database
    on_sheet: Callable[[SignedSheet], Awaitable[None]]
    on_decision: Callable[[ApprovalView], Awaitable[None]]
    building: Callable[[], Build | None]
    identify: Callable[[str], Identity]
    collect: Callable[[bool], Awaitable[Collected]]
    replay: Callable[[str, int], Awaitable[StepReplay]]
    owner: Principal = LOCAL_OWNER
    hosts: frozenset[str] = frozenset()
