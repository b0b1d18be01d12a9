"""The report of a run: one HTML page that holds all it shows, fetches nothing and follows nothing.

What programs made is data here: texts are escaped, pictures are bytes, figures of plotly are the reduced
specification.  The page's scripts and style are ours, and a policy names them by their digests, so that nothing else
runs (docs/adr/0009-report-page.md).
"""

from daytwo.executor.results.report.page import Page, page_of

__all__ = ["Page", "page_of"]
