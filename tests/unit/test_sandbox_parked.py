"""Which parked child a run gets, and which one is fitted ahead: never the last that fits every run."""

import os

from hypothesis import given
from hypothesis import strategies as st

from daytwo.executor.sandbox.plan import limits_of, scratch_of
from daytwo.executor.sandbox.profiles import PROFILES
from daytwo.executor.sandbox.zygote import messages
from daytwo.executor.sandbox.zygote.execution import Child, Init
from daytwo.executor.sandbox.zygote.parked import Parked

FITS = [
    {"scratch": scratch_of(profile), "scratch_inodes": profile.inodes, "limits": limits_of(profile)}
    for profile in (PROFILES["small"], PROFILES["medium"], PROFILES["large"])
]
SMALL, MEDIUM, LARGE = FITS
POOLS = st.lists(st.sampled_from([None, *FITS]), max_size=5)


def parked_with(fits):
    parked = Parked()
    for fit in fits:
        ours, theirs = messages.pair()
        theirs.close()
        child = Child(1, ours, Init(os.pidfd_open(os.getpid()), 0), None)
        child.fitted = fit
        parked.children.append(child)
    return parked


def let_go_of(parked, *taken):
    for child in (*parked.children, *filter(None, taken)):
        child.bury()


@given(POOLS, st.sampled_from(FITS))
def test_a_run_gets_its_own_fit_before_none_and_never_another(fits, fit):
    parked = parked_with(fits)
    child = parked.take(fit)
    assert (None if child is None else child.fitted) == (fit if fit in fits else None)
    assert (child is None) == (fit not in fits and None not in fits)
    assert len(parked.children) == len(fits) - (child is not None)
    let_go_of(parked, child)


@given(POOLS, st.sampled_from(FITS))
def test_only_what_is_fitted_to_something_else_is_given_up(fits, fit):
    parked = parked_with(fits)
    misfits = []
    while (child := parked.take_misfit(fit)) is not None:
        misfits.append(child)
    assert [child.fitted for child in misfits] == [other for other in fits if other not in (fit, None)]
    assert all(child.fitted in (fit, None) for child in parked.children)
    let_go_of(parked, *misfits)


@given(POOLS, st.sampled_from(FITS))
def test_one_is_fitted_ahead_while_another_stays_unfitted(fits, fit):
    parked = parked_with(fits)
    child = parked.to_fit(fit)
    assert (child is not None) == (fits.count(None) > 1 and fit not in fits)
    if child is not None:
        child.fitted = fit
        assert parked.to_fit(fit) is None
        assert any(other.fitted is None for other in parked.children)
    let_go_of(parked)
