"""Connections, migrations, the ledger in PostgreSQL and identity, all on one real embedded server."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, func, insert, inspect, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from daytwo.control.identity import (
    ensure_organisation,
    ensure_owner,
    issue_enrolment_token,
    issue_token,
    new_token,
    principal_of,
    redeem_enrolment_token,
    token_hash,
)
from daytwo.control.storage import ledger, migrations
from daytwo.control.storage.database import HEAD, check, database_url, migrate, open_database
from daytwo.control.storage.embedded import EmbeddedServer
from daytwo.control.storage.tables import ledger_leaves, ledger_trees, metadata, tokens
from daytwo.ledger import Frontier, LedgerEvent, open_checkpoint
from daytwo.ledger.verifier import LedgerError, verify_export
from daytwo.wire.errors import Invalid, Missing, Unauthenticated, Unavailable
from daytwo.wire.principal import LOCAL_OWNER, Principal, PrincipalKind
from daytwo.wire.signing import SigningKey

ORIGIN = "daytwo.test/control"
KEY = SigningKey(b"\x09" * 32)


@pytest.fixture(scope="module")
def server_url(tmp_path_factory):
    server = EmbeddedServer(tmp_path_factory.mktemp("database") / "home")
    yield server.start()
    server.destroy()


@pytest.fixture
def empty_url(server_url, request):
    """A database of the test's own."""
    name = f"test_{abs(hash(request.node.nodeid))}"
    with psycopg.connect(server_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"create database {name}")
        yield make_url(server_url).set(database=name).render_as_string()
        connection.execute(f"drop database {name} with (force)")


@pytest.fixture
def url(empty_url):
    migrate(empty_url)
    return empty_url


def with_database(url, work):
    """Runs `await work(engine)` and closes the engine."""

    async def main():
        engine = open_database(url)
        try:
            async with engine.begin() as connection:
                await ensure_organisation(connection, "local")
                await ensure_organisation(connection, "acme")
            return await work(engine)
        finally:
            await engine.dispose()

    return anyio.run(main)


def test_the_newest_migration_is_the_one_that_start_up_looks_for():
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(configuration).get_current_head() == HEAD


def test_the_migrations_make_exactly_the_tables(url):
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


@pytest.mark.parametrize("revision", [f"{number:04}" for number in range(2, int(HEAD) + 1)])
def test_code_of_the_version_before_works_on_the_tables_of_this_one(empty_url, revision):
    """While processes are replaced one by one, the old ones go on: what they read is there, what they leave out is not
    asked for."""
    before = _migrated_to(empty_url, f"{int(revision) - 1:04}")
    after = _migrated_to(empty_url, revision)
    for table, columns in before.items():
        for name, column in columns.items():
            kept = after[table][name]
            assert str(kept["type"]) == str(column["type"])
            assert kept["nullable"] or not column["nullable"]
        for name in after[table].keys() - columns.keys():
            added = after[table][name]
            assert added["nullable"] or added["default"] is not None, f"{table}.{name}"


def _migrated_to(url, revision):
    """Each table's columns, by name."""
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(migrations.__file__).parent))
    engine = create_engine(url)
    with engine.begin() as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, revision)
        found = inspect(connection)
        tables = {
            table: {column["name"]: column for column in found.get_columns(table)} for table in found.get_table_names()
        }
    engine.dispose()
    return tables


def test_migrating_again_changes_nothing(url):
    with_database(url, _append_three)
    migrate(url)
    assert with_database(url, _count_leaves) == 3


def test_processes_that_race_migrate_once(empty_url):
    together = threading.Barrier(3)

    def one(_):
        together.wait()
        migrate(empty_url)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(one, range(3)))
    check(empty_url)


def test_a_database_of_a_later_version_is_refused(url):
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    engine.dispose()
    with pytest.raises(Unavailable, match="later daytwo") as caught:
        migrate(url)
    assert caught.value.code == "database_newer"


@pytest.mark.parametrize("given", ["postgresql://u:pw@h/d", "postgres://u:pw@h/d", "postgresql+psycopg://u:pw@h/d"])
def test_urls_get_our_driver(given):
    assert database_url(given).render_as_string(hide_password=False) == "postgresql+psycopg://u:pw@h/d"


@pytest.mark.parametrize("given", ["", "sqlite:///x", "mysql://u:s3cret@h/d", "postgresql://u:s3cret@h:port/d"])
def test_other_urls_are_refused_without_quoting_them(given):
    with pytest.raises(Invalid) as caught:
        database_url(given)
    assert caught.value.code == "database_url"
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_database_that_cannot_be_reached_is_named(server_url):
    here = make_url(server_url)
    cases = [
        ("postgresql://u:s3cret@127.0.0.1:1/d", "127.0.0.1 .*does not answer"),
        ("postgresql://u:s3cret@nowhere.invalid/d", "nowhere.invalid .*cannot be resolved"),
        (here.set(database="nothing").render_as_string(), "no database 'nothing'"),
        (here.set(username="nobody", password="s3cret").render_as_string(hide_password=False), "the user 'nobody'"),
    ]
    for unreachable, says in cases:
        for attempt in (check, migrate):
            with pytest.raises(Unavailable, match=says) as caught:
                attempt(unreachable)
            assert caught.value.code == "database_unreachable"
            assert "s3cret" not in str(caught.value)
    check(server_url)


def event(number, org_id="local"):
    actor = Principal(org_id=org_id, kind=PrincipalKind.PERSON, id="owner")
    return LedgerEvent(
        org_id=org_id,
        at="2026-01-02T03:04:05.678Z",
        actor=actor,
        kind="run.created",
        subject=f"run_{number}",
        body={"word": "Größe"},
    )


async def _append_three(engine):
    for number in range(3):
        async with engine.begin() as connection:
            await ledger.append(connection, event(number))


async def _count_leaves(engine):
    async with engine.connect() as connection:
        return await connection.scalar(select(func.count()).select_from(ledger_leaves))


def test_the_ledger_is_ordered_signed_and_verified(url):
    async def work(engine):
        empty = await ledger.sequence(engine, "local", ORIGIN, KEY)
        await _append_three(engine)
        async with engine.begin() as connection:
            await ledger.append(connection, event(9, "acme"))
        first = await ledger.sequence(engine, "local", ORIGIN, KEY)
        assert await ledger.sequence(engine, "local", ORIGIN, KEY) == first
        await _append_three(engine)
        last = await ledger.sequence(engine, "local", ORIGIN, KEY)
        return empty, first, last, [line async for line in ledger.export(engine, "local")]

    empty, first, last, lines = with_database(url, work)
    sizes = [open_checkpoint(note, KEY.public).size for note in (empty, first, last)]
    assert sizes == [0, 3, 6]
    for earlier in (empty, first, last):
        assert verify_export(lines, KEY.public.text(), earlier).size == 6
    subjects = [json.loads(json.loads(line)["leaf"])["subject"] for line in lines[1:]]
    assert subjects == ["run_0", "run_1", "run_2"] * 2
    with pytest.raises(LedgerError):
        verify_export([*lines[:3], *lines[4:]])


def test_an_export_ends_at_its_checkpoint(url):
    async def work(engine):
        with pytest.raises(Missing, match="no ledger yet"):
            _ = [line async for line in ledger.export(engine, "local")]
        await _append_three(engine)
        await ledger.sequence(engine, "local", ORIGIN, KEY)
        await _append_three(engine)
        return [line async for line in ledger.export(engine, "local")]

    assert verify_export(with_database(url, work)).size == 3


def test_a_rolled_back_change_leaves_no_leaf(url):
    async def work(engine):
        async def append_and_fail():
            async with engine.begin() as connection:
                await ledger.append(connection, event(0))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await append_and_fail()
        return await _count_leaves(engine)

    assert with_database(url, work) == 0


def test_appends_and_sequencers_side_by_side_lose_nothing(url):
    async def work(engine):
        async def append_some(start):
            for number in range(start, start + 10):
                async with engine.begin() as connection:
                    await ledger.append(connection, event(number))

        async def sequence_some():
            for _ in range(5):
                await ledger.sequence(engine, "local", ORIGIN, KEY)

        async with anyio.create_task_group() as group:
            for start in (0, 10, 20):
                group.start_soon(append_some, start)
            for _ in range(3):
                group.start_soon(sequence_some)
        await ledger.sequence(engine, "local", ORIGIN, KEY)
        return [line async for line in ledger.export(engine, "local")]

    lines = with_database(url, work)
    assert verify_export(lines, KEY.public.text()).size == 30
    assert len(set(lines)) == 31


def test_batches_add_up_to_one_tree(url):
    total = ledger.BATCH_LEAVES + 3

    async def work(engine):
        async with engine.begin() as connection:
            await connection.execute(
                insert(ledger_leaves), [{"org_id": "local", "leaf": b"%d" % number} for number in range(total)]
            )
        await ledger.sequence(engine, "local", ORIGIN, KEY)
        return [line async for line in ledger.export(engine, "local")]

    assert verify_export(with_database(url, work), KEY.public.text()).size == total


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger_leaves set leaf = 'x' where leaf_index = 0",
        "update ledger_leaves set leaf_index = 7 where leaf_index = 0",
        "update ledger_leaves set leaf_index = null",
        "update ledger_leaves set leaf_index = 3, leaf = 'x' where leaf_index is null",
        "update ledger_leaves set leaf_index = 3, org_id = 'acme' where leaf_index is null",
        "delete from ledger_leaves where leaf_index = 2",
        "truncate ledger_leaves",
        "update ledger_trees set size = 1",
        "update ledger_trees set public_key = 'x', size = 9",
        "delete from ledger_trees",
        "truncate ledger_trees",
    ],
)
def test_every_other_change_to_the_ledger_is_refused(url, statement):
    async def work(engine):
        await _append_three(engine)
        await ledger.sequence(engine, "local", ORIGIN, KEY)
        async with engine.begin() as connection:
            await ledger.append(connection, event(3))
        with pytest.raises(IntegrityError, match="only appends"):
            async with engine.begin() as connection:
                await connection.execute(text(statement))

    with_database(url, work)


def test_another_key_stops_the_sequencer_and_keeps_the_events(url):
    async def work(engine):
        await _append_three(engine)
        await ledger.sequence(engine, "local", ORIGIN, KEY)
        await _append_three(engine)
        for origin, key in ((ORIGIN, SigningKey.generate()), ("elsewhere", KEY)):
            with pytest.raises(Unavailable) as caught:
                await ledger.sequence(engine, "local", origin, key)
            assert caught.value.code == "ledger_key_changed"
        await ledger.sequence(engine, "local", ORIGIN, KEY)
        return [line async for line in ledger.export(engine, "local")]

    assert verify_export(with_database(url, work), KEY.public.text()).size == 6


@pytest.mark.parametrize(
    "damage",
    [
        {"checkpoint": ledger_trees.c.checkpoint + "x"},
        {"checkpoint": func.replace(ledger_trees.c.checkpoint, "\n3\n", "\n4\n")},
        {"frontier": Frontier(4, [b"x" * 32]).to_bytes()},
        {"frontier": b""},
    ],
)
def test_a_damaged_tree_stops_the_sequencer(url, damage):
    async def work(engine):
        await _append_three(engine)
        await ledger.sequence(engine, "local", ORIGIN, KEY)
        async with engine.begin() as connection:
            await connection.execute(update(ledger_trees).values(size=4, **damage))
        with pytest.raises(Unavailable) as caught:
            await ledger.sequence(engine, "local", ORIGIN, KEY)
        assert caught.value.code == "ledger_damaged"

    with_database(url, work)


def test_the_owner_has_one_token_and_a_replaced_one_is_revoked(url):
    async def work(engine):
        old, new = new_token(), new_token()
        async with engine.begin() as connection:
            await ensure_owner(connection, old)
            await ensure_owner(connection, old)
            assert await principal_of(connection, old, "owner") == LOCAL_OWNER
            await ensure_owner(connection, new)
            assert await principal_of(connection, new, "owner") == LOCAL_OWNER
            with pytest.raises(Unauthenticated) as caught:
                await principal_of(connection, old, "owner")
            assert caught.value.code == "bad_token"
            kept = (await connection.execute(select(tokens.c.token_hash))).scalars().all()
        assert kept == [token_hash(new)]

    with_database(url, work)


def test_a_token_opens_the_door_of_its_audience_alone(url):
    executor = Principal(org_id="acme", kind=PrincipalKind.EXECUTOR, id="executor_1")

    async def work(engine):
        async with engine.begin() as connection:
            link = await issue_token(connection, executor, "link")
            await ensure_owner(connection, new_token())
            enrol = await issue_enrolment_token(connection, "acme")
            assert await principal_of(connection, link, "link") == executor
            attempts = [(link, "owner"), (link, "enrol"), (enrol, "link"), (enrol, "owner"), (new_token(), "owner")]
            attempts += [("", "owner"), ("ü", "owner"), ("x" * 10_000, "owner"), (token_hash(link), "link")]
            for token, audience in attempts:
                with pytest.raises(Unauthenticated):
                    await principal_of(connection, token, audience)
            with pytest.raises(Unauthenticated):
                await redeem_enrolment_token(connection, link)

    with_database(url, work)


def test_an_enrolment_token_admits_once_within_its_time(url):
    def at(minute, second=0):
        return lambda: f"2026-01-02T03:{minute:02}:{second:02}.000Z"

    async def work(engine):
        async with engine.begin() as connection:
            token = await issue_enrolment_token(connection, "acme", at(50))
            late = await issue_enrolment_token(connection, "acme", at(10))
            assert (await redeem_enrolment_token(connection, late, at(24, 59))).org_id == "acme"
            for spent, clock in ((late, at(11)), (token, lambda: "2026-01-02T04:05:00.000Z")):
                with pytest.raises(Unauthenticated, match="make another"):
                    await redeem_enrolment_token(connection, spent, clock)
            with pytest.raises(Unauthenticated):
                await principal_of(connection, late, "enrol", at(11))

    with_database(url, work)


def test_two_executors_cannot_share_an_enrolment_token(url):
    async def work(engine):
        async with engine.begin() as connection:
            token = await issue_enrolment_token(connection, "local")
        admitted = []

        async def redeem():
            try:
                async with engine.begin() as connection:
                    admitted.append(await redeem_enrolment_token(connection, token))
            except Unauthenticated:
                admitted.append(None)

        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(redeem)
        return admitted

    admitted = with_database(url, work)
    assert len([principal for principal in admitted if principal is not None]) == 1
    assert len(admitted) == 5
