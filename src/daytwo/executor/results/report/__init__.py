"""The report of a run, and its receipt: HTML pages that hold all they show, fetch nothing and follow nothing.

What programs made is data here: texts are escaped, pictures are bytes, figures of plotly are the reduced
specification.  Scripts and styles are ours, and a policy names them by their digests, so that nothing else
runs (docs/adr/0014-report-page.md).
"""

from daytwo.executor.results.report.page import Artefact, Page, page_of
from daytwo.executor.results.report.receipt import receipt_page

__all__ = ["Artefact", "Page", "page_of", "receipt_page"]
