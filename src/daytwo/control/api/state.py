"""What the routes of the control plane share; `daytwo.control.serve` wires it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncEngine

from daytwo.control.dispatch.tasks import RunHooks
from daytwo.control.models import Gateway
from daytwo.control.storage.notify import Notifications
from daytwo.wire.signing import SigningKey


@dataclass(frozen=True)
class ControlState:
    """The control plane's parts, as the routes use them."""

    database: AsyncEngine
    gateway: Gateway
    notifications: Notifications
    run_hooks: RunHooks
    ledger_origin: str
    ledger_key: SigningKey
    due_limit: int
    """How many runs of one organisation may wait for their turn."""


def state_of(request: Request) -> ControlState:
    return cast("ControlState", request.app.state.control)
