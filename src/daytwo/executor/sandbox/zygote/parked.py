"""The parked children of a keeper: which of them a run gets, and which is fitted ahead of its run.

What has run last is what most likely runs next, so one child is fitted to it in a quiet moment.  A fit is for good: a
child that has one serves no other profile.  So it is never the only child.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .execution import Child
    from .order import Fit

_LEFT_UNFITTED = 1


class Parked:
    """Children that wait for a run, the longest first."""

    def __init__(self) -> None:
        self.children: list[Child] = []

    def take(self, fit: Fit) -> Child | None:
        """The child for a run of this fit: one that is fitted to it, or not fitted at all."""
        able = [child for child in self.children if child.fitted in (fit, None)]
        child = next((child for child in able if child.fitted), able[0] if able else None)
        if child is not None:
            self.children.remove(child)
        return child

    def take_misfit(self, fit: Fit) -> Child | None:
        """A child that is fitted to something else."""
        child = next((child for child in self.children if child.fitted not in (fit, None)), None)
        if child is not None:
            self.children.remove(child)
        return child

    def to_fit(self, fit: Fit) -> Child | None:
        """The child that may be fitted ahead now, if one may and none is."""
        unfitted = [child for child in self.children if child.fitted is None]
        is_due = len(unfitted) > _LEFT_UNFITTED and all(child.fitted != fit for child in self.children)
        return unfitted[0] if is_due else None
