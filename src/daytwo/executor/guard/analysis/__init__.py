"""Abstract interpretation of programs: what each expression may stand for, and where it lays hold of the outside."""

from daytwo.executor.guard.analysis.analysis import Analysis
from daytwo.executor.guard.analysis.heap import Outside
from daytwo.executor.guard.analysis.scopes import Scope
from daytwo.executor.guard.analysis.values import HOLE, TooComplexError

__all__ = ["HOLE", "Analysis", "Outside", "Scope", "TooComplexError"]
