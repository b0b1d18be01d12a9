"""The zygote's memory before it is copied: what is allocated later lies together, and gathering changes nothing."""

import os
import subprocess
import sys
from pathlib import Path

from daytwo.executor import sandbox

SCATTER = """
import random
scattered = [bytes(n) for n in range(480) for _ in range(99)]
random.seed(1)
random.shuffle(scattered)
del scattered[::2]
"""
PAGES = """
def pages(size):
    return len({id(block) // 4096 for block in [bytes(size - 33) for _ in range(400)]})
"""


def alone(source):
    """What a script prints in an interpreter of its own."""
    folder = Path(sandbox.__path__[0])
    ran = subprocess.run(
        [sys.executable, "-c", f"import importlib, sys\nsys.path.append({str(folder)!r})\n{source}"],
        capture_output=True,
        text=True,
        check=True,
        env={name: value for name, value in os.environ.items() if name != "PYTHONMALLOC"},
    )
    return ran.stdout.split()


def test_what_is_allocated_after_filling_lies_together():
    fill = "importlib.import_module('zygote.pages').fill_holes()"
    report = "print(pages(64), pages(256))"
    before = alone(SCATTER + PAGES + report)
    after = alone(SCATTER + fill + PAGES + report)
    least = [400 * 64 // 4096, 400 * 256 // 4096]
    assert all(int(pages) <= fewest + 6 for pages, fewest in zip(after, least, strict=True))
    assert all(int(pages) > 2 * fewest for pages, fewest in zip(before, least, strict=True))


def test_gathering_leaves_every_byte_where_it_was():
    said = alone(
        "import hashlib\n"
        "blocks = [bytes([n % 251]) * 70_000 for n in range(300)]\n"
        "def digest(): return hashlib.sha256(b''.join(blocks)).hexdigest()\n"
        "before, places = digest(), [id(block) for block in blocks]\n"
        "importlib.import_module('zygote.pages').gather()\n"
        "print(before == digest(), places == [id(block) for block in blocks])\n"
    )
    assert said == ["True", "True"]
