"""What a call passes, as far as the places of its arguments are known."""

from __future__ import annotations

from dataclasses import dataclass, field

from daytwo.executor.guard.analysis.values import NOTHING, Values


@dataclass
class Arguments:
    """What a call passes."""

    positional: list[Values] = field(default_factory=list)
    named: dict[str, Values] = field(default_factory=dict)
    rest: Values = NOTHING
    """What starred arguments hold, as far as their places are not known."""

    def all(self) -> Values:
        return frozenset().union(self.rest, *self.positional, *self.named.values())

    def at(self, place: int, name: str = "") -> Values:
        if place < len(self.positional):
            return self.positional[place]
        return self.named.get(name, NOTHING) | self.rest

    def after(self, count: int) -> Arguments:
        return Arguments(self.positional[count:], self.named, self.rest)
