"""The prompt: `system.md` is the page that models read, `render` puts a request behind it."""

from daytwo.control.planner.prompt.render import render, system_page
from daytwo.control.planner.prompt.words import sheets_in_words

__all__ = ["render", "sheets_in_words", "system_page"]
