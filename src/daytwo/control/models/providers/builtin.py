"""`builtin:analyst`: plans from the typed request, offline."""

from __future__ import annotations

from daytwo.control.models.analyst import plan
from daytwo.control.models.request import ModelCall, ModelReply


def reply(call: ModelCall) -> ModelReply:
    return ModelReply(tool_arguments=plan(call.plan).model_dump_json(), model=call.model)
