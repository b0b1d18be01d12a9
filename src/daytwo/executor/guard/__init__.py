"""Guard: reviews programs before they reach a sandbox, and keeps what waits for a person's approval.

What keeps records brings the ledger and its signatures along.  The process that reviews needs neither and starts sooner
without, so these two are imported when they are asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from daytwo.executor.guard.bulk import review_files
from daytwo.executor.guard.capability import MEANINGS, Capability
from daytwo.executor.guard.facts import CELL_NAMES, RULES_VERSION
from daytwo.executor.guard.file import FileReview, programs
from daytwo.executor.guard.policy import Policy, read_policy, shipped_policy
from daytwo.executor.guard.process import Guard
from daytwo.executor.guard.review import Language, Reviewed, binding

if TYPE_CHECKING:
    from daytwo.executor.guard.approvals import Approvals
    from daytwo.executor.guard.verdicts import Verdicts

_RECORDS = {"Approvals": "approvals", "Verdicts": "verdicts"}


def __getattr__(name: str) -> Any:
    if name not in _RECORDS:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_RECORDS[name]}"), name)


__all__ = [
    "CELL_NAMES",
    "MEANINGS",
    "RULES_VERSION",
    "Approvals",
    "Capability",
    "FileReview",
    "Guard",
    "Language",
    "Policy",
    "Reviewed",
    "Verdicts",
    "binding",
    "programs",
    "read_policy",
    "review_files",
    "shipped_policy",
]
