"""What a person got of a run beside what the model and the control plane did: read off the receipt, in words."""

from __future__ import annotations

from collections.abc import Sequence

from daytwo.legible import count
from daytwo.wire.observation import ROW_BUCKETS, Alphabet, Observation, Outcome, bits, size
from daytwo.wire.result import HeldBack, Receipt, StepResult
from daytwo.wire.run import RunView
from daytwo.wire.sheet import Level, SchemaSheet, SignedSheet

QUESTION = "question"
"""The channel of the question itself, which its author's client sent."""
SHEET = "sheet"
"""The channel of schema sheets in a receipt."""

CHANNELS = {
    QUESTION: "What was asked, as its author's client posted it.",
    SHEET: "What models may be told of the data, as its owner signed it.",
    "verdict": "What guard found in a program: of the program, not of the data.",
    "rehearsal": "What a program did on mock rows: made up, none of the data.",
    "observation": "One symbol about a run on the data, and the rehearsal before it.",
    "open": "What a program put out on data that its owner opened, word for word.",
    "approval": "What a person decided about a program.",
}
"""Channel of a receipt's messages → what is in them."""
_HELD_BACK = {
    "sentence": "sentence",
    "table": "table",
    "chart": "chart",
    "output": "printed text",
    "traceback": "traceback",
}


def answering(steps: Sequence[StepResult]) -> tuple[StepResult, ...]:
    """The steps whose results are the answer: those that ended well; else the last, with what it left."""
    good = tuple(step for step in steps if step.outcome == "ok")
    return good or tuple(steps[-1:])


def answer_in_words(steps: Sequence[StepResult]) -> str:
    """How much of an answer its person got."""
    parts = (
        (sum(len(step.tables) for step in steps), "table"),
        (sum(len(step.charts) for step in steps), "chart"),
        (sum(len(step.says) for step in steps), "sentence"),
    )
    return ", ".join(count(number, noun) for number, noun in parts if number) or "nothing"


def observed_in_words(view: RunView) -> str:
    """What the model and the control plane got of a run's answer."""
    observed = [step.observation for step in view.steps if step.observation]
    return "; ".join(map(in_words, observed)) or "nothing"


def sheets_in_words(receipt: Receipt | None) -> str:
    """The schema sheets that left, with their size."""
    sheets = sheets_of(receipt)
    if receipt is None or not sheets:
        return "nothing"
    columns = sum(len(table.columns) for sheet in sheets for table in sheet.tables)
    size = sum(len(message.body.encode()) for message in receipt.outbound if message.channel == SHEET)
    labelled = any(sheet.level in {Level.LABELS, Level.OPEN} for sheet in sheets)
    said = "names, types, shapes and the labels that you released" if labelled else "names, types and shapes, no value"
    return f"{count(len(sheets), 'schema sheet')} of {count(columns, 'column')}, {size:,} bytes: {said}"


def asked_in_words(receipt: Receipt) -> str:
    """What was found in the question before it was posted."""
    asked = receipt.question
    if asked is None:
        return "The question was not compared with the data before it was sent."
    if asked.held:
        return f"The question holds data ({', '.join(asked.held)}); its author had it sent as typed."
    if asked.stand_ins:
        told = ", ".join(f'“{one.text}” (typed("{one.token}"))' for one in asked.stand_ins)
        return f"The question was sent with stand-ins for values of the data, which stayed here: {told}."
    return "The question was compared with the data before it was sent: it holds none of it."


def held_back_in_words(receipt: Receipt) -> str:
    """What the answer's person got and nobody else did."""
    return ", ".join(map(_held_in_words, receipt.held_back)) or "nothing, for there was nothing"


def _held_in_words(held: HeldBack) -> str:
    counted = count(held.count, _HELD_BACK[held.kind])
    if held.rows is not None:
        return f"{counted} ({count(held.rows, 'row')})"
    return counted if held.characters is None else f"{counted} ({count(held.characters, 'character')})"


def opened_in_words(receipt: Receipt) -> str | None:
    """What nobody may overlook where data was open; None where nothing crossed."""
    if receipt.open_characters:
        told = count(receipt.open_characters, "character")
        return f"OPEN: {told} of output on the data reached the model, word for word."
    if receipt.session_was_open:
        return "OPEN: earlier outputs of this session reached the model."
    return None


def sheets_of(receipt: Receipt | None) -> list[SchemaSheet]:
    """The schema sheets that left."""
    bodies = [message.body for message in receipt.outbound if message.channel == SHEET] if receipt else []
    return [SignedSheet.model_validate_json(body).sheet for body in bodies]


def in_words(observation: Observation) -> str:
    """An Observation as a sentence's part, with what there was to choose from."""
    said = observation.outcome.value
    bucket = observation.rows_bucket
    if observation.outcome is Outcome.OK and observation.alphabet is Alphabet.BRIEF:
        said += ", rows shown" if bucket else ", no rows shown"
    elif observation.outcome is Outcome.OK and observation.alphabet is Alphabet.STANDARD:
        most = bucket == ROW_BUCKETS - 1
        shown = f"{10 ** (bucket - 1):,} or more" if most else f"fewer than {10**bucket:,}" if bucket else "no"
        said += f", {shown} rows shown"
    alphabet, lookups = observation.alphabet, len(observation.lookups)
    return f"one symbol of {size(alphabet, lookups):,}: “{said}” ({bits(alphabet, lookups):.1f} bits)"
