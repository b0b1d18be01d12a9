"""What is measured of one execution, and the program that every contender runs."""

from __future__ import annotations

from dataclasses import dataclass

LIBRARIES = ("numpy", "pandas", "pyarrow", "duckdb", "matplotlib.pyplot")


@dataclass(frozen=True)
class Timing:
    """From asking to the program's first byte, and to its end."""

    first_line_seconds: float
    exit_seconds: float


def program(descriptor: int) -> str:
    """Imports the libraries and says so on a file descriptor."""
    return f"import {', '.join(LIBRARIES)}, os\nos.write({descriptor}, b'here')\n"
