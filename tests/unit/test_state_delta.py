"""A manifest told as a difference is the manifest; one that changed little is told in few bytes."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from daytwo.executor.cell.delta import difference, merged
from daytwo.executor.cell.shelves import shelved
from daytwo.executor.state import Manifest
from daytwo.executor.state.manifest import decoded, encoded, encoded_on, proposed, resolved
from daytwo.wire.errors import Denied

BLOBS = [{"name": f"{n:064x}", "bytes": 100} for n in range(6)]


@st.composite
def manifests(draw):
    blobs = draw(st.lists(st.sampled_from(BLOBS), min_size=1, unique_by=lambda blob: blob["name"]))
    span = st.tuples(st.integers(0, len(blobs) - 1), st.integers(0, 9), st.integers(1, 9)) | st.just((0, 0, 0))
    lying = st.tuples(st.integers(0, len(blobs) - 1), st.integers(0, 9), st.integers(1, 9))
    names = draw(st.lists(st.text("abc", min_size=1, max_size=3), unique=True, max_size=8))
    groups = tuple(((name,), draw(span), tuple(draw(st.lists(span, max_size=2)))) for name in names[::2])
    alone = [(name, span) for name in names[1::2] for span in (draw(lying),)]
    files = tuple(
        {"path": path, "span": draw(span)} for path in draw(st.lists(st.sampled_from("xyz"), unique=True, max_size=3))
    )
    modules = draw(st.dictionaries(st.sampled_from("mn"), st.just("math")))
    made = Manifest(groups=groups, shelves=shelved(alone), files=files, modules=modules, blobs=tuple(blobs))
    # as `commit` makes it: the blobs that are named, in the order of their naming
    return resolved(proposed(made.model_dump_json(exclude={"blobs"}).encode()), made.blobs, {})


def plain(manifest):
    return json.loads(manifest.model_dump_json())


def meaning(manifest):
    """What a manifest says, wherever its blobs stand."""

    def place(span):
        return (manifest.blobs[span[0]].name, *span[1:]) if span[2] else None

    return (
        {(group.names, place(group.stream), tuple(map(place, group.buffers))) for group in manifest.all_groups},
        {(file.path, place(file.span)) for file in manifest.files},
        manifest.modules,
        set(manifest.named_blobs),
    )


@settings(max_examples=200, deadline=None)
@given(manifests(), manifests())
def test_what_a_difference_makes_of_the_earlier_one_is_the_later_one(earlier, later):
    told = difference(plain(earlier), plain(later))
    made = Manifest.model_validate(merged(plain(earlier), json.loads(json.dumps(told))))
    assert meaning(made) == meaning(later)
    assert made.blobs[: len(earlier.blobs)] == earlier.blobs


def many(*changed):
    blobs = [*BLOBS[:1], *BLOBS[1 : 1 + len(changed)]]
    groups = {f"v{n}": (0, n, 1) for n in range(200)} | {name: (place, 0, 9) for place, name in enumerate(changed, 1)}
    return Manifest(shelves=shelved(groups.items()), blobs=tuple(blobs))


def test_one_of_many_is_told_in_few_bytes_and_read_back():
    whole = encoded(many())
    short = encoded_on(many("v7"), whole)
    assert len(short) * 5 < len(whole)
    assert meaning(decoded(short, whole)) == meaning(many("v7"))


def test_what_has_little_in_common_is_told_whole():
    assert encoded_on(many(), encoded(many("other"))) is not None
    assert encoded_on(many(), encoded(Manifest())) is None


def test_a_difference_from_another_manifest_is_damage():
    whole = encoded(many())
    short = encoded_on(many("v7"), whole)
    for wrong in (None, encoded(many("v8")), whole[:-1]):
        try:
            decoded(short, wrong)
        except Denied as refused:
            assert refused.code == "snapshot_damaged"  # noqa: PT017 -- one of several
        else:
            raise AssertionError(wrong)
