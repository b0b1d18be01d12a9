"""Questions are compared with values that a sandbox read, and with what the session showed; what may go is recorded."""

import json
from pathlib import Path

import anyio
import pytest

from daytwo.executor import cell
from daytwo.executor.catalog import Catalog
from daytwo.executor.database import Database
from daytwo.executor.environments import default_environment
from daytwo.executor.gate import Budget, Mint, Outbox, Questions, Receipts
from daytwo.executor.link import Journal
from daytwo.executor.questions import Desk, Past, ValueIndex, desk
from daytwo.executor.questions.values import State
from daytwo.executor.results import ResultStore
from daytwo.executor.sandbox import Sandboxes
from daytwo.ledger.sqlite import SqliteLedger
from daytwo.wire.canonical import canonical_bytes, digest
from daytwo.wire.errors import Conflict, DaytwoError, Invalid, Missing, Retryable
from daytwo.wire.identifiers import new_id
from daytwo.wire.principal import LOCAL_OWNER
from daytwo.wire.question import Question, SentQuestion
from daytwo.wire.release import Release
from daytwo.wire.result import RegisterDataset
from daytwo.wire.run import NewRun, ReplayLine
from daytwo.wire.signing import SigningKey
from daytwo.wire.task import Task, TaskRequest

NAMES = [f"Quill{n:02d} Zanzibar{n:02d}" for n in range(30)]
TEXT = "customer_name,region,order_id,phone\n" + "".join(
    f"{name},{('North', 'South')[n % 2]},{n + 1000},+49 151 {n * 7919 % 9973:04d}{n:03d}\n"
    for n, name in enumerate(NAMES)
)
SESSION, RUN = new_id("session"), new_id("run")


class Counting:
    """The sandbox, and how often it was asked."""

    def __init__(self):
        self._backend = Sandboxes(default_environment(), Path(cell.__file__).parent)
        self.runs = 0

    async def run(self, request, sink, cancel):
        self.runs += 1
        return await self._backend.run(request, sink, cancel)

    def close(self):
        self._backend.close()


class House:
    """The rooms of an executor that questions go through."""

    def __init__(self, folder, backend):
        self.folder = folder
        self.backend = backend
        self.database = Database(folder / "executor.sqlite")
        self.ledger = SqliteLedger("daytwo/test", SigningKey.generate())
        with self.database.transaction() as connection:
            self.ledger.create(connection)
        self.catalog = Catalog(self.database, backend, self.ledger.key, "local")
        self.journal = Journal(self.database)
        self.store = ResultStore(folder / "results", self.database, "local")
        Outbox(self.database, "local"), Mint(self.database, self.ledger)  # whose records a receipt reads
        self.budget = Budget(self.database, self.ledger, lambda _: ())
        self.receipts = Receipts(self.database, self.ledger, self.budget, self.store.read)
        self.seconds = 0.0
        past = Past(self.journal.family, self.store.of_sessions, self.journal.programs)
        index = ValueIndex(self.database, backend, "local")
        questions = Questions(self.database, self.ledger)
        self.desk = Desk(self.catalog.confidential, index, past, questions, lambda: self.seconds)

    def register(self, text=TEXT):
        (self.folder / "people.csv").write_text(text)
        anyio.run(self.catalog.register, RegisterDataset(paths=(str(self.folder / "people.csv"),)), LOCAL_OWNER)

    def check(self, text, *programs, session=None, **decided):
        replay = tuple(ReplayLine(code=code) for code in programs) or None
        run = NewRun(question=text, replay=replay)
        question = Question(run=run, datasets=("people",), session=session, **decided)
        return anyio.run(self.desk.check, question, LOCAL_OWNER)

    def found(self, text, *programs, **named):
        return [(one.text, one.source) for one in self.check(text, *programs, **named).held]

    def show(self, text, session=SESSION, run=None, step=1):
        writer = self.store.begin(run or new_id("run"), session, step, 1)
        writer.begin({"kind": "say", "text": text}, 0)
        table = {"kind": "table", "row_count": 1, "columns": [{"name": "sum", "type": "double"}], "rows": [[48213.5]]}
        payload = b"ARROW1\x00\x00" + b"x" * 40
        writer.begin(table, len(payload))
        writer.chunk(payload)
        writer.end()
        writer.finish("ok")

    def run_program(self, program, session=SESSION, base=SESSION, run=RUN):
        request = TaskRequest(
            org_id="local",
            run_id=run,
            session_id=session,
            segment=1,
            step=1,
            program=program,
            datasets=(),
            base_session=base,
            base_snapshot=0,
            next_snapshot=1,
            on_behalf_of=LOCAL_OWNER,
        )
        self.journal.accept(Task(task_id=request.task_id, epoch=1, request=request))
        self.journal.root_session(request)

    def events(self):
        with self.database.transaction() as connection:
            lines = [json.loads(line) for line in self.ledger.export(connection)]
        return [json.loads(line["leaf"]) for line in lines if "leaf" in line]


@pytest.fixture(scope="module")
def backend():
    made = Counting()
    yield made
    made.close()


@pytest.fixture
def house(tmp_path, backend):
    made = House(tmp_path, backend)
    made.register()
    yield made
    made.database.close()


def refusal(act, *arguments, **named):
    with pytest.raises(DaytwoError) as refused:
        act(*arguments, **named)
    return type(refused.value), refused.value.code


def test_values_of_people_are_found_and_others_are_not(house):
    assert house.found("What did QUILL03-zanzibar03 pay?") == [("QUILL03-zanzibar03", "people.customer_name")]
    phone = TEXT.splitlines()[5].rpartition(",")[2]
    assert house.found(f"Whose is 0049151? {phone.replace(' ', '-')}")[0][1] == "people.phone"
    assert house.check("Total for order 1003 in the North, of 1029?").check is not None  # a counter, and a category
    assert house.found("x", "frame[frame.customer_name == 'Quill04 Zanzibar04']") == [
        ("Quill04 Zanzibar04", "people.customer_name")
    ]
    assert house.check("x", "a = 1", "b = 'Quill04 Zanzibar04'").held[0].line == 2


def test_the_values_are_read_once_while_the_files_and_classes_stay(house):
    house.check("What?")
    before = house.backend.runs
    house.check("What else?")
    assert house.backend.runs == before
    anyio.run(house.catalog.sign, "people", Release(classes={"region": "sensitive"}), LOCAL_OWNER)
    assert house.found("And the North?") == [("North", "people.region")]
    assert house.backend.runs == before + 1


def test_the_index_holds_no_value(house):
    house.check("What?")
    stored = (house.folder / "executor.sqlite").read_bytes() + (house.folder / "executor.sqlite-wal").read_bytes()
    with house.database.transaction() as connection:
        rows = connection.execute("select told_as, state, length(digests) as size from question_values").fetchall()
    assert {row["told_as"]: (row["state"], row["size"]) for row in rows} == {
        "people.customer_name": (State.WHOLE, 30 * 8),
        "people.order_id": (State.COUNTER, 0),
        "people.phone": (State.WHOLE, 30 * 8),
    }
    assert b"quill05zanzibar05" not in stored.lower()


def test_what_a_session_or_its_fork_has_shown_is_found(house):
    house.show("The highest is Ohio, not Total.")
    house.run_program("say(f'The highest is {top}, not Total.')")
    fork, other = new_id("session"), new_id("session")
    house.run_program("x = 1", session=fork, base=SESSION, run=new_id("run"))
    for session in (SESSION, fork):
        assert house.found("Why is Ohio the highest Total, with 48,213.50?", session=session) == [
            ("Ohio", "shown"),
            ("48,213.50", "shown"),
        ]
    assert house.check("Why is Ohio the highest?", session=other).check is not None


def test_what_was_sent_before_is_not_asked_about_again(house):
    question = "What did Quill03 Zanzibar03 pay?"
    assert house.check(question, session=SESSION).check is None
    checked = house.check(question, session=SESSION, as_typed=True)
    house.desk.sent(RUN, SentQuestion(check=checked.check, session=SESSION), LOCAL_OWNER)
    assert house.check("And in 2024, quill03 zanzibar03?", session=SESSION).check is not None
    assert house.check("And Quill04 Zanzibar04?", session=SESSION).check is None
    assert house.check(question, session=new_id("session")).check is None


def test_what_is_let_through_is_recorded_to_the_byte(house):
    house.run_program("x = 1")
    run = NewRun(question="What did Quill03 Zanzibar03 pay?")
    checked = house.check(run.question, as_typed=True)
    with house.database.transaction() as connection:
        connection.execute("insert into gate_runs values (?, 'local', ?, '', '')", (RUN, SESSION))
    assert house.receipts.receipt(RUN).question is None  # not yet said to be this run's
    sent = SentQuestion(check=checked.check, session=SESSION)
    house.desk.sent(RUN, sent, LOCAL_OWNER)
    house.desk.sent(RUN, sent, LOCAL_OWNER)  # again, after an answer that was lost
    receipt = house.receipts.receipt(RUN)
    assert (receipt.question.consented, receipt.question.held) == (True, ("people.customer_name",))
    assert receipt.outbound[0].body.encode() == canonical_bytes(run)
    assert (receipt.outbound[0].channel, receipt.bytes_out) == ("question", 0)
    events = house.events()
    assert [event["kind"] for event in events] == ["gate.question_admitted", "gate.question_sent"]
    assert events[0]["body"] == {"question": digest(run), "held": 1, "consented": True, "stand_ins": []}
    assert events[1]["body"] == {"run": RUN}


def test_a_stand_in_is_posted_in_place_of_a_value_and_the_value_stays(house):
    house.run_program("x = 1")
    name, other = NAMES[3], NAMES[4].upper()
    text = f"Did {name} pay more than {other}, or {name.lower()} less?"
    checked = house.check(text, with_stand_ins=True)
    first, second = checked.stand_ins
    assert [(one.text, one.source) for one in checked.stand_ins] == [
        (name, "people.customer_name"),
        (other, "people.customer_name"),
    ]
    asked, _, *notes = checked.run.question.splitlines()
    calls = [f'typed("{one.token}")' for one in (first, second)]
    assert asked == f"Did {calls[0]} pay more than {calls[1]}, or {calls[0]} less?"
    assert notes == [
        f"{call} stands for a value of the column `customer_name` of `people` that is not shown to you."
        for call in calls
    ]
    house.desk.sent(RUN, SentQuestion(check=checked.check, session=SESSION), LOCAL_OWNER)
    with house.database.transaction() as connection:
        connection.execute("insert into gate_runs values (?, 'local', ?, '', '')", (RUN, SESSION))
    receipt = house.receipts.receipt(RUN)
    assert receipt.outbound[0].body.encode() == canonical_bytes(checked.run)
    assert (receipt.question.held, receipt.question.consented) == ((), False)
    assert receipt.question.stand_ins == checked.stand_ins
    assert "Quill" not in json.dumps(house.events())
    assert house.check(text, session=SESSION).check is None  # what a stand-in stood for is no better known than before


def test_what_has_no_stand_in_needs_consent_beside_those_that_have(house):
    house.show("The highest is Ohio, not Total.")
    house.run_program("say(f'The highest is {top}, not Total.')")
    text = f"Is {NAMES[3]} from Ohio?"
    left = house.check(text, session=SESSION, with_stand_ins=True)
    assert (left.check, [one.text for one in left.held]) == (None, ["Ohio"])
    sent = house.check(text, session=SESSION, with_stand_ins=True, as_typed=True)
    assert sent.check is not None
    assert "Ohio" in sent.run.question
    assert NAMES[3] not in sent.run.question
    in_program = house.check("x", f"say({NAMES[3]!r})", with_stand_ins=True)
    assert in_program.check is None


def test_a_stand_in_tells_no_column_that_the_sheet_does_not(house):
    anyio.run(house.catalog.sign, "people", Release(level="sealed"), LOCAL_OWNER)
    checked = house.check(f"Who is {NAMES[3]}?", with_stand_ins=True)
    assert "customer_name" not in checked.run.question


def test_a_question_without_room_for_stand_ins_is_refused(house):
    text = f"{NAMES[3]} {'why ' * 4_990}"
    assert refusal(house.check, text, with_stand_ins=True) == (Invalid, "question_too_long")


def test_a_check_is_of_one_question_and_one_run(house):
    first, second = (house.check(text).check for text in ("One?", "Two?"))
    house.desk.sent(RUN, SentQuestion(check=first, session=SESSION), LOCAL_OWNER)
    for run, check in ((new_id("run"), first), (RUN, second)):
        sent = SentQuestion(check=check, session=SESSION)
        assert refusal(house.desk.sent, run, sent, LOCAL_OWNER) == (Conflict, "check_spent")
    unknown = SentQuestion(check=new_id("check"), session=SESSION)
    assert refusal(house.desk.sent, RUN, unknown, LOCAL_OWNER) == (Missing, "check_not_found")


def test_nobody_tries_a_list_of_names(house):
    for number in range(desk.CHECKS_PER_MINUTE):
        house.check(f"Is {number} there?")
    assert refusal(house.check, "One more?") == (Retryable, "too_many_checks")
    house.seconds += 61
    house.check("One more?")


def test_data_that_changed_or_is_not_there_lets_nothing_through(house):
    (house.folder / "people.csv").write_text(TEXT + "New Name,North,9999,+49 1\n")
    assert refusal(house.check, "What?") == (Conflict, "data_changed")
    question = Question(run=NewRun(question="x"), datasets=("gone",))
    with pytest.raises(Missing):
        anyio.run(house.desk.check, question, LOCAL_OWNER)
    long = "x = 1\n" * 40_000
    assert refusal(house.check, "x", *[long] * 5) == (Invalid, "question_too_long")


class Broken:
    """A sandbox that answers what is none, or dies on the way."""

    def __init__(self, *pieces):
        self.pieces = pieces

    async def run(self, request, sink, cancel):
        for header, payload in self.pieces:
            head = json.dumps(header).encode()
            sink(len(head).to_bytes(4, "big") + head + len(payload).to_bytes(8, "big") + payload)


def test_columns_that_could_not_be_read_are_named(house):
    data = house.catalog.confidential("people")
    whole = ({"kind": "values", "place": 0, "cut": True, "counter": False}, b"12345678")
    index = ValueIndex(house.database, Broken(whole), "local")
    columns = anyio.run(index.of, data)
    assert [column.state for column in columns] == [State.CUT, State.UNREAD, State.UNREAD]
    checked = house.check("What?")
    assert checked.check is not None
    assert [said.split(" beyond")[0].split(":")[0] for said in checked.not_compared] == [
        f"The values of {column.told_as}" for column in data.columns
    ]
