"""Environments: the sets of packages that programs run with, and how locked ones are built outside any sandbox."""

from daytwo.executor.environments.builder import Source
from daytwo.executor.environments.environment import Environment, default_environment, environment_at
from daytwo.executor.environments.store import Environments

__all__ = ["Environment", "Environments", "Source", "default_environment", "environment_at"]
