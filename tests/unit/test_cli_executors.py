"""Which executor a command means, and what is said of its state."""

from __future__ import annotations

import pytest

from daytwo.cli.executors import _named, _state
from daytwo.cli.usage import Usage
from daytwo.wire.errors import Missing
from daytwo.wire.run import ExecutorView

AT = "2026-11-23T12:00:00.000Z"


def _view(number: int, name: str = "box", **more: object) -> ExecutorView:
    identity = {"executor": f"executor_{number:026}", "name": name, "results_url": "http://127.0.0.1:1"}
    return ExecutorView.model_validate(identity | {"connected": True} | more)


def test_one_is_meant_by_itself_several_by_id_or_name() -> None:
    one, two = _view(1), _view(2, "other")
    assert _named(None, [one]) is one
    assert _named(two.executor, [one, two]) is two
    assert _named("other", [one, two]) is two
    with pytest.raises(Usage):
        _named(None, [one, two])
    with pytest.raises(Usage):
        _named("box", [one, _view(3)])


def test_one_that_was_shut_out_is_not_meant() -> None:
    gone = _view(1, revoked_at=AT)
    for name, there in ((None, [gone]), (gone.executor, [gone]), ("nobody", [_view(2)])):
        with pytest.raises(Missing):
            _named(name, there)
    assert _named(None, [gone, _view(2)]) == _view(2)


def test_states_are_told_the_final_one_first() -> None:
    assert _state(_view(1)) == "connected"
    assert _state(_view(1, draining=True)) == "draining"
    assert _state(_view(1, draining=True, connected=False)) == "away"
    assert _state(_view(1, draining=True, connected=False, revoked_at=AT)) == "revoked"
