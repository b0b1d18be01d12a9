"""The gateway to language models: any of them, through one door.

`Gateway.complete` takes a `ModelCall` to the provider that its model names.  Importing this imports no vendor's SDK.
"""

from daytwo.control.models.audit import AuditRecord, AuditSink, CallContext
from daytwo.control.models.gateway import BUILTIN_ANALYST, Gateway, ModelInfo, TestReport
from daytwo.control.models.request import ChatMessage, ModelCall, ModelReply, PastRun, PastStep, PlanRequest, Step
from daytwo.control.models.settings import (
    ModelsSettings,
    ProviderKind,
    ProviderSettings,
    from_environment,
    with_environment,
)

__all__ = [
    "BUILTIN_ANALYST",
    "AuditRecord",
    "AuditSink",
    "CallContext",
    "ChatMessage",
    "Gateway",
    "ModelCall",
    "ModelInfo",
    "ModelReply",
    "ModelsSettings",
    "PastRun",
    "PastStep",
    "PlanRequest",
    "ProviderKind",
    "ProviderSettings",
    "Step",
    "TestReport",
    "from_environment",
    "with_environment",
]
