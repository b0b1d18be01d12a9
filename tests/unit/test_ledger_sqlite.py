"""The executor's ledger: it grows within the caller's transaction and changes in no other way."""

import json
import sqlite3

import pytest
from pydantic import ValidationError

from daytwo.executor.database import Database
from daytwo.ledger import LedgerEvent, SqliteLedger, open_checkpoint
from daytwo.ledger.event import LEAF_LIMIT_BYTES
from daytwo.ledger.merkle import leaf_hash, tree_root, verify_inclusion
from daytwo.wire.errors import Bug, Invalid
from daytwo.wire.identifiers import new_id
from daytwo.wire.principal import LOCAL_OWNER
from daytwo.wire.signing import SigningKey

LEDGER = SqliteLedger("daytwo.test/executor", SigningKey(b"\x07" * 32))


def event(number, **changes):
    given = {
        "org_id": "local",
        "at": "2026-01-02T03:04:05.678Z",
        "actor": LOCAL_OWNER,
        "kind": "run.created",
        "subject": f"run_{number}",
        "body": {"number": number, "word": "Größe"},
    }
    return LedgerEvent(**given | changes)


@pytest.fixture
def database(tmp_path):
    database = Database(tmp_path / "executor" / "executor.db")
    with database.transaction() as connection:
        LEDGER.create(connection)
    yield database
    database.close()


def fill(database, count):
    for number in range(count):
        with database.transaction() as connection:
            assert LEDGER.append(connection, event(number)) == number


def append_and_fail(database, number, also):
    def change():
        with database.transaction() as connection:
            LEDGER.append(connection, event(number))
            also(connection)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change()


def test_it_grows_to_the_root_of_its_leaves(database):
    fill(database, 5)
    with database.transaction() as connection:
        root = tree_root([leaf_hash(event(number).leaf()) for number in range(5)])
        assert LEDGER.root(connection) == (5, root.hex())
        checkpoint = open_checkpoint(LEDGER.checkpoint(connection), LEDGER.key.public)
    assert (checkpoint.origin, checkpoint.size, checkpoint.root) == (LEDGER.origin, 5, root)


RUN = new_id("run")


def proofs_stand(database, size, expected):
    with database.transaction() as connection:
        found = LEDGER.naming(connection, RUN)
        assert [proof.place for proof in found] == expected
        root = bytes.fromhex(LEDGER.root(connection)[1])
    for place, leaf, path in found:
        verify_inclusion(leaf_hash(leaf), place, size, path, root)


def test_the_leaves_of_a_run_come_with_proofs_whatever_the_size(database):
    expected = []
    for number in range(36):
        with database.transaction() as connection:
            if number % 5 == 0 or number > 32:
                expected.append(LEDGER.append(connection, event(number, body={"run": RUN})))
            else:
                LEDGER.append(connection, event(number))
        proofs_stand(database, number + 1, expected)


def test_a_ledger_from_before_proofs_were_kept_catches_up(database):
    fill(database, 5)
    with database.transaction() as connection:
        LEDGER.append(connection, event(5, subject=RUN))
        connection.execute("drop table ledger_nodes")
        connection.execute("drop table ledger_runs")
    with database.transaction() as connection:
        LEDGER.create(connection)
    proofs_stand(database, 6, [5])


def test_the_leaf_is_canonical_json():
    assert event(1).leaf().decode() == (
        '{"actor":{"id":"owner","kind":"person","org_id":"local"},"at":"2026-01-02T03:04:05.678Z",'
        '"body":{"number":1,"word":"Größe"},"kind":"run.created","org_id":"local","subject":"run_1"}'
    )


def test_a_rolled_back_change_leaves_no_leaf(database):
    fill(database, 2)
    append_and_fail(database, 2, lambda _: None)
    with database.transaction() as connection:
        assert LEDGER.root(connection)[0] == 2
        assert LEDGER.append(connection, event(2)) == 2


def test_making_it_again_keeps_it_and_ends_no_transaction(database):
    fill(database, 1)
    append_and_fail(database, 1, LEDGER.create)
    with database.transaction() as connection:
        assert LEDGER.root(connection)[0] == 1


def test_an_event_outside_of_a_transaction_is_a_bug(database):
    with database.transaction() as connection:
        pass
    with pytest.raises(Bug, match="outside of a transaction"):
        LEDGER.append(connection, event(0))


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger_leaves set leaf = x'00' where leaf_index = 0",
        "delete from ledger_leaves where leaf_index = 2",
        "delete from ledger_leaves",
        "insert into ledger_leaves values (7, x'00')",
        "insert or replace into ledger_leaves values (0, x'00')",
        "insert or ignore into ledger_leaves values (1, x'00')",
        "update ledger_tree set size = 1",
        "update or replace ledger_tree set size = 3, frontier = x'00'",
        "delete from ledger_tree",
        "insert or replace into ledger_tree values (1, 0, x'0000000000000000')",
    ],
)
def test_every_other_change_is_refused(database, statement):
    fill(database, 3)
    with pytest.raises(sqlite3.IntegrityError, match="only appends"), database.transaction() as connection:
        connection.execute(statement)
    with database.transaction() as connection:
        assert LEDGER.root(connection) == (
            3,
            tree_root([leaf_hash(event(number).leaf()) for number in range(3)]).hex(),
        )


def test_an_export_carries_header_and_leaves(database):
    fill(database, 2)
    with database.transaction() as connection:
        header, *leaves = [json.loads(line) for line in LEDGER.export(connection)]
    assert header["format"] == "daytwo-ledger-v1"
    assert (header["origin"], header["public_key"]) == (LEDGER.origin, LEDGER.key.public.text())
    assert leaves == [{"index": number, "leaf": event(number).leaf().decode()} for number in range(2)]


def test_events_that_cannot_stand_are_refused():
    with pytest.raises(ValidationError, match="another organisation"):
        event(0, org_id="acme")
    with pytest.raises(ValidationError, match="kind"):
        event(0, kind="Created")
    with pytest.raises(Invalid, match="record a digest"):
        event(0, body={"text": "x" * LEAF_LIMIT_BYTES}).leaf()
    with pytest.raises(Invalid, match="canonical"):
        event(0, body={"number": 2**60}).leaf()
