"""One step at the executor, through all of its rooms."""

from daytwo.executor.step.runner import Rooms, StepRunner

__all__ = ["Rooms", "StepRunner"]
