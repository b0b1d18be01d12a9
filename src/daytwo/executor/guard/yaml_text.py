"""YAML texts to plain values, by the parser in C where there is one: it is ten times as fast."""

from __future__ import annotations

from typing import Any

import yaml


def parse_yaml(text: str | bytes) -> Any:
    """The value that a YAML text stands for; plain types only.

    Raises:
        yaml.YAMLError: where it is none.
    """
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 -- both are safe
