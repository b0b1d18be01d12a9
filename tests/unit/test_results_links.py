"""Links to reports: each opens one report once, for a while."""

from __future__ import annotations

import pytest

from daytwo.executor.results.links import HELD_LIMIT, TICKET_SECONDS, VIEW_SECONDS, Links
from daytwo.wire.errors import Unauthenticated
from daytwo.wire.identifiers import new_id
from daytwo.wire.run import RunStatus, RunView

AT = "2026-01-02T03:04:05.678Z"
RUN = new_id("run")


def view(run: str = RUN) -> RunView:
    return RunView(
        run=run,
        session=new_id("session"),
        status=RunStatus.SUCCEEDED,
        question="q",
        model="builtin:analyst",
        profile="small",
        created_at=AT,
        updated_at=AT,
    )


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def links(clock: Clock) -> Links:
    return Links(clock)


def test_a_ticket_opens_its_report_once(links: Links) -> None:
    ticket = links.ticket(view())
    shown = links.redeem(RUN, ticket)
    assert shown != ticket
    assert links.viewed(RUN, shown).run == RUN
    assert links.viewed(RUN, shown).run == RUN  # a reload
    with pytest.raises(Unauthenticated) as refused:
        links.redeem(RUN, ticket)
    assert refused.value.code == "link_spent"
    assert "--open" in refused.value.message


def test_a_ticket_of_another_run_opens_nothing_and_is_spent(links: Links) -> None:
    other = new_id("run")
    ticket = links.ticket(view(other))
    for run in (RUN, other):
        with pytest.raises(Unauthenticated):
            links.redeem(run, ticket)
    shown = links.redeem(RUN, links.ticket(view()))
    with pytest.raises(Unauthenticated):
        links.viewed(other, shown)


def test_tickets_and_views_end(links: Links, clock: Clock) -> None:
    late, early = links.ticket(view()), links.ticket(view())
    shown = links.redeem(RUN, early)
    clock.now += TICKET_SECONDS + 1
    with pytest.raises(Unauthenticated):
        links.redeem(RUN, late)
    assert links.viewed(RUN, shown)
    clock.now += VIEW_SECONDS
    with pytest.raises(Unauthenticated):
        links.viewed(RUN, shown)


def test_no_more_than_the_limit_are_held(links: Links) -> None:
    tickets = [links.ticket(view()) for _ in range(HELD_LIMIT + 1)]
    assert len(set(tickets)) == HELD_LIMIT + 1
    with pytest.raises(Unauthenticated):
        links.redeem(RUN, tickets[0])
    assert links.redeem(RUN, tickets[1])


@pytest.mark.parametrize("token", ["", "x", "\ud800", "\x00", "x" * 100_000])
def test_what_is_no_token_opens_nothing(links: Links, token: str) -> None:
    links.redeem(RUN, links.ticket(view()))
    for opened in (links.redeem, links.viewed):
        with pytest.raises(Unauthenticated):
            opened(RUN, token)
