"""A link token is good only with the key pair that its executor made; both are replaced together, or shut out."""

import json
from datetime import UTC, datetime, timedelta

import anyio
import httpx2
import pytest

from daytwo.executor.database import Database
from daytwo.executor.gate import Outbox
from daytwo.executor.link import LinkClient, enrol, read_enrolment, rotate
from daytwo.wire.errors import DaytwoError
from daytwo.wire.identifiers import LOCAL_ORG
from daytwo.wire.message import now
from daytwo.wire.proof import PROOF_HEADER, prove
from daytwo.wire.signing import SigningKey
from daytwo.wire.task import Departure
from tests.integration.test_control_link import standing

DEPARTURE = {"instance": "instance-one", "gone": False}


@pytest.fixture(scope="module")
def control(tmp_path_factory):
    with standing(tmp_path_factory.mktemp("keys")) as control:
        yield control


@pytest.fixture
def person(control):
    with control.person() as client:
        yield client


class Side:
    """An executor's files and its enrolment, without its process."""

    def __init__(self, folder, control, person):
        self.file = folder / "enrolment.json"
        self.database = Database(folder / "executor.sqlite")
        self.outbox = Outbox(self.database, LOCAL_ORG)
        self.control = control
        token = person.post("/v1/executors/tokens").json()["token"]
        anyio.run(enrol, self.outbox, SigningKey.generate(), control.url, "http://127.0.0.1:1", token, self.file)

    def departs(self, kept):
        """Whether this token and key may speak; None, or the code of the refusal."""

        async def go():
            client = LinkClient(self.control.url, kept.token, key=kept.key)
            try:
                await client.send(self.outbox.departure(Departure(**DEPARTURE)))
            except DaytwoError as error:
                return error.code
            finally:
                await client.close()

        return anyio.run(go)


@pytest.fixture
def side(tmp_path, control, person):
    side = Side(tmp_path, control, person)
    yield side
    side.database.close()


def test_a_token_that_leaked_is_worth_nothing_without_its_key(control, side):
    kept = read_enrolment(side.file)
    assert side.departs(kept) is None
    other = SigningKey.generate()
    body = json.dumps(DEPARTURE).encode()
    for proof, code in (
        (None, "no_proof"),
        (prove(other, "POST", "/link/v1/departure", body, now()), "bad_signature"),
        (prove(kept.key, "POST", "/link/v1/departure", b"{}", now()), "bad_signature"),
        (prove(kept.key, "POST", "/link/v1/departure", body, "2026-01-01T00:00:00.000Z"), "proof_expired"),
    ):
        headers = {"authorization": f"Bearer {kept.token.get_secret_value()}", "daytwo-protocol": "2"}
        headers |= {} if proof is None else {PROOF_HEADER: proof}
        refused = httpx2.post(f"{control.url}/link/v1/departure", content=body, headers=headers)
        assert refused.json()["code"] == code


def test_a_clock_that_jumped_is_waited_for(control, side):
    kept = read_enrolment(side.file)
    ahead, pauses = [3_600.0], []

    def clock():
        return (datetime.now(UTC) + timedelta(seconds=ahead[0])).strftime("%Y-%m-%dT%H:%M:%S.000Z")

    async def mend(seconds):
        pauses.append(seconds)
        ahead[0] = -3_600.0 if len(pauses) < 3 else 0.0  # set back too far, then right

    async def go():
        client = LinkClient(control.url, kept.token, sleep=mend, clock=clock, key=kept.key)
        await client.send_until_heard(side.outbox.departure(Departure(**DEPARTURE)))
        await client.close()

    anyio.run(go)
    assert len(pauses) == 3


def test_an_enrolment_has_to_be_signed_with_the_key_that_it_brings(control, person):
    token = person.post("/v1/executors/tokens").json()["token"]
    brought, own = SigningKey.generate(), SigningKey.generate()
    message = {
        "name": "n",
        "public_key": own.public.text(),
        "results_url": "http://127.0.0.1:1",
        "link_key": brought.public.text(),
    }
    body = json.dumps(message).encode()
    headers = {"authorization": f"Bearer {token}", "daytwo-protocol": "2", "content-type": "application/json"}
    for key, code in ((own, "bad_signature"), (None, "no_proof")):
        proof = {} if key is None else {PROOF_HEADER: prove(key, "POST", "/link/v1/enrol", body, now())}
        refused = httpx2.post(f"{control.url}/link/v1/enrol", content=body, headers=headers | proof)
        assert refused.json()["code"] == code
    proof = {PROOF_HEADER: prove(brought, "POST", "/link/v1/enrol", body, now())}
    assert httpx2.post(f"{control.url}/link/v1/enrol", content=body, headers=headers | proof).is_success


def test_a_rotation_brings_a_new_pair_and_the_old_one_overlaps(side):
    before = read_enrolment(side.file)
    anyio.run(rotate, side.outbox, side.file)
    after = read_enrolment(side.file)
    assert before.key.public.text() != after.key.public.text()
    assert (side.departs(before), side.departs(after)) == (None, None)
    mixed = after.model_copy(update={"link_key": before.link_key})
    assert side.departs(mixed) == "bad_signature"


def test_a_revoked_executor_is_out_with_token_and_key(person, side):
    kept = read_enrolment(side.file)
    assert person.post(f"/v1/executors/{kept.executor_id}/revoke").status_code == 204
    assert side.departs(kept) == "bad_token"


def test_the_private_key_stays_in_a_file_for_its_owner_alone(control, side):
    kept = read_enrolment(side.file)
    assert side.file.stat().st_mode & 0o777 == 0o600
    seed = kept.link_key.get_secret_value()
    log = (control.home.parent / "control.log").read_text()
    assert seed not in log
    assert seed not in repr(kept)
