"""`resolve`: four words a call, paid for before the program runs; nothing about columns that name people."""

import json

from daytwo.wire.observation import LOOKUPS, Alphabet, Lookup, Outcome, bits
from daytwo.wire.rehearsal import RehearsalOutcome

NAMES, CITIES = ("ann", "bo", "cy", "di"), ("Berlin", "Bonn") * 20
PEOPLE = "".join(f"{name}@example.org,{city}\n" for name in NAMES for city in CITIES)


def people(executor, folder):
    folder.mkdir()
    path = folder / "people.csv"
    path.write_text("email,city\n" + PEOPLE)
    return executor.register(path)


def test_lookups_are_told_and_were_paid_for(make_executor, make_task, tmp_path):
    executor = make_executor()
    sheet = people(executor, tmp_path / "data")
    program = """
resolve("city", "berlin")
for text in ("Bon", "Paris"):
    try: resolve("city", text)
    except LookupError: pass
"""
    task = make_task(sheets=(sheet,), program=program)
    completion, body = executor.answer(task)
    observation = completion.symbol.observation()
    assert (observation.outcome, observation.lookups) == (Outcome.OK, (Lookup.EXACT, Lookup.NONE))
    assert executor.budget.debited(task.task_id) == bits(Alphabet.STANDARD, 2)
    assert b"Berlin" not in body.replace(b"berlin", b"")
    brief = make_task(sheets=(sheet,), program=program, alphabet=Alphabet.BRIEF)
    assert executor.answer(brief)[0].symbol.observation().lookups == ()
    assert executor.budget.debited(brief.task_id) == 4


def test_columns_that_name_people_are_not_looked_up(make_executor, make_task, tmp_path):
    executor = make_executor()
    sheet = people(executor, tmp_path / "data")
    program = 'resolve("email", "ann@example.org")'
    completion, _ = executor.answer(make_task(sheets=(sheet,), program=program, insist=True))
    assert completion.rehearsal.outcome is RehearsalOutcome.FAILED
    assert "PermissionError" in completion.rehearsal.traceback
    observation = completion.symbol.observation()
    assert (observation.outcome, observation.lookups) == (Outcome.ERROR, (Lookup.NONE,))


def test_a_forged_report_tells_no_more_lookups_than_were_paid_for(make_executor, make_task, scripted):
    forged = {"kind": "end", "outcome": "ok", "lookups": 4**LOOKUPS - 1}
    head = json.dumps(forged).encode()
    sandbox = scripted(len(head).to_bytes(4, "big") + head + bytes(8))
    for calls in (0, 1, LOOKUPS):
        task = make_task(program='resolve("a", "b")\n' * calls)
        observation = make_executor(sandbox).answer(task)[0].symbol.observation()
        assert observation.lookups == (Lookup.EXACT,) * calls
