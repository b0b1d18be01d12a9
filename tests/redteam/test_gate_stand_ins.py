"""Stand-ins: a program gets the value that a person typed, a rehearsal does not, and no other data's session does."""

import pytest

from daytwo.control.models.analyst import plan
from daytwo.control.models.request import PlanRequest
from daytwo.executor.gate import Questions, TypedValue
from daytwo.ledger.sqlite import SqliteLedger
from daytwo.wire.observation import Outcome
from daytwo.wire.principal import LOCAL_OWNER
from daytwo.wire.rehearsal import RehearsalOutcome
from daytwo.wire.run import NewRun
from daytwo.wire.signing import SigningKey

TOKEN = "4f0k2m9x1c"
TYPED = "quill 03"
SPELLED = "Quill-03"
PROGRAM = f"""
name = typed("{TOKEN}")
found = data("people").pandas()
found = found[found["name"] == name]
print(name)
show(found)
say(f"{{name}}: {{len(found)}}")
"""


@pytest.fixture
def house(make_executor, tmp_path):
    """An executor with two datasets, and a question over the first that holds a stand-in."""
    executor = make_executor()
    sheets = []
    for dataset in ("people", "others"):
        path = tmp_path / f"{dataset}.csv"
        spellings = [f"Quill-{n % 30:02}" for n in range(60)] + ["QUILL-03"]
        path.write_text("name,amount\n" + "".join(f"{name},{n}\n" for n, name in enumerate(spellings)))
        sheets.append(executor.register(path))
    value = TypedValue(TOKEN, "people", "people", "name", TYPED)
    questions = Questions(executor.database, SqliteLedger("daytwo/test", SigningKey.generate()))
    questions.admit(NewRun(question=f'typed("{TOKEN}")?'), (), LOCAL_OWNER, (value,))
    return executor, sheets


def test_a_program_gets_the_value_as_most_rows_spell_it(house, make_task):
    executor, (people, _) = house
    task = make_task(sheets=(people,), program=PROGRAM)
    completion, body = executor.answer(task)
    assert completion.symbol.observation().outcome is Outcome.OK
    assert executor.results.read(task.run_id).steps[0].says == (f"{SPELLED}: 2",)
    assert completion.rehearsal.outcome is RehearsalOutcome.PASSED
    assert len(completion.rehearsal.tables[0].rows) > 0  # of the mock rows, whose own value stands for it
    for text in (TYPED, SPELLED, "QUILL"):
        assert text.encode() not in body


def test_the_offline_analyst_answers_about_a_stand_in(house, make_task):
    executor, (people, _) = house
    call = f'typed("{TOKEN}")'
    note = f"{call} stands for a value of the column `name` of `people` that is not shown to you."
    question = f"What is the total amount for {call}?\n\n{note}"
    step = plan(PlanRequest(question=question, sheets=(people.sheet,), turn=1, turns_left=1))
    assert step.program.count("typed(") == 1
    task = make_task(sheets=(people,), program=step.program)
    assert executor.answer(task)[0].symbol.observation().outcome is Outcome.OK
    says = executor.results.read(task.run_id).steps[0].says
    assert says[-1] == "Total amount, where name is what you typed: 96."  # of Quill-03 (3 and 33) and QUILL-03 (60)


def test_a_rehearsal_is_the_same_whatever_was_typed(make_executor, make_task, tmp_path):
    told = []
    for number, text in enumerate(("Quill-03", "Zanzibar-17")):
        executor = make_executor()
        path = tmp_path / str(number) / "people.csv"
        path.parent.mkdir()
        path.write_text("name\n" + "".join(f"{text[:-2]}{n % 30:02}\n" for n in range(60)).replace("Zanzibar", "Mango"))
        sheet = executor.register(path)
        questions = Questions(executor.database, SqliteLedger("daytwo/test", SigningKey.generate()))
        value = TypedValue(TOKEN, "people", "people", "name", text)
        questions.admit(NewRun(question=f'typed("{TOKEN}")?'), (), LOCAL_OWNER, (value,))
        completion, _ = executor.answer(make_task(sheets=(sheet,), program=f"print(typed('{TOKEN}'))"))
        told.append((completion.rehearsal, completion.symbol.observation().outcome))
    assert told[0][0] == told[1][0]
    assert [outcome for _, outcome in told] == [Outcome.OK, Outcome.ERROR]  # the second one's value is not in the data


def test_a_session_over_other_data_learns_nothing_by_a_stand_in(house, make_task):
    executor, (_, others) = house
    completion, _ = executor.answer(make_task(sheets=(others,), program=f"say(typed('{TOKEN}'))"))
    assert completion.rehearsal.outcome is RehearsalOutcome.FAILED
    assert completion.symbol.observation().outcome is Outcome.ERROR


def test_a_table_is_found_whatever_programs_call_it(house, make_task, tmp_path):
    """In a session over two datasets that are called alike, each goes by another name than alone."""
    executor, (people, _) = house
    folder = tmp_path / "again"
    folder.mkdir()
    (folder / "people.csv").write_text("name,amount\n" + "".join(f"Other-{n % 30:02},{n}\n" for n in range(60)))
    second = executor.register(folder / "people.csv")
    task = make_task(sheets=(second, people), program=f"say(typed('{TOKEN}'))")
    executor.answer(task)
    assert executor.results.read(task.run_id).steps[0].says == (SPELLED,)


@pytest.mark.parametrize("program", ["typed('aaaaaaaaaa')", "typed('4' + 'f0k2m9x1c')", "typed(7)"])
def test_a_stand_in_is_named_as_it_was_told(house, make_task, program):
    executor, (people, _) = house
    completion, _ = executor.answer(make_task(sheets=(people,), program=program))
    assert "LookupError" in completion.rehearsal.traceback
