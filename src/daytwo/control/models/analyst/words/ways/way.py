"""One way of asking: what it looks like, and how it is said in the one way that the rules read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

Becomes = str | Callable[[re.Match[str]], str]

NUMBER = r"\d+(?:\.\d+)?"
GRAIN = r"(?:day|week|month|quarter|year)"
COUNTED = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|\d+)"
_SIZES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@dataclass(frozen=True)
class Way:
    """`asked` and `read` are an example, which a test holds the pattern to.

    What a way makes may hold marks that begin with `@`: roles of `rules.marks`, which nobody types by accident.
    """

    pattern: str
    becomes: Becomes
    asked: str
    read: str
    by_case: bool = False
    """Whether capitals count."""

    def put(self, text: str) -> str:
        """The text, said in the way that the rules read."""
        flags = re.NOFLAG if self.by_case else re.IGNORECASE
        return " ".join(re.sub(self.pattern, self.becomes, text, flags=flags).split())


def size(text: str) -> str:
    """`three` → `3`."""
    word = text.casefold()
    return str(_SIZES.index(word) + 1) if word in _SIZES else word
