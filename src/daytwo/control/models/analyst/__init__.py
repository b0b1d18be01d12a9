"""`builtin:analyst`, the model that needs no network: common questions of one table become programs, the rest is refused.

Read in this order: `lexing` (words) → `chunks` (words to roles and columns) → `filters`, `time_filters`, `dimensions`
→ `readings` (the kind of question) → `question` (what was understood) → `explain` and `compiler`.
"""

from daytwo.control.models.analyst.analyst import plan

__all__ = ["plan"]
