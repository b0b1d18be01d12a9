"""What holds for every program of an interpreter, whichever it is: set once, by importing this.

A zygote imports it before its first fork, so that none of its programs waits for it.
"""

from __future__ import annotations

from . import advice, workers

workers.prepare()
advice.silence()
