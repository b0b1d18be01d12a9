"""Links to reports: a ticket that opens one report once, and the view that it becomes.

The bearer token of this origin never stands in an address.  Whoever holds it asks for a ticket: random, good for one
run, once, and for a short while; a browser's first request turns it into a cookie for that run's report alone, which
ends by itself.  All of it lives in memory, as digests: it does not outlive the process.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass

from daytwo.wire.errors import Unauthenticated
from daytwo.wire.run import RunView

TICKET_SECONDS = 120.0
VIEW_SECONDS = 900.0
HELD_LIMIT = 64
"""Tickets, and views, at a time; the oldest make room."""
_TOKEN_BYTES = 32


@dataclass(frozen=True)
class _Held:
    view: RunView
    until_seconds: float


class Links:
    """Gives out tickets and views.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._tickets: dict[str, _Held] = {}
        self._views: dict[str, _Held] = {}

    def ticket(self, view: RunView) -> str:
        """A new ticket for the report of this run."""
        return self._hold(self._tickets, view, TICKET_SECONDS)

    def redeem(self, run: str, ticket: str) -> str:
        """The view that a ticket becomes; the ticket is spent whatever comes of it.

        Raises:
            Unauthenticated: `link_spent`.
        """
        with self._lock:
            held = self._tickets.pop(_digest(ticket), None)
        if held is None or held.view.run != run or self._clock() > held.until_seconds:
            raise _spent(run)
        return self._hold(self._views, held.view, VIEW_SECONDS)

    def viewed(self, run: str, view: str) -> RunView:
        """The run that a view shows, as it was when its link was made.

        Raises:
            Unauthenticated: `link_spent`.
        """
        with self._lock:
            held = self._views.get(_digest(view))
        if held is None or held.view.run != run or self._clock() > held.until_seconds:
            raise _spent(run)
        return held.view

    def _hold(self, held: dict[str, _Held], view: RunView, seconds: float) -> str:
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        with self._lock:
            while len(held) >= HELD_LIMIT:
                held.pop(next(iter(held)))
            held[_digest(token)] = _Held(view, self._clock() + seconds)
        return token


def _digest(token: str) -> str:
    """Looked up by digest, so that how long a look-up takes says nothing of any token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _spent(run: str) -> Unauthenticated:
    return Unauthenticated(
        "link_spent",
        f"This link was used already or is too old: each opens once. Make another: daytwo runs show {run} --open",
    )
