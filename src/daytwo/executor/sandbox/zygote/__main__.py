"""Entry point of the keeper: `python -I -S …/zygote CONTROL` (one inherited socket)."""

import sys

_HERE = sys.path.pop(0)  # the folder's own name must be a package, so that siblings import each other relatively
sys.path.append(_HERE.rpartition("/")[0])

from importlib import import_module  # noqa: E402 - the path is set first

import_module("zygote.keeper").main(int(sys.argv[1]))
