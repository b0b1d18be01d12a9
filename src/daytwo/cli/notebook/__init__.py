"""`daytwo sessions export`: a session as a notebook that runs without daytwo."""

from daytwo.cli.notebook.document import Told, notebook

__all__ = ["Told", "notebook"]
