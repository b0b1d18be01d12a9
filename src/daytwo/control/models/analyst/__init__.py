"""`builtin:analyst`, a model without a network: common questions of one table become programs, the rest is refused.

Read in this order: `lexing` (words) → `chunking` (words to roles and columns) → the filters and `dimensions`
→ `readings` (the kind of question) → `question` (what was understood) → `explain` and `compiler`.
"""

from daytwo.control.models.analyst.analyst import plan

__all__ = ["plan"]
