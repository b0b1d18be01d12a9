"""Results: what people see, kept at the executor and served on its own origin."""

from daytwo.executor.results.exports import Exporter
from daytwo.executor.results.limits import LIMITS, Limits
from daytwo.executor.results.server import create_app
from daytwo.executor.results.services import Services
from daytwo.executor.results.store import ResultStore
from daytwo.executor.results.writer import RUNNING, StepWriter

__all__ = ["LIMITS", "RUNNING", "Exporter", "Limits", "ResultStore", "Services", "StepWriter", "create_app"]
