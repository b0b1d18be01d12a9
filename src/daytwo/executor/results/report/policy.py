"""The Content-Security-Policy of a report (CSP level 3): our own style and scripts by digest, pictures from within."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

_SANDBOX = "sandbox allow-scripts allow-downloads"
"""Of the served page: an origin of its own, so that not even our scripts reach this server's other answers."""


def page_policy(style: str, scripts: Sequence[str], *, draws: bool) -> str:
    """What a page may do, as its own `meta` element says it.

    Args:
        style: the text of its one style sheet.
        scripts: the texts of its scripts.
        draws: whether plotly draws in it, which sets styles on what it draws and makes an empty style sheet.
    """
    styles = [_digest(style)] + ([_digest("")] if draws else [])
    parts = [
        "default-src 'none'",
        *([f"script-src {' '.join(_digest(script) for script in scripts)}"] if scripts else []),
        f"style-src {' '.join(styles)}",
        *(["style-src-attr 'unsafe-inline'"] if draws else []),
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join(parts)


def served_policy(policy: str) -> str:
    """The same as a header, which can say more than an element."""
    return f"{policy}; frame-ancestors 'none'; {_SANDBOX}"


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"
