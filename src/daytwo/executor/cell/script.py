"""Runs a whole script inside a sandbox, as `python FILE.py` would: the operator's `daytwo sandbox run`.

The job on standard input is `{"source": …}`.  Exit codes are Python's own, but 86 for a `MemoryError`.
"""

from __future__ import annotations

import json
import linecache
import os
import sys
import traceback

from . import standing  # noqa: F401 - imported for what it sets

EXIT_MEMORY = 86
_NAME = "<script>"


def main() -> None:
    source: str = json.loads(sys.stdin.buffer.read())["source"]
    linecache.cache[_NAME] = (len(source), None, source.splitlines(keepends=True), _NAME)
    sys.argv = [_NAME, *sys.argv[1:]]
    module = type(sys)("__main__")
    sys.modules["__main__"] = module
    try:
        exec(compile(source, _NAME, "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - what a sandbox is for
    except Exception as error:  # noqa: BLE001 - the boundary of a program
        vars(module).clear()  # so that there is memory to write the traceback in
        error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
        traceback.print_exception(error)
        sys.stdout.flush()
        os._exit(EXIT_MEMORY if isinstance(error, MemoryError) else 1)


if __name__ == "__main__":
    main()
