"""The one tool that models are offered: its arguments are the Step."""

from __future__ import annotations

from typing import Any

STEP_TOOL = "step"
STEP_TOOL_DESCRIPTION = "Hand in your next step: one program for the data, or a question to the person."
STEP_TOOL_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "intent": {"type": "string", "description": "One sentence for the person: what this step does."},
        "program": {"type": "string", "description": "The Python source to execute. Leave out to ask a question."},
        "final": {"type": "boolean", "description": "True if the run is finished once this program has run well."},
        "insist": {
            "type": "boolean",
            "description": "True to run the program on the real data although its rehearsal failed.",
        },
        "detail": {
            "type": "boolean",
            "description": "True to learn, for more bits, which error a program meets that failed on the real data.",
        },
        "question": {"type": "string", "description": "What the person must tell you, or why this cannot be done."},
    },
    "required": ["intent"],
    "additionalProperties": False,
}
