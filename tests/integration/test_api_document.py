"""The published OpenAPI document is true: whatever it allows is answered as it says, and never by a mistake of ours."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from tests.integration.test_control_link import ANSWER_SECONDS, standing

EXAMPLES = 6
STREAMS = {"/v1/runs/{run_id}/events"}
"""Ends when its run does; tests/integration/test_control_link.py follows it."""


@pytest.fixture(scope="module")
def control(tmp_path_factory):
    with standing(tmp_path_factory.mktemp("document")) as control:
        yield control


def test_every_answer_is_one_that_the_document_allows(control):
    token = (control.home / "control" / "token").read_text().strip()
    schema = schemathesis.openapi.from_url(f"{control.url}/v1/openapi.json")
    asked = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        if not operation.path.startswith("/v1/") or operation.path in STREAMS:
            continue

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def holds(case):
            answer = case.call(headers={"authorization": f"Bearer {token}"}, timeout=ANSWER_SECONDS)
            assert answer.status_code < 500, (case.method, case.path, answer.text)
            case.validate_response(answer, checks=[schemathesis.checks.response_schema_conformance])

        holds()
        asked.add((operation.method, operation.path))
    assert ("post", "/v1/sessions/{session_id}/runs") in asked
    assert len(asked) >= 19


def test_nobody_without_a_token_gets_further_than_the_document(control):
    schema = schemathesis.openapi.from_url(f"{control.url}/v1/openapi.json")
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path.startswith("/v1/"):
            answer = operation.Case(path_parameters={"session_id": "s", "run_id": "r", "executor_id": "e"}).call(
                timeout=ANSWER_SECONDS
            )
            assert answer.status_code in {400, 401}, (operation.path, answer.status_code)
