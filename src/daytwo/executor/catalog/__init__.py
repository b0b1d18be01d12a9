"""The catalog: datasets, profiling, schema sheets.

`Catalog` registers files, has a sandbox profile them, signs what its owner releases, and names the files that a cell
may read.  Nothing here parses a user's file.
"""

from daytwo.executor.catalog.catalog import Catalog
from daytwo.executor.catalog.confidential import Confidential
from daytwo.executor.catalog.kind import Kind
from daytwo.executor.catalog.naming import PERSONAL
from daytwo.executor.catalog.passes import FullPasses
from daytwo.executor.catalog.profiling import Backend

__all__ = ["PERSONAL", "Backend", "Catalog", "Confidential", "FullPasses", "Kind"]
