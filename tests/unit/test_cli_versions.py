"""The tree of a session's states, and what changed between two of them."""

from hypothesis import given
from hypothesis import strategies as st

from daytwo.cli.versions import EMPTY, changes, tree
from daytwo.wire.identifiers import new_id
from daytwo.wire.snapshot import KeptFile, KeptVariable, LostVariable, SnapshotView, Version

SESSION = new_id("session")
RUN = new_id("run")


def version(ordinal, base, session=SESSION, base_session=SESSION):
    return Version(
        session=session, snapshot=ordinal, base_session=base_session, base_snapshot=base, run=RUN, step=ordinal,
        is_current=False,
    )  # fmt: skip


def view(lost=(), imports=None, files=None, **marks):
    return SnapshotView(
        variables=tuple(KeptVariable(name=name, mark=mark, bytes=1) for name, mark in marks.items()),
        imports=imports or {},
        files=tuple(KeptFile(path=path, mark=mark, bytes=1) for path, mark in (files or {}).items()),
        lost=tuple(LostVariable(name=name, reason="it is a lock", made_by=None) for name in lost),
    )


def test_a_line_stays_at_one_depth_and_what_was_turned_away_from_stands_aside():
    drawn = [(front, one.snapshot) for front, one in tree([version(1, 0), version(2, 1), version(3, 2), version(4, 1)])]
    assert drawn == [("", 1), ("│ ", 2), ("│ ", 3), ("", 4)]


def test_a_fork_begins_where_its_origin_stood():
    fork = new_id("session")
    drawn = tree([version(1, 0), version(1, 1, session=fork, base_session=SESSION)])
    assert [one.session for _, one in drawn] == [SESSION, fork]


def test_what_changed_is_told_by_name():
    before = view(a="1", b="1", imports={"np": "numpy"}, files={"x.csv": "1"})
    after = view(a="1", b="2", c="1", imports={"np": "numpy"}, files={"x.csv": "2"}, lost=["lock"])
    found = changes(before, after)
    assert (found.new, found.changed, found.gone) == (("c",), ("b", "x.csv"), ())
    assert found.lost == {"lock": "it is a lock"}
    assert str(found) == "+c ~b ~x.csv !lock"
    assert str(changes(before, before)) == "no change"
    assert changes(after, EMPTY).gone == ("a", "b", "c", "np", "x.csv")


@given(st.lists(st.integers(min_value=0, max_value=30), max_size=30))
def test_every_version_is_drawn_once(bases):
    """Each version's base is an earlier one, or the empty state."""
    made = [version(ordinal, min(base, ordinal - 1)) for ordinal, base in enumerate(bases, 1)]
    assert sorted(one.snapshot for _, one in tree(made)) == list(range(1, len(made) + 1))
