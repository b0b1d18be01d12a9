"""Rehearsal: what a program can be tried on at no cost, made of what its model knows already.

`mock` makes rows of a dataset's sheet and of the program's own literals alone: no byte of them comes from data
(docs/adr/0008-mock-rows.md).  Running programs on them is for a later module of this room.
"""

from daytwo.executor.rehearsal.literal import Literal, Use
from daytwo.executor.rehearsal.literals import literals
from daytwo.executor.rehearsal.mock import Mock, mock

__all__ = ["Literal", "Mock", "Use", "literals", "mock"]
