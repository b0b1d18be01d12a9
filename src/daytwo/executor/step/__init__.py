"""One step at the executor, through all of its rooms; and once more, to compare."""

from daytwo.executor.step.replay import Replayer
from daytwo.executor.step.runner import Rooms, StepRunner

__all__ = ["Replayer", "Rooms", "StepRunner"]
