"""What lives inside the sandbox: the names a program may call, and the saving and restoring of its variables.

This room is mounted alone into the sandbox as the package `cell`, so it imports nothing of daytwo but itself
(relatively), and nothing slow at import time: pandas, polars, duckdb, pyarrow, matplotlib and plotly load when the
program first needs them.  The executor starts it as a process (`program`, `reading.profile`, `script`), and imports
from it only `frames` and `reading.headers`.
"""
