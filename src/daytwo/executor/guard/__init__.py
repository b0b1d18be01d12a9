"""Guard: reviews programs before they reach a sandbox, and keeps what waits for a person's approval."""

from daytwo.executor.guard.approvals import Approvals
from daytwo.executor.guard.policy import CELL_NAMES, RULES_VERSION
from daytwo.executor.guard.review import FileReview, review, review_file

__all__ = ["CELL_NAMES", "RULES_VERSION", "Approvals", "FileReview", "review", "review_file"]
