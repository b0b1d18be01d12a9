"""Messages between executor, keeper, zygote and child, also where the other side goes away too soon."""

import os

from daytwo.executor.sandbox.zygote import messages


def test_a_message_brings_its_descriptors():
    ours, theirs = messages.pair()
    reading, writing = os.pipe()
    messages.send(theirs, {"event": "born"}, [writing])
    os.close(writing)
    said = messages.receive(ours)
    assert said.message == {"event": "born"}
    os.write(said.descriptors[0], b"here")
    assert os.read(reading, 10) == b"here"
    for descriptor in (reading, *said.descriptors):
        os.close(descriptor)
    ours.close()
    theirs.close()


def test_last_words_are_read_of_one_that_was_killed_before_it_read_its_order():
    """The kernel says first that the connection was reset: a keeper that took that for its own end ended every run."""
    ours, theirs = messages.pair()
    messages.send(ours, {"go": "an order that is never read"})
    messages.send(theirs, {"event": "ended"})
    theirs.close()
    assert messages.receive(ours).message == {"event": "ended"}
    assert messages.receive(ours).message is None
    ours.close()


def test_one_that_went_without_a_word_is_gone():
    ours, theirs = messages.pair()
    messages.send(ours, {"go": "an order that is never read"})
    theirs.close()
    assert messages.receive(ours).message is None
    ours.close()
