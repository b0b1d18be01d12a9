"""Questions: what people type is compared with the data here, before their client posts it to the control plane.

`Desk` checks and keeps what was let through; `ValueIndex` holds digests of the values that are looked for; `matching`
decides.  No value leaves: the person is told what was found, and the control plane nothing.
"""

from daytwo.executor.questions.desk import Desk, Past
from daytwo.executor.questions.values import ValueIndex

__all__ = ["Desk", "Past", "ValueIndex"]
