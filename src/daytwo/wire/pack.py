"""A session on its way to another home: what its control plane knows of it, and what the file that carries it holds.

`SessionRecord` holds public facts alone: questions, programs, rehearsals, Observations.  `PackHead` is the first member
of the file and names every other by its digest; the executor that packed it signs it.
Source: docs/adr/0019-packs.md.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from daytwo.wire.canonical import canonical_bytes
from daytwo.wire.identifiers import Identifier, OrgId
from daytwo.wire.message import Message, Timestamp
from daytwo.wire.observation import Symbol
from daytwo.wire.rehearsal import Rehearsal
from daytwo.wire.run import QUESTION_LIMIT_CHARACTERS, RunStatus
from daytwo.wire.signing import PublicKey, SigningKey
from daytwo.wire.task import PROGRAM_LIMIT_BYTES
from daytwo.wire.verdict import Verdict

FORMAT = 1
MEDIA_TYPE = "application/x-tar"
HEAD, SIGNATURE = "pack.json", "pack.signature"
"""The first two members; all others are named by the SHA-256 of their bytes."""
HEAD_LIMIT_BYTES = 256 * 1024**2
VERSIONS_LIMIT = 20_000
SIGNED_BY_HEADER = "Daytwo-Signed-By"
"""Of an answer that is a pack: the key that signed it."""
_PURPOSE = "session-pack"

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class RecordedStep(Message):
    step: int = Field(ge=1)
    intent: str
    program: str = Field(max_length=PROGRAM_LIMIT_BYTES)
    final: bool
    insist: bool
    detail: bool
    verdict: Verdict | None
    rehearsal: Rehearsal | None
    symbol: Symbol | None
    tier: str | None
    snapshot: int | None


class RecordedRun(Message):
    run: Identifier
    session: Identifier
    question: str = Field(max_length=QUESTION_LIMIT_CHARACTERS)
    model: str
    profile: str
    status: RunStatus
    reason: str | None
    message: str | None
    bits_spent: float
    bits_budget: float
    created_at: Timestamp
    updated_at: Timestamp
    steps: tuple[RecordedStep, ...]


class RecordedVersion(Message):
    """A snapshot, as the control plane counts them."""

    session: Identifier
    ordinal: int = Field(ge=1)
    base_session: Identifier
    base_ordinal: int = Field(ge=0)
    run: Identifier
    step: int


class RecordedSession(Message):
    session: Identifier
    datasets: tuple[str, ...] = Field(max_length=64)
    head_session: Identifier
    head_snapshot: int
    next_snapshot: int
    created_at: Timestamp


class SessionRecord(Message):
    """A session, with as much of those that it was forked from as its line of states reaches."""

    session: Identifier
    sessions: tuple[RecordedSession, ...] = Field(max_length=VERSIONS_LIMIT)
    runs: tuple[RecordedRun, ...] = Field(max_length=VERSIONS_LIMIT)
    versions: tuple[RecordedVersion, ...] = Field(max_length=VERSIONS_LIMIT)

    @model_validator(mode="after")
    def _holds_itself(self) -> Self:
        if self.session not in {one.session for one in self.sessions}:
            raise ValueError("the record of a session holds that session")
        return self

    @property
    def head_session(self) -> str:
        """The session that holds its present state."""
        return next(one.head_session for one in self.sessions if one.session == self.session)

    @property
    def datasets(self) -> tuple[str, ...]:
        """Those that the session works on."""
        return next(one.datasets for one in self.sessions if one.session == self.session)


class PackedBlob(Message):
    name: Sha256
    bytes: int = Field(ge=0)


class PackedSnapshot(Message):
    """One snapshot of one chain: its small files by their digests, and the blobs that it names."""

    chain: str = Field(pattern=r"^(real|rehearsal)$")
    session: Identifier
    ordinal: int = Field(ge=1)
    files: dict[str, PackedBlob]
    """Name in the snapshot's folder → content."""
    blobs: tuple[PackedBlob, ...]


class PackHead(Message):
    format: int = FORMAT
    daytwo: str
    """The version that packed it."""
    org_id: OrgId
    key: str
    """The public key of the executor that packed it, in base64."""
    made_at: Timestamp
    record: SessionRecord
    root_session: Identifier
    bits_spent: float = Field(ge=0)
    """By the session and its forks."""
    snapshots: tuple[PackedSnapshot, ...] = Field(max_length=2 * VERSIONS_LIMIT)

    @property
    def blobs(self) -> tuple[PackedBlob, ...]:
        """Every member after the first two, each once, in their order."""
        found = (blob for one in self.snapshots for blob in (*one.files.values(), *one.blobs))
        return tuple({blob.name: blob for blob in found}.values())

    def signed_by(self, key: SigningKey) -> tuple[bytes, str]:
        """The bytes of the first member, and the signature over them."""
        content = canonical_bytes(self)
        return content, key.sign(_PURPOSE, content)


def verify(content: bytes, key: PublicKey, signature: str) -> None:
    """Raises `Denied` (`bad_signature`) unless the first member of a pack is what this key signed."""
    key.verify(_PURPOSE, content, signature)
