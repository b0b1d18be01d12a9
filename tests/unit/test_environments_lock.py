"""A lock's digest names its content and nothing else: not its order, its comments, its line breaks."""

from hypothesis import given
from hypothesis import strategies as st

from daytwo.executor.environments.lock import read_lock

NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
PINS = st.dictionaries(
    NAMES, st.tuples(st.integers(0, 99), st.binary(min_size=32, max_size=32)), min_size=1, max_size=8
)


def written(pins, *, pretty):
    lines = [f"{name}=={version} --hash=sha256:{digest.hex()}" for name, (version, digest) in pins.items()]
    if pretty:
        lines = [line.replace(" --", " \\\n    --") + "\n    # via something" for line in reversed(lines)]
    return "\n".join(lines) + "\n"


@given(PINS)
def test_the_form_does_not_matter(pins):
    assert read_lock(written(pins, pretty=True)) == read_lock(written(pins, pretty=False))


@given(PINS, PINS)
def test_the_content_does(one, two):
    first, second = (read_lock(written(pins, pretty=False)) for pins in (one, two))
    assert (first.digest == second.digest) == (one == two)
