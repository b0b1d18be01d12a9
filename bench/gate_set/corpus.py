"""The hostile programs of `programs.txt`: `## channel`, then for each `# name` and its steps, `---` between them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PRELUDE = """\
import os, sys, struct, json
df = data("people").pandas()
value = df["name"][0]
number = int(df["code"][0])
odd = number % 2
def put(header, payload=b"", declared=None):
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    size = len(payload) if declared is None else declared
    os.write(3, struct.pack(">I", len(head)) + head + struct.pack(">Q", size) + payload)
"""


@dataclass(frozen=True)
class Hostile:
    """A program that tries to carry the first cell out, in one step or more."""

    channel: str
    name: str
    steps: tuple[str, ...]


def corpus() -> list[Hostile]:
    text = (Path(__file__).parent / "programs.txt").read_text("utf-8")
    found = []
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        channel, _, programs = part.partition("\n")
        for program in re.split(r"^# ", programs, flags=re.MULTILINE)[1:]:
            name, _, body = program.partition("\n")
            first, *later = body.split("---\n")
            found.append(Hostile(channel, name, (PRELUDE + first, *later)))
    return found
