"""The status pipe: JSON lines from the launcher to the executor.  The program never holds it."""

from __future__ import annotations

import json
import os

from .kernel import Refused


class Report:
    """Writes events; each is far below `PIPE_BUF`, so lines from several processes do not mix."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def event(self, name: str, **fields: object) -> None:
        os.write(self.descriptor, json.dumps({"event": name, **fields}).encode("ascii") + b"\n")

    def failure(self, error: BaseException) -> None:
        """Says why nothing ran."""
        if isinstance(error, Refused):
            self.event("refused", code=error.code, step=error.step[:512], errno=error.errno, detail=error.detail[:512])
        elif isinstance(error, OSError):
            self.event("refused", code="sandbox_unavailable", step=str(error)[:512], errno=error.errno or 0, detail="")
        else:
            step = f"{type(error).__name__}: {error}"[:512]
            self.event("refused", code="sandbox_unavailable", step=step, errno=0, detail="")
