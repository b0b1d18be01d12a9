"""Guard: reviews programs before they reach a sandbox, and keeps what waits for a person's approval."""

from daytwo.executor.guard.approvals import Approvals
from daytwo.executor.guard.capability import MEANINGS, Capability
from daytwo.executor.guard.facts import CELL_NAMES, RULES_VERSION
from daytwo.executor.guard.file import FileReview, programs, review_file
from daytwo.executor.guard.policy import Policy, read_policy, shipped_policy
from daytwo.executor.guard.process import Guard
from daytwo.executor.guard.review import Language, Reviewed, binding
from daytwo.executor.guard.verdicts import Verdicts

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
    "review_file",
    "shipped_policy",
]
