"""The control plane's ledger in PostgreSQL.

`append` puts an event's leaf into the caller's transaction, without a place in the tree: commits do not wait for each
other.  `sequence` orders what was committed into the tree, one caller at a time for an organisation, and signs a
checkpoint.  Triggers (migration 0001) let a leaf's index be set once and refuse every other change.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from sqlalchemy import Row, func, insert, select, text, update
from sqlalchemy import bindparam as bind
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from daytwo.control.storage.database import transaction
from daytwo.control.storage.tables import ledger_leaves, ledger_trees
from daytwo.ledger.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from daytwo.ledger.event import LedgerEvent
from daytwo.ledger.export import header_line, leaf_line
from daytwo.ledger.merkle import Frontier, leaf_hash
from daytwo.wire.errors import Denied, Invalid, Missing, Unavailable
from daytwo.wire.signing import PublicKey, SigningKey

SEQUENCE_LOCK = 0x6C656467
"""The first half of the advisory lock's key; the second is the organisation's hash."""
BATCH_LEAVES = 5_000
"""Ordered in one transaction, under one checkpoint."""
LOCK_WAIT_SECONDS = 30
EXPORT_BATCH_LEAVES = 1_000


async def append(connection: AsyncConnection, event: LedgerEvent) -> None:
    """Adds an event's leaf within the caller's transaction."""
    await connection.execute(insert(ledger_leaves).values(org_id=event.org_id, leaf=event.leaf()))


async def sequence(engine: AsyncEngine, org_id: str, origin: str, key: SigningKey) -> str:
    """Orders all committed leaves into the tree; answers the checkpoint over them, a signed note.

    Raises:
        Unavailable: `ledger_key_changed`, where the stored checkpoint is another key's or another origin's;
            `ledger_damaged`, where it does not fit the stored tree.
    """
    while True:
        async with transaction(engine, "sequence") as connection:
            await connection.execute(text(f"set local lock_timeout = '{LOCK_WAIT_SECONDS}s'"))
            await connection.execute(select(func.pg_advisory_xact_lock(SEQUENCE_LOCK, func.hashtext(org_id))))
            checkpoint, ordered = await _sequence_batch(connection, org_id, origin, key)
        if ordered < BATCH_LEAVES:
            return checkpoint


async def _sequence_batch(connection: AsyncConnection, org_id: str, origin: str, key: SigningKey) -> tuple[str, int]:
    found = await connection.execute(select(ledger_trees).where(ledger_trees.c.org_id == org_id))
    tree = found.one_or_none()
    frontier = Frontier() if tree is None else _frontier(tree, origin, key)
    pending = await connection.execute(
        select(ledger_leaves.c.id, ledger_leaves.c.leaf)
        .where(ledger_leaves.c.org_id == org_id, ledger_leaves.c.leaf_index.is_(None))
        .order_by(ledger_leaves.c.id)
        .limit(BATCH_LEAVES)
    )
    places = []
    for row in pending:
        places.append({"row_id": row.id, "index": frontier.size})
        frontier.append(leaf_hash(row.leaf))
    if tree is not None and not places:
        return str(tree.checkpoint), 0
    if places:
        set_index = update(ledger_leaves).where(ledger_leaves.c.id == bind("row_id")).values(leaf_index=bind("index"))
        await connection.execute(set_index, places)
    checkpoint = sign_checkpoint(Checkpoint(origin, frontier.size, frontier.root()), key)
    grown = {"size": frontier.size, "frontier": frontier.to_bytes(), "checkpoint": checkpoint}
    await connection.execute(
        upsert(ledger_trees)
        .values(org_id=org_id, public_key=key.public.text(), **grown)
        .on_conflict_do_update(index_elements=["org_id"], set_=grown)
    )
    return checkpoint, len(places)


def _frontier(tree: Row[tuple[object, ...]], origin: str, key: SigningKey) -> Frontier:
    """The stored tree, once its own checkpoint has been found to vouch for it."""
    if tree.public_key != key.public.text() or str(tree.checkpoint).split("\n", 1)[0] != origin:
        raise Unavailable(
            "ledger_key_changed",
            "The ledger was signed with another key or under another name. Restore the ledger's key file; "
            "until then events are kept and wait.",
        )
    try:
        frontier = Frontier.from_bytes(tree.frontier)
        fits = open_checkpoint(tree.checkpoint, key.public) == Checkpoint(origin, frontier.size, frontier.root())
    except (Denied, Invalid):
        fits = False
    if not fits:
        raise Unavailable(
            "ledger_damaged",
            "The ledger's stored tree does not fit its checkpoint: restore the database from a backup.",
        )
    return frontier


async def export(engine: AsyncEngine, org_id: str) -> AsyncIterator[str]:
    """The ledger as JSON lines, up to its newest checkpoint.

    Raises:
        Missing: `ledger_empty`, where nothing has been sequenced yet.
    """
    async with engine.connect() as connection:
        found = await connection.execute(select(ledger_trees).where(ledger_trees.c.org_id == org_id))
        tree = found.one_or_none()
        if tree is None:
            raise Missing("ledger_empty", f"The organisation {org_id} has no ledger yet.")
        key = PublicKey.from_text(tree.public_key)
        checkpoint = open_checkpoint(tree.checkpoint, key)
        yield header_line(checkpoint.origin, key, tree.checkpoint)
        leaves = await connection.stream(
            select(ledger_leaves.c.leaf_index, ledger_leaves.c.leaf)
            .where(ledger_leaves.c.org_id == org_id, ledger_leaves.c.leaf_index < checkpoint.size)
            .order_by(ledger_leaves.c.leaf_index)
            .execution_options(yield_per=EXPORT_BATCH_LEAVES)
        )
        async for row in leaves:
            yield leaf_line(row.leaf_index, row.leaf)
