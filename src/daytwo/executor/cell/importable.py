"""What a program imported: kept as the path that `import` brings it back from, never as bytes."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import types
from typing import Any


def import_path(value: Any) -> str | None:
    """`module`, or `module:name`, from where `import` brings back this very object; None where it does not."""
    if isinstance(value, types.ModuleType):
        return value.__name__ if sys.modules.get(value.__name__) is value else None
    if not isinstance(value, type | types.FunctionType | types.BuiltinFunctionType):
        return None
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(name, str) or module == "__main__":
        return None
    return f"{module}:{name}" if getattr(sys.modules.get(module), name, None) is value else None


def import_again(path: str, words: set[str]) -> Any:
    module, _, name = path.partition(":")
    found = importlib.import_module(module)
    if name:
        return getattr(found, name)
    _import_submodules(found, words)
    return found


def _import_submodules(package: types.ModuleType, words: set[str]) -> None:
    """Imports what `import xml.etree.ElementTree` imported beside `xml`, as far as the program names it."""
    if not hasattr(package, "__path__"):
        return
    for word in words:
        name = f"{package.__name__}.{word}"
        # Words hold dotted names of modules too; those are no submodule of every package.
        if word.isidentifier() and not hasattr(package, word) and importlib.util.find_spec(name) is not None:
            _import_submodules(importlib.import_module(name), words)
