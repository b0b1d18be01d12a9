"""Environments: the sets of packages that programs run with."""

from daytwo.executor.environments.environment import Environment, default_environment, environment_at

__all__ = ["Environment", "default_environment", "environment_at"]
