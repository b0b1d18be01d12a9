"""HTTP of the control plane: routes for people and for executors, event streams, authentication at the door."""

from daytwo.control.api.app import create_app
from daytwo.control.api.state import ControlState

__all__ = ["ControlState", "create_app"]
