"""The executor's ledger: leaves and the tree's edge in its SQLite file.

Every call works on the caller's connection, `append` within the caller's transaction, so that a change and its leaf
commit together.  Leaves are only ever inserted, at the end; triggers refuse everything else.  They bind this code and
its bugs; whoever holds the file can drop them, and is found out by the checkpoints that others keep.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from daytwo.ledger.checkpoint import Checkpoint, sign_checkpoint
from daytwo.ledger.event import LedgerEvent
from daytwo.ledger.export import header_line, leaf_line
from daytwo.ledger.merkle import Frontier, inclusion_proofs, leaf_hash
from daytwo.wire.errors import Bug
from daytwo.wire.signing import SigningKey

_TABLES = (
    "create table if not exists ledger_leaves (leaf_index integer primary key, leaf blob not null) strict",
    """create table if not exists ledger_tree (
        one integer primary key check (one = 1), size integer not null, frontier blob not null
    ) strict""",
)
_REFUSED = {
    "ledger_leaves_update": "update on ledger_leaves",
    "ledger_leaves_delete": "delete on ledger_leaves",
    # `insert or replace` deletes without firing the trigger above: only the next index is open.
    "ledger_leaves_insert": "insert on ledger_leaves when new.leaf_index is not (select size from ledger_tree)",
    "ledger_tree_update": "update on ledger_tree when new.size <> old.size + 1",
    "ledger_tree_delete": "delete on ledger_tree",
    "ledger_tree_insert": "insert on ledger_tree when exists (select 1 from ledger_tree)",
}
_SCHEMA = (
    *_TABLES,
    *(
        f"create trigger if not exists {name} before {change} begin select raise(abort, 'the ledger only appends'); end"
        for name, change in _REFUSED.items()
    ),
)


class LedgerProof(NamedTuple):
    """A leaf, and the hashes with which it makes the tree's root (RFC 6962, 2.1.1)."""

    place: int
    leaf: bytes
    path: list[bytes]


class SqliteLedger:
    """The ledger of one executor.

    Args:
        origin: the ledger's name in its checkpoints, e.g. `daytwo/local/executor`.
        key: signs the checkpoints.
    """

    def __init__(self, origin: str, key: SigningKey) -> None:
        self.origin = origin
        self.key = key

    def create(self, connection: sqlite3.Connection) -> None:
        """Makes the tables where they are missing."""
        for statement in _SCHEMA:
            connection.execute(statement)
        if connection.execute("select count(*) from ledger_tree").fetchone()[0] == 0:
            connection.execute("insert into ledger_tree values (1, 0, ?)", (Frontier().to_bytes(),))

    def append(self, connection: sqlite3.Connection, event: LedgerEvent) -> int:
        """Adds an event within the caller's transaction; answers its index."""
        if not connection.in_transaction:
            raise Bug("ledger_transaction", "A ledger event is appended outside of a transaction.")
        frontier = self._frontier(connection)
        index, leaf = frontier.size, event.leaf()
        connection.execute("insert into ledger_leaves values (?, ?)", (index, leaf))
        frontier.append(leaf_hash(leaf))
        connection.execute("update ledger_tree set size = ?, frontier = ?", (frontier.size, frontier.to_bytes()))
        return index

    def root(self, connection: sqlite3.Connection) -> tuple[int, str]:
        """The tree's size and its root in hexadecimal."""
        frontier = self._frontier(connection)
        return frontier.size, frontier.root().hex()

    def naming(self, connection: sqlite3.Connection, subject: str) -> tuple[LedgerProof, ...]:
        """The leaves that name a subject, such as a run, each with its proof in the tree as it is now."""
        rows = connection.execute("select leaf_index, leaf from ledger_leaves order by leaf_index").fetchall()
        sought = subject.encode("utf-8")
        found = [(int(index), bytes(leaf)) for index, leaf in rows if sought in leaf]
        proofs = inclusion_proofs([leaf_hash(leaf) for _, leaf in rows], [index for index, _ in found])
        return tuple(LedgerProof(index, leaf, path) for (index, leaf), path in zip(found, proofs, strict=True))

    def checkpoint(self, connection: sqlite3.Connection) -> str:
        """The tree as it is now, as a signed note."""
        return self._sign(self._frontier(connection))

    def export(self, connection: sqlite3.Connection) -> Iterator[str]:
        """The whole ledger as JSON lines, up to its size at the first of them."""
        frontier = self._frontier(connection)
        yield header_line(self.origin, self.key.public, self._sign(frontier))
        leaves = connection.execute(
            "select leaf_index, leaf from ledger_leaves where leaf_index < ? order by leaf_index", (frontier.size,)
        )
        for index, leaf in leaves:
            yield leaf_line(index, leaf)

    def _sign(self, frontier: Frontier) -> str:
        return sign_checkpoint(Checkpoint(self.origin, frontier.size, frontier.root()), self.key)

    @staticmethod
    def _frontier(connection: sqlite3.Connection) -> Frontier:
        return Frontier.from_bytes(connection.execute("select frontier from ledger_tree").fetchone()[0])
