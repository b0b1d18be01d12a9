"""What belongs to a process comes back as it was, where all of its state can be told; else it is refused in words."""

from typing import Any

import pytest

KEPT = {
    "a lock that is shared": (
        """
import threading
lock = threading.Lock()
class Counter:
    def __init__(self, lock): self.lock, self.n = lock, 0
    def add(self):
        with self.lock: self.n += 1
counter = Counter(lock)
counter.add()
""",
        "counter.add()\nsay((counter.n, counter.lock is lock, lock.acquire(blocking=False)))",
        "(2, True, True)",
    ),
    "locks made of locks": (
        """
import threading, queue
again, ready, gate = threading.RLock(), threading.Event(), threading.Condition()
ready.set()
with again: pass
waiting = queue.Queue()
waiting.put('first')
""",
        "with again, again, gate: gate.notify()\nsay((ready.is_set(), waiting.get(timeout=1)))",
        "(True, 'first')",
    ),
    "a generator that was not begun": (
        "rows = [1, 2]\ntaken = (row * scale for row in rows)\nscale = 10",
        "rows.append(3)\nsay(list(taken))",
        "[10, 20, 30]",
    ),
    "a generator of a function, with its arguments": (
        """
def counted(first, /, *more, step=1, **named):
    yield first
    yield from more
    yield step, named
taken = counted(1, 2, 3, step=4, five=5)
""",
        "say(list(taken))",
        "[1, 2, 3, (4, {'five': 5})]",
    ),
    "a database in memory": (
        """
import sqlite3
book = sqlite3.connect(':memory:')
book.row_factory = sqlite3.Row
book.execute('create table t (n)')
book.execute('insert into t values (7)')
book.commit()
also = [book]
""",
        """
book.execute('insert into t values (8)')
say(([row['n'] for row in also[0].execute('select n from t')], also[0] is book))
""",
        "([7, 8], True)",
    ),
}


@pytest.mark.parametrize("name", KEPT)
def test_it_goes_on_as_in_one_process(cells: Any, name: str) -> None:
    made, used, said = KEPT[name]
    assert cells.run(f"{made}\n{used}").says == [said]
    assert cells.session(made, "pass", used).says == [said]


BEGUN = "a generator that was begun, or is in a closure"
REFUSED = {
    "a generator that was begun": ("it = (n for n in [1, 2])\nnext(it)", BEGUN),
    "a generator in a closure": ("def outer(k):\n    def inner(): yield k\n    return inner()\nit = outer(1)", BEGUN),
    "a lock that is held": ("import threading\nit = threading.Lock()\nit.acquire()", "a lock"),
    "a lock that its holder took": ("import threading\nit = threading.RLock()\nit.acquire()", "a lock"),
    "a database in the middle of a transaction": (
        """
import sqlite3
it = sqlite3.connect(':memory:')
it.execute('create table t (n)')
it.execute('insert into t values (1)')
""",
        "a database connection",
    ),
    "a database in a file": (
        """
import sqlite3
it = sqlite3.connect(str(workspace / 'book.sqlite'))
it.execute('create table t (n)')
""",
        "a database connection",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_in_the_middle_of_something_is_refused(cells: Any, name: str) -> None:
    program, reason = REFUSED[name]
    ended = cells.run(program + "\ngood = 1")
    assert ended.unsaved["it"] == f"it is, or holds, {reason}"
    assert "good" in ended.variables
