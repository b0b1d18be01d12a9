"""Non-interference: over two datasets with one schema sheet, all that leaves is the same but for the paid symbol.

Guard is out of the way here: sandbox and gate must hold whatever runs.  Each program tries to carry a cell out; the
tasks are the same to the letter, so that the answers may be compared byte by byte.
"""

import json
import random

import pytest

from daytwo.wire.observation import SIZES, Alphabet, Outcome

LETTERS = "abcdefghijklmnopqrstuvwxyz"
TAKE = """\
import os, sys, struct, json
df = data("people").pandas()
value = df["name"][0]
number = sum(map(ord, value))
odd = number % 2
def put(header, payload=b"", declared=None):
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    size = len(payload) if declared is None else declared
    os.write(3, struct.pack(">I", len(head)) + head + struct.pack(">Q", size) + payload)
"""
PROGRAMS = {
    "streams, results and a message": """
print(value); print(value, file=sys.stderr); say(value); show(df, title=value)
raise type(value, (ValueError,), {"__module__": value})(value)""",
    "names of variables and files": """
globals()[value] = number
(workspace / (value + ".csv")).write_text(value)
(workspace / value).mkdir(); (workspace / value / "x").symlink_to("/etc/passwd")""",
    "how it exits": "os._exit(number % 200 + 1)",
    "how it dies": "os.kill(os.getpid(), (11, 6, 9, 4)[number % 4])",
    "a frame that breaks off": """
put({"kind": "end", "outcome": "ok"})
put({"kind": "blob", "number": 0, "name": value}, b"x", declared=number)
os._exit(0)""",
    "a forged end": """
put({"kind": "end", "outcome": "ok", "rows": 0, "note": value, "symbol": number, "bits_spent": number})
os._exit(0)""",
    "a header that breaks the reader": """
put(b'{"kind":"say","x":' + b"[" * (100_000 + number)); os._exit(0)""",
    "a frame without end": "os.write(3, b'\\x00\\x7f\\xff\\xff' + value.encode()); os._exit(0)",
    "a closed channel": "os.close(3) if odd else os.dup2(1, 3)",
    "a manifest of its own": """
put({"kind": "blob", "number": odd}, value.encode() * number)
named = [[value], [odd, odd, number], [[odd, 0, number]] * odd]
put({"kind": "manifest"}, json.dumps({"groups": [named] * (1 + odd), "modules": {value: value}}).encode())
put({"kind": "end", "outcome": "ok"})
os._exit(0)""",
    "frozen libraries": """
import builtins, types
json.dumps = lambda *a, **k: value
builtins.len = lambda x: number
sys.modules["cell.outlet"] = types.ModuleType(value)
check(True, "x")""",
}
NEXT = "say(str(sorted(globals()))); say(value)"


def people(path, seed):
    """Two of these differ in every cell and in nothing that a sheet says."""
    choose = random.Random(seed)
    lines = [
        f"{''.join(choose.choices(LETTERS, k=9))},{choose.randint(100, 999)},2024-0{choose.randint(1, 9)}-11"
        for _ in range(50)
    ]
    path.parent.mkdir()
    path.write_text("name,qty,day\n" + "\n".join(lines) + "\n")
    return path, {line.split(",")[0] for line in lines}


@pytest.fixture
def pair(make_executor, tmp_path):
    """Two executors that differ in their data alone, and the cells of both."""
    executors, sheets, cells = [], [], set()
    for name, seed in (("a", 3), ("b", 4)):
        path, names = people(tmp_path / name / "people.csv", seed)
        executors.append(make_executor())
        sheets.append(executors[-1].register(path))
        cells |= names
    assert sheets[0].digest == sheets[1].digest
    assert len(cells) == 100
    return executors, sheets[0], cells


def without_symbol(body):
    message = json.loads(body)
    symbol = message.pop("symbol")
    assert 0 <= symbol["symbol"] < SIZES[Alphabet(symbol["alphabet"])]
    return message


def test_all_that_leaves_is_the_same_but_for_the_symbol(pair, make_task):
    executors, sheet, cells = pair
    tasks = [make_task(sheets=(sheet,), program=TAKE + attack) for attack in PROGRAMS.values()]
    kept = tasks[list(PROGRAMS).index("names of variables and files")]
    tasks.append(make_task(kept.session_id, (sheet,), program=NEXT, base_snapshot=1, next_snapshot=2))
    for task in tasks:
        answers = [executor.answer(task) for executor in executors]
        assert without_symbol(answers[0][1]) == without_symbol(answers[1][1]), task.program
    for executor in executors:
        with executor.database.transaction() as connection:
            sent = [row["body"] for row in connection.execute("select body from gate_outbound")]
        assert len(sent) == len(tasks)
        assert not [cell for cell in cells for body in sent if cell in body]
    # The positive control: the programs did run over the cells, and people see them.
    said = [executor.results.read(tasks[-1].run_id).steps[0].says[1] for executor in executors]
    assert len(set(said)) == 2
    assert set(said) < cells


def test_what_the_symbol_says_was_paid_for(pair, make_task):
    """The positive control: the alphabet is a channel, which is why it has a price."""
    executors, sheet, _ = pair
    program = TAKE + 'check(number % 3 == 0, "a")\ncheck(number % 5 < 2, "b")\ncheck(odd == 0, "c")\nshow(df.head(odd))'
    task = make_task(sheets=(sheet,), program=program)
    observations = [executor.answer(task)[0].symbol.observation() for executor in executors]
    assert [one.outcome for one in observations] == [Outcome.OK, Outcome.OK]
    assert observations[0] != observations[1]
