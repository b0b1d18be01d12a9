"""The environment that programs run in, and those that grew out of it for programs that needed a package more.

An environment only grows: what it holds stays as it is, and what is added is found after it, so that nothing of it is
hidden.  State that was made in an environment therefore opens in whatever grew out of that, and a session goes on in
the environment that its last state was begun in.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from daytwo.executor.environments.environment import Environment
from daytwo.executor.environments.store import Environments
from daytwo.wire.errors import Denied, Missing
from daytwo.wire.result import Build

SAID_LIMIT_CHARACTERS = 200


class Growth:
    """Finds the environment of a state, and grows it.

    Args:
        base: what programs run in that need no more.
        environments: where grown ones are built and found.
        refused: distributions that may not come in, whatever needs them.
    """

    def __init__(self, base: Environment, environments: Environments, refused: frozenset[str] = frozenset()) -> None:
        self.base = base
        self._environments = environments
        self._refused = refused
        self._one_builder = threading.Lock()
        self._build: Build | None = None

    def begun_in(self, digest: str | None) -> Environment:
        """The environment in which a state of this content digest opens; the base for the empty state (None).

        Raises:
            Denied: `other_environment`.
            Unavailable: where it was thrown away and cannot be built again: `uv_missing`, `environment_build_failed`.
        """
        if digest is None or digest == self.base.content_digest:
            return self.base
        try:
            found = self._standing(digest)
        except Missing:
            found = None
        if found is None or found.site_packages != self.base.site_packages:
            raise Denied(
                "other_environment",
                f"This session's variables were made in the environment {digest[:12]} and programs now run in "
                f"{self.base.content_digest[:12]}, with other packages. Ask again in a new session, or let the "
                "operator set the earlier environment again.",
            )
        return found

    def _standing(self, digest: str) -> Environment:
        """An environment as it stands, or built again; nobody waits for a builder for what stands."""
        try:
            return self._environments.find(digest)
        except Missing:
            with self._one_builder:
                return self._environments.again(digest)

    def grown(self, environment: Environment, packages: Sequence[str], run_id: str) -> Environment:
        """An environment with these packages more; the same one where it brings them.  Blocks.

        Raises:
            Denied: `package_refused`.
            Unavailable: `uv_missing`, `environment_build_failed`.
        """
        with self._one_builder:
            self._build = Build(run=run_id, packages=tuple(packages))
            try:
                return self._environments.grow(environment, packages, self._refused, self._tell)
            finally:
                self._build = None

    @property
    def build(self) -> Build | None:
        """What is being built right now."""
        return self._build

    def _tell(self, said: str) -> None:
        if self._build is not None:
            self._build = self._build.model_copy(update={"said": said[:SAID_LIMIT_CHARACTERS]})
