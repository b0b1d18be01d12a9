"""`builtin:analyst`: plans from the typed request, offline.

It insists: it would plan the same program again, whatever the rehearsal said.
"""

from __future__ import annotations

from daytwo.control.models.analyst import plan
from daytwo.control.models.request import ModelCall, ModelReply


def reply(call: ModelCall) -> ModelReply:
    step = plan(call.plan).model_copy(update={"insist": True})
    return ModelReply(tool_arguments=step.model_dump_json(), model=call.model)
