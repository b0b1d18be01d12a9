"""Two executions are equal where all that they left is; else the first difference is the first part that differs."""

from hypothesis import given
from hypothesis import strategies as st

from daytwo.executor.step.trace import differences, digest_of
from daytwo.wire.replay import DIFFERENCES_LIMIT, Part

TRACES = st.dictionaries(st.tuples(st.sampled_from(Part), st.text("ab1", max_size=3)), st.text("xy", max_size=2))


@given(TRACES, TRACES)
def test_traces_differ_where_their_digests_do(was, now):
    found = differences(was, now)
    assert bool(found) == (was != now) == (digest_of(was) != digest_of(now))
    assert {(one.part, one.name) for one in found} == {
        key for key in was.keys() | now.keys() if was.get(key) != now.get(key)
    }
    for one in found:
        key = (one.part, one.name)
        assert one.how == {(True, True): "changed", (False, True): "new", (True, False): "gone"}[key in was, key in now]
    places = [list(Part).index(one.part) for one in found]
    assert places == sorted(places)


def test_of_many_differences_the_first_are_named():
    now = {(Part.SENTENCE, str(number)): "x" for number in range(500)}
    assert [one.name for one in differences({}, now)] == [str(number) for number in range(DIFFERENCES_LIMIT)]
