"""`last` in place of an id: the run of the last question that was accepted, and the session it belongs to."""

from __future__ import annotations

from daytwo.cli.usage import Usage
from daytwo.sdk import Client
from daytwo.wire.run import RunView

LAST = "last"


def run_named(client: Client, word: str) -> str:
    """The run's id.

    Raises:
        Usage: `no_session`, where `last` was asked for and there is none.
    """
    return _last(client).run if word == LAST else word


def session_named(client: Client, word: str) -> str:
    """The session's id.

    Raises:
        Usage: `no_session`, where `last` was asked for and there is none.
    """
    return _last(client).session if word == LAST else word


def _last(client: Client) -> RunView:
    runs = client.runs(limit=1)
    if not runs:
        raise Usage("no_session", 'Nothing was asked yet, so there is no last. Ask first: daytwo ask data.csv "…"')
    return runs[0]
