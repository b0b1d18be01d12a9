"""Nothing that a session, a fork or a task names is ever collected, in whatever order things happen and crash."""

import json
import os
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from daytwo.executor.state import Base, Fate, StateStore
from daytwo.executor.state.garbage import fate_of
from daytwo.wire.errors import Missing
from daytwo.wire.identifiers import new_id

GRACE = timedelta(days=7)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def save(store, session, ordinal, base):
    """A step that keeps what there was and adds a variable of its own."""
    writer = store.begin(session, ordinal, base, "e" * 64)
    own = f"{session} {ordinal}".encode()
    known = len(base.manifest.blobs)
    groups = [[group.names, group.stream, group.buffers] for group in base.manifest.all_groups]
    groups.append([[f"v{len(groups)}"], [known, 0, len(own)], []])
    for header, payload in (
        ({"kind": "blob", "number": 0}, own),
        ({"kind": "manifest"}, json.dumps({"groups": groups}).encode()),
    ):
        writer.begin(header, len(payload))
        writer.chunk(payload)
        writer.end()
    writer.commit()


class Died(BaseException):
    """Stands for the death of the process."""


class Sessions(RuleBasedStateMachine):
    """A control plane's books over a real store."""

    @initialize()
    def begin(self):
        self.folder = tempfile.mkdtemp(prefix="dt-")
        self.now = NOW
        self.heads = {}
        self.bases = {}
        self.deepest = {}
        self.turned_away = {}
        self.open()
        self.create()

    def open(self):
        self.store = StateStore(Path(self.folder) / "state")
        self.store.sweep()
        self.garbage = self.store.garbage(GRACE, lambda: self.now)

    def teardown(self):
        shutil.rmtree(self.folder)

    def line(self, name):
        while name[1]:
            yield name
            name = self.bases[name]

    @property
    def named(self):
        return {name for head in self.heads.values() for name in self.line(head)}

    def session(self, data):
        return data.draw(st.sampled_from(sorted(self.heads)))

    @rule()
    def create(self):
        session = new_id("session")
        self.heads[session] = (session, 0)
        self.deepest[session] = 0

    @rule(data=st.data())
    def step(self, data):
        if not self.heads:
            return
        session = self.session(data)
        self.deepest[session] += 1
        made, base = (session, self.deepest[session]), self.heads[session]
        save(self.store, *made, self.store.at(*base))
        self.bases[made] = base
        self.heads[session] = made

    @rule(data=st.data())
    def fork(self, data):
        if self.heads:
            head = self.heads[self.session(data)]
            self.create()
            self.heads[max(self.heads)] = head

    @rule(data=st.data())
    def rewind(self, data):
        if self.heads:
            session = self.session(data)
            self.heads[session] = data.draw(st.sampled_from([self.heads[session], *self.line(self.heads[session])]))

    @rule(data=st.data())
    def delete(self, data):
        if self.heads:
            del self.heads[self.session(data)]

    @rule(days=st.integers(0, 10))
    def wait(self, days):
        self.now += timedelta(days=days)

    @rule()
    def collect(self):
        self.garbage.collect(self.named)

    @rule(calls=st.integers(0, 6))
    def collect_and_die(self, calls):
        """At one of the calls that change the disk."""
        left = [calls]
        kept = {name: getattr(os, name) for name in ("rename", "unlink", "rmdir")}

        def dying(name):
            def call(*arguments, **more):
                left[0] -= 1
                if left[0] < 0:
                    raise Died
                return kept[name](*arguments, **more)

            return call

        for name in kept:
            setattr(os, name, dying(name))
        try:
            self.garbage.collect(self.named)
        except Died:
            pass
        finally:
            for name, call in kept.items():
                setattr(os, name, call)
        self.open()

    @invariant()
    def what_is_named_is_whole(self):
        if not hasattr(self, "store"):
            return
        for name in self.named:
            self.store.require_whole(*name)
            depth = len([*self.line(name)])
            assert self.store.at(*name).manifest.names == {f"v{n}" for n in range(depth)}


TestSessions = Sessions.TestCase
TestSessions.settings = settings(
    max_examples=40, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_a_snapshot_goes_when_it_stayed_unnamed_for_the_grace():
    name = ("session", 1)
    assert fate_of(name, {name}, NOW - 10 * GRACE, NOW, GRACE) is Fate.NAMED
    assert fate_of(name, (), None, NOW, GRACE) is Fate.WAITING
    assert fate_of(name, (), NOW - GRACE + timedelta(seconds=1), NOW, GRACE) is Fate.WAITING
    assert fate_of(name, (), NOW - GRACE, NOW, GRACE) is Fate.REMOVED


def test_figures_and_what_goes(tmp_path):
    """What goes is what was unnamed at two looks a grace apart; a dry run changes nothing; a new name saves."""
    store = StateStore(tmp_path)
    one, other = new_id("session"), new_id("session")
    save(store, one, 1, Base())
    save(store, one, 2, store.at(one, 1))
    save(store, other, 1, store.at(one, 1))
    now = [NOW]
    garbage = store.garbage(GRACE, lambda: now[0])
    first = garbage.collect({(other, 1)})
    assert [first.count(fate) for fate in (Fate.NAMED, Fate.WAITING, Fate.REMOVED)] == [1, 2, 0]
    now[0] += GRACE
    assert garbage.collect({(other, 1), (one, 1)}, dry_run=True).count(Fate.REMOVED) == 1
    assert garbage.collect({(other, 1), (one, 1)}, dry_run=True).freed_bytes == sum(
        path.stat().st_size
        for path in (tmp_path / one / "000002").rglob("*")
        if path.name == "manifest.json"  # the parts that it names follow in it
    )
    store.require_whole(one, 2)
    garbage.collect({(other, 1), (one, 1)})
    try:
        store.at(one, 2)
    except Missing:
        pass
    else:
        raise AssertionError("it is still there")
    now[0] += GRACE
    again = garbage.collect({(other, 1)})
    assert again.count(Fate.WAITING) == 1, "the name that came back took the mark away"
    store.require_whole(other, 1)
