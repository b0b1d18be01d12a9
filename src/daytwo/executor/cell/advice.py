"""What libraries advise those who install them: not for the program that happens to use them.

Pandas warns wherever two readers of workbooks are installed, and here the reading of data needs the second.
"""

from __future__ import annotations

import warnings

_EXCEL = "The default engine for reading 'xlsx' files will change"


def silence() -> None:
    warnings.filterwarnings("ignore", message=_EXCEL)
