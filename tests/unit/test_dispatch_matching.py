"""What a task waits for, and which executor a run may go to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daytwo.control.dispatch.matching import REASONS, Needs, Standing, first_that_offers, unmet
from daytwo.wire.errors import Invalid

PROFILES = st.sampled_from(["small", "medium", "gpu"])
ENVIRONMENTS = st.none() | st.sampled_from(["a" * 64, "b" * 64])
needs = st.builds(Needs, PROFILES, ENVIRONMENTS, begun=st.booleans())
standings = st.builds(
    Standing,
    executor_id=st.just("executor_1"),
    name=st.just("there"),
    is_present=st.booleans(),
    is_draining=st.booleans(),
    is_revoked=st.booleans(),
    profiles=st.none() | st.lists(PROFILES, max_size=3).map(tuple),
    environment=ENVIRONMENTS,
)


@given(needs, standings)
def test_a_task_waits_exactly_for_what_its_executor_lacks(needs, standing):
    lacks = {
        "executor_revoked": standing.is_revoked,
        "executor_absent": not standing.is_present,
        "executor_draining": standing.is_draining and not needs.begun,
        "profile_not_offered": standing.profiles is not None and needs.profile not in standing.profiles,
        "environment_not_offered": bool(
            needs.environment and standing.environment and needs.environment != standing.environment
        ),
    }
    assert set(lacks) == REASONS
    wait = unmet(needs, standing)
    assert (wait is None) == (not any(lacks.values()))
    assert wait is None or lacks[wait.reason]


def test_a_wait_names_what_it_waits_for():
    there = Standing("executor_1", "big-box", is_present=True, profiles=("small", "medium"), environment="a" * 64)
    profile = unmet(Needs("gpu"), there)
    assert "waits for an executor with the profile `gpu`: big-box" in profile.message
    assert "small, medium" in profile.message
    environment = unmet(Needs("small", "b" * 64), there)
    assert "waits for an executor with the environment bbbbbbbbbbbb" in environment.message


@given(PROFILES, st.lists(standings, min_size=1, max_size=4))
def test_a_run_goes_to_the_first_executor_that_offers_its_profile_or_is_refused(profile, there):
    offering = [one for one in there if one.profiles is None or profile in one.profiles]
    if offering:
        assert first_that_offers(profile, there) is offering[0]
    else:
        with pytest.raises(Invalid, match=profile) as refused:
            first_that_offers(profile, there)
        assert refused.value.code == "profile_not_offered"
