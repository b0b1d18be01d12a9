"""`builtin:analyst`, a model without a network: common questions become programs, the rest is refused.

Read in this order: `phrasing` (ways of asking, put into one) → `lexing` (words) → `chunking` and `marks` (words to
roles and columns) → `tidying` → the filters, `conditions` and `dimensions` → `readings`, `rankings`, `studies_asked`
(the kind of question) → `question` (what was understood) → `explain` and `compiler` with `answers`, `groups`,
`courses`, `studies` (the program).  `joining` makes one table of two, `following` changes the question before.
"""

from daytwo.control.models.analyst.analyst import plan

__all__ = ["plan"]
