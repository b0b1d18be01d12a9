"""Environments: the sets of packages that programs run with, and how locked ones are built outside any sandbox."""

from daytwo.executor.environments.environment import Environment, default_environment, environment_at
from daytwo.executor.environments.growth import Growth
from daytwo.executor.environments.store import Environments
from daytwo.executor.environments.uv import Source, find_uv

__all__ = ["Environment", "Environments", "Growth", "Source", "default_environment", "environment_at", "find_uv"]
