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
from daytwo.ledger.merkle import Frontier, leaf_hash, siblings
from daytwo.wire.errors import Bug
from daytwo.wire.identifiers import ids_in
from daytwo.wire.signing import SigningKey

_TABLES = (
    "create table if not exists ledger_leaves (leaf_index integer primary key, leaf blob not null) strict",
    """create table if not exists ledger_tree (
        one integer primary key check (one = 1), size integer not null, frontier blob not null
    ) strict""",
    # What proofs are made of: the roots of perfect subtrees, and which leaves name a run.  Nobody need believe either.
    """create table if not exists ledger_nodes (
        level integer not null, place integer not null, hash blob not null, primary key (level, place)
    ) strict, without rowid""",
    """create table if not exists ledger_runs (
        run_id text not null, leaf_index integer not null, primary key (run_id, leaf_index)
    ) strict, without rowid""",
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
        self._index(connection)

    def append(self, connection: sqlite3.Connection, event: LedgerEvent) -> int:
        """Adds an event within the caller's transaction; answers its index."""
        if not connection.in_transaction:
            raise Bug("ledger_transaction", "A ledger event is appended outside of a transaction.")
        frontier = self._frontier(connection)
        index, leaf = frontier.size, event.leaf()
        connection.execute("insert into ledger_leaves values (?, ?)", (index, leaf))
        _note(connection, index, leaf, frontier.append(leaf_hash(leaf)))
        connection.execute("update ledger_tree set size = ?, frontier = ?", (frontier.size, frontier.to_bytes()))
        return index

    def root(self, connection: sqlite3.Connection) -> tuple[int, str]:
        """The tree's size and its root in hexadecimal."""
        frontier = self._frontier(connection)
        return frontier.size, frontier.root().hex()

    def naming(self, connection: sqlite3.Connection, run_id: str) -> tuple[LedgerProof, ...]:
        """The leaves that name a run, each with its proof in the tree as it is now: as many reads as they are long."""
        frontier = self._frontier(connection)
        rows = connection.execute(
            "select leaf_index, leaf from ledger_runs join ledger_leaves using (leaf_index) where run_id = ?"
            " order by leaf_index",
            (run_id,),
        ).fetchall()
        return tuple(LedgerProof(index, leaf, _path(connection, index, frontier)) for index, leaf in rows)

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

    def _index(self, connection: sqlite3.Connection) -> None:
        """Catches up on leaves from before proofs were made of what `_note` keeps."""
        (last,) = connection.execute("select max(place) from ledger_nodes where level = 0").fetchone()
        if last == self._frontier(connection).size - 1:
            return
        frontier = Frontier()
        for index, leaf in connection.execute("select leaf_index, leaf from ledger_leaves order by leaf_index"):
            _note(connection, index, leaf, frontier.append(leaf_hash(leaf)))

    @staticmethod
    def _frontier(connection: sqlite3.Connection) -> Frontier:
        return Frontier.from_bytes(connection.execute("select frontier from ledger_tree").fetchone()[0])


def _note(connection: sqlite3.Connection, index: int, leaf: bytes, made: list[bytes]) -> None:
    """Keeps what proofs will be made of, once a leaf and the subtrees that end with it stand."""
    nodes = [(level, index >> level, node) for level, node in enumerate(made)]
    connection.executemany("insert or replace into ledger_nodes values (?, ?, ?)", nodes)
    runs = [(run_id, index) for run_id in ids_in(leaf.decode("utf-8"), "run")]
    connection.executemany("insert or ignore into ledger_runs values (?, ?)", runs)


def _path(connection: sqlite3.Connection, index: int, frontier: Frontier) -> list[bytes]:
    """The hashes that prove a leaf, from it up; the last subtree of a level may be no perfect one."""
    path = []
    for level, place in siblings(index, frontier.size):
        if (place + 1) << level > frontier.size:
            path.append(frontier.root_from(place << level))
            continue
        kept = "select hash from ledger_nodes where level = ? and place = ?"
        (node,) = connection.execute(kept, (level, place)).fetchone()
        path.append(bytes(node))
    return path
