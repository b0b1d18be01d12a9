"""Context in, Step out: the prompt, the lenient reading of replies, one turn of repair.

`prompt/system.md` is the prompt that people can read; `Planner.plan` is the one call of the run's workflow.
"""

from daytwo.control.planner.parse import UnreadableReplyError, parse
from daytwo.control.planner.planner import Planned, Planner
from daytwo.control.planner.prompt import render

__all__ = ["Planned", "Planner", "UnreadableReplyError", "parse", "render"]
