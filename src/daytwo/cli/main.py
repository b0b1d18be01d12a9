"""The entry point: picks the command's module, runs it, and turns what it raises into a message and an exit status.

A command's module is imported only when it is called, so that `daytwo status` does not pay for what `daytwo ask` uses.
"""

from __future__ import annotations

import errno
import gc
import json
import os
import sys
import tempfile
import traceback
from importlib import import_module
from pathlib import Path

try:
    import typer

    from daytwo.cli.terminal import printable, ready_streams
    from daytwo.cli.usage import Exit, Usage
    from daytwo.wire.errors import DaytwoError
except KeyboardInterrupt:
    # Ctrl-C while Python still loads: there is nothing to tell, and a traceback would tell it badly.
    sys.exit(130)

MODULES: dict[str, str] = {
    "demo": "demo",
    "up": "up",
    "down": "up",
    "status": "up",
    "ask": "ask",
    "doctor": "doctor",
    "data": "data",
    "runs": "runs",
    "sessions": "sessions",
    "receipts": "receipts",
    "guard": "guard",
    "sandbox": "sandbox",
    "ledger": "ledger",
    "approvals": "approvals",
    "models": "models",
    "control": "serve",
    "executor": "serve",
    "database": "serve",
    "backup": "backup",
    "restore": "backup",
}
"""Command → its module in `daytwo.cli`; each module has `register(app)`."""

_OUTPUT_FAULTS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def build(command: str | None) -> typer.Typer:
    """The application with one command's module, or with all of them where no command is named."""
    app = typer.Typer(
        name="daytwo",
        help="Data agents that survive day two: a model plans and writes code, the code runs next to the data.",
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_root)
    names = [MODULES[command]] if command in MODULES else list(dict.fromkeys(MODULES.values()))
    for name in names:
        import_module(f"daytwo.cli.{name}").register(app)
    return app


def _root(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version and end."),
) -> None:
    if version:
        from daytwo import __version__

        print(__version__)
    elif context.invoked_subcommand is None:
        print(context.get_help())


def run(arguments: list[str] | None = None) -> None:
    """Runs the command line and exits with its status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    ready_streams()
    try:
        status = _status_of(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output has gone, e.g. `daytwo runs list | head`: nothing is wrong, and nobody is there
        # to tell.  Standard output must not be flushed again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = Exit.FAILED
    except OSError as error:
        # Standard output is a file on a full disk, or a terminal that has gone.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        message = f"Standard output cannot be written: {error.strerror}. What was printed is not all there is."
        _tell("output_failed", message, as_json="--json" in arguments)
        status = Exit.FAILED
    # All is in order by now.  Without this, Python looks through every object of a plane once more: half a second each.
    gc.freeze()
    sys.exit(int(status))


def _status_of(arguments: list[str]) -> int:
    as_json = "--json" in arguments
    command = next((word for word in arguments if not word.startswith("-")), None)
    try:
        answer = build(command)(arguments, prog_name="daytwo", standalone_mode=False)
    except DaytwoError as error:
        _tell(error.code, error.message, as_json=as_json)
        return Exit.USAGE if isinstance(error, Usage) else Exit.FAILED
    except (typer.Abort, KeyboardInterrupt):
        return Exit.INTERRUPTED
    except typer.TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            print(error.format_message())
            return Exit.USAGE
        _tell("usage", _usage(error), as_json=as_json)
        return error.exit_code
    except Exception as error:  # the outermost boundary: a person gets a message, never a traceback
        if _is_of_output(error):
            raise
        _tell("bug", _report(error), as_json=as_json)
        return Exit.FAILED
    return answer if isinstance(answer, int) else Exit.OK


def _usage(error: typer.TyperException) -> str:
    """What is wrong with the words, and whose help to read."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "daytwo"
    hint = " Data whose name begins with a dash is written ./-name." if type(error).__name__ == "NoSuchOption" else ""
    said = error.format_message().rstrip(".")
    end = "" if said.endswith("?") else "."
    return f"{said}{end}{hint} See `{path} --help`."


def _is_of_output(error: Exception) -> bool:
    """Whether standard output is at fault: its reader has gone, or its disk is full.

    Raised by a write, which names no file; a file that daytwo itself opens is named in the error.
    """
    if not isinstance(error, OSError):
        return False
    return isinstance(error, BrokenPipeError) or (error.errno in _OUTPUT_FAULTS and error.filename is None)


def _tell(code: str, message: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"error": {"code": code, "message": message}}), file=sys.stderr)
    else:
        print(f"error[{code}]: {printable(message)}", file=sys.stderr)


def _report(error: Exception) -> str:
    """Keeps the traceback in a file and says where: on the terminal only with DAYTWO_DEBUG=1."""
    text = "".join(traceback.format_exception(error))
    if os.environ.get("DAYTWO_DEBUG") == "1":
        print(text, file=sys.stderr)
    try:
        handle, name = tempfile.mkstemp(prefix="daytwo-bug-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        return f"{type(error).__name__}: run again with DAYTWO_DEBUG=1 to see where."
    return f"{type(error).__name__}: this is a mistake in daytwo, not yours. The details are in {Path(name)}."


if __name__ == "__main__":
    run()
