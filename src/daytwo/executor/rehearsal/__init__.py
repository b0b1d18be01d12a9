"""Rehearsal: every program runs on mock rows first; all that it does there is told to the model, at no cost in bits.

`mock` makes rows of the datasets' sheets and of the program's own literals alone: no byte of them comes from data
(docs/adr/0008-mock-rows.md).  `Rehearser` runs programs on them (docs/adr/0010-rehearsal.md).
"""

from daytwo.executor.rehearsal.capture import read_shapes
from daytwo.executor.rehearsal.literal import Literal, Use
from daytwo.executor.rehearsal.literals import literals
from daytwo.executor.rehearsal.mock import Mock, mock
from daytwo.executor.rehearsal.rehearse import Rehearser

__all__ = ["Literal", "Mock", "Rehearser", "Use", "literals", "mock", "read_shapes"]
