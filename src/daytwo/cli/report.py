"""`--open`: the report of a run, in a browser if there is one here, else as an address to open.

Reports come from the executor's own origin; the address holds a ticket that opens one report once.  Where a command
started the planes for its own life, it keeps them until Ctrl-C, or until the report's view has ended by itself.  With
`--json`, a file beside the answer takes the place of an address: its reader is a program.
"""

from __future__ import annotations

import os
import sys
import threading
import webbrowser
from contextlib import suppress
from pathlib import Path

import typer

from daytwo.cli import terminal, upfile
from daytwo.sdk import Client
from daytwo.wire.run import RunView

OPEN = typer.Option(False, "--open", help="Show the report: question, answer, charts, programs and receipt as a page.")
VIEW_SECONDS = 900.0
"""As long as the executor shows one report for one ticket."""
FILE = "report.html"


def show_report(client: Client, view: RunView, home: Path, *, as_json: bool) -> None:
    """Opens the report of a run, or says where it is."""
    if as_json:
        terminal.note(f"Report: {keep_report(client, view, home / 'answers' / view.run)}")
        return
    url = client.report_url(view)
    if _has_browser() and webbrowser.open(url):
        terminal.note(f"The report is open in your browser. Once more: daytwo runs show {view.run} --open")
    else:
        terminal.line(f"Report, to be opened once and within two minutes: {url}")
    up = upfile.read_up(home)
    if up is not None and not up.lasting:
        terminal.note("It is served until Ctrl-C, or for 15 minutes. (With `daytwo up` no command has to wait.)")
        with suppress(KeyboardInterrupt):
            threading.Event().wait(VIEW_SECONDS)


def keep_report(client: Client, view: RunView, folder: Path) -> Path:
    """Writes the report as a file that holds all it shows."""
    return kept(client.report(view), folder, FILE)


def kept(html: str, folder: Path, name: str) -> Path:
    """Writes a page, which appears whole or not at all."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    part = path.with_suffix(".part")
    part.write_text(html, "utf-8")
    part.replace(path)
    return path


def _has_browser() -> bool:
    """Whether a page would show in a window of the person: not in a terminal, and not on a server."""
    if not sys.stdout.isatty():
        return False
    return sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
