"""Registering waits for the executor, tells how far it is, and gives up one that says nothing."""

import threading

import pytest

from daytwo.cli import registering
from daytwo.cli.registering import doing, registered
from daytwo.wire.errors import Invalid, Retryable
from daytwo.wire.result import Reading, RegisterDataset, Stage

NEW = RegisterDataset(paths=("/data/orders.csv",))


def reading(stage=Stage.COLUMNS, share=0.4, paths=NEW.paths):
    return Reading(dataset="orders", paths=paths, whole=False, stage=stage, share=share, seconds=3)


class Executor:
    """A client: answers a registration once it was asked for readings so many times."""

    def __init__(self, readings=(), answer="registered"):
        self._readings = list(readings)
        self._answer = answer
        self._asked_enough = threading.Event()

    def another(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._asked_enough.set()

    def register(self, _new):
        self._asked_enough.wait()
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer

    def readings(self):
        if not self._readings:
            self._asked_enough.set()
            return []
        found = self._readings.pop(0)
        if isinstance(found, Exception):
            raise found
        return [found]


@pytest.fixture(autouse=True)
def fast(monkeypatch):
    monkeypatch.setattr(registering, "POLL_SECONDS", 0.001)
    monkeypatch.setattr(registering, "LINE_SECONDS", 0.0)


def test_what_the_executor_is_at_is_shown_until_it_answers():
    said = []
    other = reading(paths=("/data/other.csv",)).model_copy(update={"dataset": "other"})
    executor = Executor([reading(), reading(stage=None), other])
    assert registered(executor, NEW, said.append) == "registered"
    assert said[0] == "reading orders.csv"
    assert "finding the columns (40% of this pass), " in said[1]
    assert said[2] == "reading orders.csv: getting a sandbox ready, 0 s so far"
    assert "waiting for other to be read, " in said[3]


def test_what_is_wrong_with_the_data_is_raised():
    with pytest.raises(Invalid, match="empty"):
        registered(Executor(answer=Invalid("file_empty", "It is empty.")), NEW, lambda _: None)


def test_an_executor_that_says_nothing_is_given_up():
    silent = Executor([Retryable("executor_unreachable", "no answer")] * 10_000)
    with pytest.raises(Retryable) as given_up:
        registered(silent, NEW, lambda _: None, silence_seconds=0.02)
    assert given_up.value.code == "executor_silent"
    assert "daytwo down" in given_up.value.message


def test_the_full_pass_is_told_the_same_way():
    assert doing(reading(share=None)) == "finding the columns"
    assert doing(reading(stage=None)) == "getting a sandbox ready"
