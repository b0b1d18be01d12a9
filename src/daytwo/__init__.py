"""daytwo: data agents that survive day two.  docs/where.md maps each concept to its file."""

__version__ = "0.1.0"
