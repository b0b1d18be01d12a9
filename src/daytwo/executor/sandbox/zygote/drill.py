"""What a child does once before it parks: all that a run does, with a program of ours whose streams lead nowhere.

The pages that this writes to are the child's own when its run comes, which then does not wait for them to be copied.
"""

from __future__ import annotations

import json
import os
import sys

from . import messages, report
from .beginning import KEEPER_FD, STATUS_FD, get_ready, take

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .order import Go

_MODULE = "cell.script"
_PROGRAM = "def f(x): return [x]\nvalues = {i: f(i) for i in range(99)}"


def run(modules: list[str]) -> None:
    """Runs our program as one of a person's is run.

    Args:
        modules: what programs import, of which it imports those that the zygote has.
    """
    imported = ", ".join(name for name in ("os", "sys", *modules) if name in sys.modules)
    go: Go = {
        "module": _MODULE,
        "arguments": [],
        "variables": {name: value for name, value in os.environ.items() if name.endswith("_NUM_THREADS")},
        "cpus": 1,
        "check_readable": [],
        "home": os.getcwd(),  # noqa: PTH109 - see `files`
    }
    job, writer = os.pipe()
    os.write(writer, json.dumps({"source": f"import {imported}\n{_PROGRAM}"}).encode("ascii"))
    os.close(writer)
    nothing = os.open(os.devnull, os.O_RDWR)
    ours, theirs = messages.pair()
    # In the place of the run's channel, which is that of the socket to the keeper, stands that socket itself.
    messages.send(theirs, go, [nothing, job, nothing, nothing, KEEPER_FD])
    order = messages.receive(ours)
    theirs.close()
    take(order.descriptors, ours)
    main = get_ready(order.message)
    report.write(STATUS_FD, {"event": "started"})
    os.close(STATUS_FD)
    main()
