"""A session on its way between two executors: whole and genuine, or refused before anything of it is in place."""

import hashlib
import io
import json
import pickle
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daytwo.executor.database import Database
from daytwo.executor.gate import Budget
from daytwo.executor.packs import Packer, Unpacker
from daytwo.executor.state import Base, StateStore
from daytwo.executor.step.trace import Left
from daytwo.ledger.sqlite import SqliteLedger
from daytwo.wire.canonical import canonical_bytes
from daytwo.wire.errors import Conflict, DaytwoError, Denied, Incompatible, Missing
from daytwo.wire.identifiers import new_id
from daytwo.wire.message import now
from daytwo.wire.pack import HEAD, RecordedSession, RecordedVersion, SessionRecord
from daytwo.wire.principal import LOCAL_OWNER
from daytwo.wire.replay import Part
from daytwo.wire.result import StepResult
from daytwo.wire.signing import SigningKey

SESSION, RUN = new_id("session"), new_id("run")
KEY, OTHER = SigningKey.generate(), SigningKey.generate()
ENVIRONMENT = "e" * 64
RECORD = SessionRecord(
    session=SESSION,
    sessions=(
        RecordedSession(
            session=SESSION,
            datasets=("orders",),
            head_session=SESSION,
            head_snapshot=2,
            next_snapshot=3,
            created_at=now(),
        ),
    ),
    runs=(),
    versions=tuple(
        RecordedVersion(session=SESSION, ordinal=n, base_session=SESSION, base_ordinal=n - 1, run=RUN, step=n)
        for n in (1, 2)
    ),
)


class House:
    """An executor, as far as packs concern it."""

    def __init__(self, folder, key):
        self.chains = {chain: StateStore(folder / chain) for chain in ("real", "rehearsal")}
        database = Database(folder / "executor.sqlite")
        ledger = SqliteLedger("daytwo/test", key)
        with database.transaction() as connection:
            ledger.create(connection)
        self.budget = Budget(database, ledger, lambda name: (f"/data/{name}",))
        self.packer = Packer(self.chains, key, "local", lambda session: session, self.budget.spent)
        self.datasets, self.environments = {"orders"}, {ENVIRONMENT}
        self.unpacker = Unpacker(
            self.chains,
            key.public,
            "local",
            self.require_dataset,
            self.require_environment,
            self.budget.carry,
            folder / "arriving",
        )

    def require_dataset(self, name):
        if name not in self.datasets:
            raise Missing("dataset_not_found", "There is none.")

    def require_environment(self, digest):
        if digest not in self.environments:
            raise Denied("other_environment", "It is another one.")

    def unpack(self, content, signed_by=None):
        file = self.unpacker.folder / "pack"
        file.write_bytes(content)
        return self.unpacker.unpack(file, signed_by, LOCAL_OWNER)


def kept(store, ordinal, base, payload=None):
    writer = store.begin(SESSION, ordinal, base, ENVIRONMENT)
    payload = payload or f"value {ordinal}".encode() * 1000
    known = len(base.manifest.blobs)
    groups = [[list(group.names), group.stream, group.buffers] for group in base.manifest.all_groups]
    groups.append([[f"v{ordinal}"], [known, 0, len(payload)], []])
    for header, content in (
        ({"kind": "blob", "number": 0}, payload),
        ({"kind": "manifest"}, json.dumps({"groups": groups}).encode()),
    ):
        writer.begin(header, len(content))
        writer.chunk(content)
        writer.end()
    writer.commit()
    return store.at(SESSION, ordinal)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    made = House(tmp_path_factory.mktemp("home"), KEY)
    for store in made.chains.values():
        kept(store, 2, kept(store, 1, Base()))
    return made


@pytest.fixture(scope="module")
def pack(home):
    return b"".join(home.packer.pack(RECORD))


@pytest.fixture
def elsewhere(tmp_path):
    return House(tmp_path, OTHER)


def test_what_was_packed_is_there_elsewhere(home, pack, elsewhere):
    assert elsewhere.unpack(pack, KEY.public.text()) == RECORD
    for chain, store in elsewhere.chains.items():
        for ordinal in (1, 2):
            there = home.chains[chain]
            assert store.manifest(SESSION, ordinal) == there.manifest(SESSION, ordinal)
            assert store.beginning(SESSION, ordinal) == there.beginning(SESSION, ordinal)
            store.require_whole(SESSION, ordinal)
    one, two = (elsewhere.chains["real"].at(SESSION, ordinal).folder / "blobs" for ordinal in (1, 2))
    shared = {path.name for path in one.iterdir()} & {path.name for path in two.iterdir()}
    assert {(one / name).stat().st_nlink for name in shared} == {2}
    assert not any(elsewhere.unpacker.folder.glob("tmp*"))


def test_twice_is_as_good_as_once_but_not_over_another_life(pack, elsewhere):
    for _ in range(2):
        elsewhere.unpack(pack, KEY.public.text())
    kept(elsewhere.chains["real"], 2, Base())
    with pytest.raises(Conflict) as refused:
        elsewhere.unpack(pack, KEY.public.text())
    assert refused.value.code == "session_exists"


def test_a_stranger_s_pack_needs_a_person_who_vouches_for_its_key(pack, elsewhere):
    for trusted in (None, SigningKey.generate().public.text()):
        with pytest.raises(Denied) as refused:
            elsewhere.unpack(pack, trusted)
        assert refused.value.code == "pack_foreign"
        assert is_empty(elsewhere)


def is_empty(house):
    return all(not [*store._root.glob("session_*")] for store in house.chains.values())


def test_what_the_session_works_on_and_with_has_to_be_there(pack, elsewhere):
    elsewhere.datasets = set()
    with pytest.raises(Missing, match="daytwo data add PATH --name orders"):
        elsewhere.unpack(pack, KEY.public.text())
    elsewhere.datasets = {"orders"}
    elsewhere.environments = set()
    with pytest.raises(Denied) as refused:
        elsewhere.unpack(pack, KEY.public.text())
    assert refused.value.code == "other_environment"
    assert is_empty(elsewhere)


def test_what_was_spent_is_spent_and_its_lineage_is_never_open(elsewhere, home):
    head = json.loads(member(b"".join(home.packer.pack(RECORD)), HEAD)) | {"bits_spent": 100.0}
    spent = rewritten(b"".join(home.packer.pack(RECORD)), head, KEY)
    for _ in range(2):
        elsewhere.unpack(spent, KEY.public.text())
    assert elsewhere.budget.spent(SESSION)[0] == 100.0
    assert elsewhere.budget.dataset_spent("local", "orders")[0] == 100.0
    assert not elsewhere.budget.lineage(SESSION) <= elsewhere.datasets


def member(content, name):
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        return tar.extractfile(name).read()


def rewritten(content, head, key):
    """The pack with another head, signed anew."""
    said = canonical_bytes(head)
    made = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(content)) as old, tarfile.open(fileobj=made, mode="w") as new:
        for info in old:
            data = old.extractfile(info).read()
            if info.name == HEAD:
                data = said
            elif info.name == "pack.signature":
                data = key.sign("session-pack", said).encode()
            info.size = len(data)
            new.addfile(info, io.BytesIO(data))
    return made.getvalue()


def test_a_pack_of_another_version_is_told_apart(pack, elsewhere):
    head = json.loads(member(pack, HEAD)) | {"format": 2, "more": "than this version knows"}
    with pytest.raises(Incompatible) as refused:
        elsewhere.unpack(rewritten(pack, head, KEY), KEY.public.text())
    assert refused.value.code == "pack_newer"


def test_a_signed_pack_that_is_not_whole_is_damaged(pack, elsewhere):
    """Whatever its signer meant: a snapshot lacks a blob, a file has another name."""
    head = json.loads(member(pack, HEAD))
    for harm in (
        lambda one: one["blobs"].clear(),
        lambda one: one["files"].pop("environment"),
        lambda one: one["files"].update({"../../evil": one["files"].pop("manifest.json")}),
    ):
        changed = json.loads(json.dumps(head))
        harm(changed["snapshots"][0])
        with pytest.raises(Denied) as refused:
            elsewhere.unpack(rewritten(pack, changed, KEY), KEY.public.text())
        assert refused.value.code == "pack_damaged"
        assert is_empty(elsewhere)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_change_is_noticed_before_anything_is_in_place(pack, tmp_path_factory, data):
    """But in the padding, whose bytes mean nothing."""
    house = House(tmp_path_factory.mktemp("house"), OTHER)
    harmed = bytearray(pack)
    if data.draw(st.booleans()):
        del harmed[data.draw(st.integers(0, len(pack) - 1025)) :]
    else:
        harmed[data.draw(st.integers(0, len(pack) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    code = None
    try:
        house.unpack(bytes(harmed), KEY.public.text())
    except DaytwoError as refused:
        code = refused.code
    if code is not None:
        assert code in {"pack_damaged", "pack_foreign"}
        assert is_empty(house)
    else:
        for chain, store in house.chains.items():
            for ordinal in (1, 2):
                for blob in store.manifest(SESSION, ordinal).blobs:
                    path = store.at(SESSION, ordinal).folder / "blobs" / blob.name
                    assert hashlib.sha256(path.read_bytes()).hexdigest() == blob.name, chain


def test_a_state_that_is_not_there_cannot_be_packed(elsewhere):
    with pytest.raises(Missing) as refused:
        elsewhere.packer.pack(RECORD)
    assert refused.value.code == "snapshot_not_found"


class Hostile:
    """Touches a file when its pickle is opened."""

    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return Path.touch, (self.target,)


def test_no_pickle_is_opened_on_the_way(elsewhere, tmp_path):
    """Shown, compared, packed, unpacked, collected: what a hostile program kept is bytes to the executor."""
    target = tmp_path / "touched"
    source = House(tmp_path / "source", KEY)
    for store in source.chains.values():
        kept(store, 2, kept(store, 1, Base(), pickle.dumps(Hostile(target))))
    elsewhere.unpack(b"".join(source.packer.pack(RECORD)), KEY.public.text())
    store = elsewhere.chains["real"]
    result = StepResult(step=1, outcome="ok")
    assert Left(result, tmp_path, store.at(SESSION, 1)).trace()[Part.VARIABLE, "v1"]
    assert store.view(SESSION, 2).variables
    store.garbage(timedelta(0), lambda: datetime.now(UTC)).collect(())
    assert not target.exists()
    pickle.loads(pickle.dumps(Hostile(target)))
    assert target.exists()
