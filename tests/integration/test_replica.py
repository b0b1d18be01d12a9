"""Sessions on a second disk: whole as of some step whatever happens, and gone on with at another home."""

import hashlib
import json
import os
import resource
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from daytwo.executor.database import Database
from daytwo.executor.gate import Budget
from daytwo.executor.link import Journal
from daytwo.executor.packs import Committed, Packer, Replica, Replicator, Unpacker, recollected
from daytwo.executor.packs.recollection import QUESTION
from daytwo.executor.packs.replicator import NOT_MADE_HERE
from daytwo.executor.state import StateStore
from daytwo.ledger.sqlite import SqliteLedger
from daytwo.wire.errors import Denied, Missing
from daytwo.wire.identifiers import new_id
from daytwo.wire.observation import Alphabet, Observation, Outcome, Symbol
from daytwo.wire.pack import PackedBlob
from daytwo.wire.principal import LOCAL_OWNER
from daytwo.wire.signing import SigningKey
from daytwo.wire.task import Completion, Task, TaskRequest
from daytwo.wire.verdict import Ruling, Verdict

ALLOWED = Verdict(verdict=Ruling.ALLOW, findings=(), rules_version="test")
OK = Symbol.of(Observation(alphabet=Alphabet.VERDICT, outcome=Outcome.OK))
EFFECTS = ("open", "os.rename", "os.link", "os.remove", "os.mkdir")
LARGE = b"large" * 20_000


class House:
    """An executor, as far as its replica concerns it."""

    def __init__(self, folder, replica=None):
        key = SigningKey.generate()
        self.key = key.public.text()
        self.folder = replica
        self.chains = {chain: StateStore(folder / chain) for chain in ("real", "rehearsal")}
        self.database = Database(folder / "executor.sqlite")
        ledger = SqliteLedger("daytwo/test", key)
        with self.database.transaction() as connection:
            ledger.create(connection)
        self.budget = Budget(self.database, ledger, lambda _: ())
        self.journal = Journal(self.database)
        self.packer = Packer(self.chains, key, "local", self.journal.root_of, self.budget.spent)
        self.replicator = Replicator(
            replica,
            self.packer,
            self.journal.executions,
            lambda session: recollected(
                session, lambda one: [Committed(*kept) for kept in self.journal.committed(one)]
            ),
            timedelta(0),
        )
        self.unpacker = Unpacker(
            self.chains, key.public, "local", lambda _: None, lambda _: None, self.budget.carry, folder / "arriving"
        )

    def step(self, session, ordinal, base=None):
        """A step that keeps what there was and adds a variable of its own, in both chains."""
        base = base or (session, ordinal - 1)
        request = TaskRequest(
            org_id="local",
            run_id=new_id("run"),
            session_id=session,
            segment=1,
            step=1,
            program=f"v{ordinal} = {ordinal}",
            datasets=(),
            base_session=base[0],
            base_snapshot=base[1],
            next_snapshot=ordinal,
            on_behalf_of=LOCAL_OWNER,
        )
        self.journal.accept(Task(task_id=request.task_id, epoch=1, request=request))
        self.journal.root_session(request)
        self.journal.start(request.task_id)
        for store in self.chains.values():
            keep(store, session, ordinal, store.at(*base))
        self.journal.result(
            Completion(task_id=request.task_id, epoch=1, verdict=ALLOWED, symbol=OK, bits_spent=1.0, bits_budget=512.0)
        )
        self.journal.acknowledge(request.task_id)

    def committed(self, session):
        return [Committed(*kept) for kept in self.journal.committed(session)]

    def look(self):
        self.replicator.look(Replica(self.folder))

    def unpack(self, replica, session, signed_by):
        file = self.unpacker.folder / "pack"
        file.write_bytes(b"".join(replica.pack(session)))
        return self.unpacker.unpack(file, signed_by, LOCAL_OWNER)


def keep(store, session, ordinal, base):
    writer = store.begin(session, ordinal, base, "e" * 64)
    own = f"value {ordinal}".encode()
    known = len(base.manifest.blobs)
    groups = [[group.names, group.stream, group.buffers] for group in base.manifest.all_groups]
    groups.append([[f"v{ordinal}"], [known, 0, len(own)], [[known + 1, 0, len(LARGE)]]])
    for header, payload in (
        ({"kind": "blob", "number": 0}, own),
        ({"kind": "blob", "number": 1}, LARGE),
        ({"kind": "manifest"}, json.dumps({"groups": groups}).encode()),
    ):
        writer.begin(header, len(payload))
        writer.chunk(payload)
        writer.end()
    writer.commit()


@pytest.fixture
def second(tmp_path):
    folder = tmp_path / "second"
    folder.mkdir()
    return folder


@pytest.fixture
def house(tmp_path, second):
    made = House(tmp_path / "home", second)
    yield made
    made.database.close()


@pytest.fixture
def elsewhere(tmp_path):
    made = House(tmp_path / "elsewhere")
    yield made
    made.database.close()


def test_a_session_goes_on_elsewhere_from_the_second_disk_alone(house, second, elsewhere):
    session = new_id("session")
    house.step(session, 1)
    house.step(session, 2)
    house.look()
    assert house.replicator.view(session).is_current
    record = elsewhere.unpack(Replica(second), session, house.key)
    assert [step.program for run in record.runs for step in run.steps] == ["v1 = 1", "v2 = 2"]
    assert {run.question for run in record.runs} == {QUESTION}
    assert [version.ordinal for version in record.versions] == [1, 2]
    for chain, store in elsewhere.chains.items():
        store.require_whole(session, 2)
        assert store.manifest(session, 2) == house.chains[chain].manifest(session, 2)
        assert store.beginning(session, 2) == house.chains[chain].beginning(session, 2)


def test_the_key_has_to_be_named(house, second, elsewhere):
    session = new_id("session")
    house.step(session, 1)
    house.look()
    with pytest.raises(Denied) as refused:
        elsewhere.unpack(Replica(second), session, None)
    assert refused.value.code == "pack_foreign"
    assert house.key in refused.value.message
    with pytest.raises(Missing, match=session):
        Replica(second).pack(new_id("session"))


def test_a_fork_comes_with_the_line_that_it_was_forked_from(house, second, elsewhere):
    session, fork = new_id("session"), new_id("session")
    house.step(session, 1)
    house.step(session, 2)
    house.step(fork, 1, base=(session, 1))
    house.look()
    record = elsewhere.unpack(Replica(second), fork, house.key)
    assert [(version.session, version.ordinal) for version in record.versions] == [(session, 1), (fork, 1)]
    assert elsewhere.chains["real"].manifest(fork, 1).names == {"v1"}


def test_what_is_there_is_not_copied_again(house, second):
    session = new_id("session")
    house.step(session, 1)
    house.look()
    blobs = second / "blobs"
    before = {path.name: path.stat() for path in blobs.iterdir()}
    house.step(session, 2)
    assert not house.replicator.view(session).is_current
    house.look()
    after = {path.name: path.stat() for path in blobs.iterdir()}
    assert all(after[name].st_ino == known.st_ino for name, known in before.items() if name in after)
    assert hashlib.sha256(LARGE).hexdigest() in before.keys() & after.keys()


def test_a_folder_that_is_not_there_is_said_and_never_made(tmp_path):
    house, session = House(tmp_path / "home", tmp_path / "unmounted"), new_id("session")
    house.step(session, 1)
    house.look()
    assert "is not there" in house.replicator.view(session).problem
    assert not (tmp_path / "unmounted").exists()
    (tmp_path / "unmounted").mkdir()
    house.look()
    view = house.replicator.view(session)
    assert view.is_current
    assert view.problem is None
    house.database.close()


def test_a_disk_that_takes_no_more_is_said_and_tried_again(house, second):
    """A limit on the size of files stands for the disk: the kernel refuses the write either way."""
    session = new_id("session")
    house.step(session, 1)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
    try:
        house.look()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    view = house.replicator.view(session)
    assert "cannot be written to" in view.problem
    assert not view.is_current
    assert Replica(second).sessions() == []
    house.look()
    assert house.replicator.view(session).is_current


def test_a_session_that_began_elsewhere_is_said(house, second, elsewhere):
    session = new_id("session")
    house.step(session, 1)
    house.look()
    elsewhere.folder = second.parent / "third"
    elsewhere.folder.mkdir()
    elsewhere.unpack(Replica(second), session, house.key)
    elsewhere.step(session, 2)
    elsewhere.look()
    assert elsewhere.replicator.view(session).problem == NOT_MADE_HERE


def test_bytes_that_are_not_what_was_written_are_named_by_no_head(tmp_path, second):
    source = tmp_path / "source"
    source.write_bytes(b"what the disk made of it")
    blob = PackedBlob(name=hashlib.sha256(b"what was written").hexdigest(), bytes=24)
    with pytest.raises(Denied):
        Replica(second).put(new_id("session"), b"{}", "signature", [(blob, source)])
    assert Replica(second).sessions() == []


def test_damage_on_the_second_disk_is_refused(house, second, elsewhere):
    session = new_id("session")
    house.step(session, 1)
    house.look()
    path = second / "blobs" / hashlib.sha256(LARGE).hexdigest()
    path.write_bytes(b"X" + path.read_bytes()[1:])
    with pytest.raises(Denied, match="not what was written"):
        elsewhere.unpack(Replica(second), session, house.key)
    path.unlink()
    with pytest.raises(Denied, match="not what was written"):
        Replica(second).pack(session)


def test_what_is_collected_here_goes_there_and_harms_no_other(house, second, elsewhere):
    gone, stays = new_id("session"), new_id("session")
    house.step(gone, 1)
    house.step(stays, 1)
    house.look()
    assert Replica(second).sessions() == sorted([gone, stays])
    for path in (Path(house.chains["real"]._root) / gone).rglob("*"):
        if path.is_file():
            path.unlink()
    house.look()
    assert Replica(second).sessions() == [stays]
    elsewhere.unpack(Replica(second), stays, house.key)


def killed_at(effect, action):
    """Runs `action` in a process of its own that is killed at its n-th effect; whether it came so far."""
    child = os.fork()
    if child == 0:
        left = [effect]

        def hook(event, _):
            if event in EFFECTS:
                left[0] -= 1
                if left[0] < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        action()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_killed_at_every_effect_of_a_copy_the_replica_is_whole(house, second, tmp_path):
    session = new_id("session")
    house.step(session, 1)
    house.look()
    house.step(session, 2)
    effects = 0
    while killed_at(effects, house.look):
        effects += 1
        steps = len(Replica(second).head(session).record.versions)
        assert steps in {1, 2}
        assert b"".join(Replica(second).pack(session))
    assert effects > 8
    house.look()
    there = House(tmp_path / "there")
    there.unpack(Replica(second), session, house.key)
    there.chains["real"].require_whole(session, 2)
    there.database.close()
