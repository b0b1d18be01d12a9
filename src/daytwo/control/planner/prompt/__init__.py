"""The prompt: `system.md` is the page that models read, `render` puts a request behind it."""

from daytwo.control.planner.prompt.render import render, system_page

__all__ = ["render", "system_page"]
