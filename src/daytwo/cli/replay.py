"""`--model replay:FILE`: replies read from a JSON-lines file, checked here and sent along with the run."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from daytwo.cli.usage import Usage
from daytwo.wire.run import REPLAY_LIMIT_LINES, ReplayLine

PREFIX = "replay:"
FILE_LIMIT_BYTES = 32 * 1024 * 1024


def replay_of(model: str | None) -> tuple[ReplayLine, ...] | None:
    """The replies, where the model is a replay; blank lines do not count.

    Raises:
        Usage: `replay_not_found`, `replay_unreadable`, `replay_malformed` with the line's number.
    """
    if model is None or not model.startswith(PREFIX):
        return None
    path = Path(model.removeprefix(PREFIX)).expanduser()
    try:
        if path.stat().st_size > FILE_LIMIT_BYTES:
            raise Usage("replay_malformed", f"{path} is larger than {FILE_LIMIT_BYTES // 2**20} MiB.")
        text = path.read_text("utf-8")
    except FileNotFoundError as error:
        raise Usage("replay_not_found", f"There is no {path}, which --model {model} names.") from error
    except OSError as error:
        raise Usage("replay_unreadable", f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise Usage("replay_malformed", f"{path} is not UTF-8 text.") from error
    return parse(text, path.name)


def parse(text: str, name: str) -> tuple[ReplayLine, ...]:
    """The replies in `text`, one JSON object a line."""
    lines = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            lines.append(ReplayLine.model_validate_json(line))
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise Usage(
                "replay_malformed",
                f"{name}, line {number}: {f'`{place}`: ' if place else ''}{first['msg']}. "
                'A line is {"code": "…"} or {"final": true, "code": "…"}.',
            ) from None
    if not lines:
        raise Usage("replay_malformed", f'{name} holds no reply. A line is {{"final": true, "code": "…"}}.')
    if len(lines) > REPLAY_LIMIT_LINES:
        raise Usage("replay_malformed", f"{name} holds {len(lines)} replies; at most {REPLAY_LIMIT_LINES} are sent.")
    return tuple(lines)
