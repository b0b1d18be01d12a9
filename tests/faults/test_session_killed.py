"""A session of ten steps whose executor is killed between them: rewound, forked and run again, it is what it was."""

import os

from tests.faults.planes import planes_in_a_home

STEPS = 10
KILLED_AFTER = range(1, STEPS) if "DAYTWO_REAL_KILLS" in os.environ else (4, 7)
"""All of them in the long campaign: each costs the time of a start."""


def test_a_session_whose_executor_is_killed_goes_on_where_it_was():
    with planes_in_a_home() as planes:
        session = planes.client.create_session(()).session
        runs = []
        for step in range(1, STEPS + 1):
            program = "rows = [0]\nbook = {'rows': rows}" if step == 1 else "rows.append(len(book['rows']))"
            runs.append(planes.client.wait(planes.ask(session, f"{program}\nsay(str(book['rows']))")))
            if step in KILLED_AFTER:
                planes.kill("executor")
        assert [run.status for run in runs] == ["succeeded"] * STEPS
        assert says(planes, runs[-1].run) == (str(list(range(STEPS))),)
        planes.client.rewind(session, runs[3].run)
        fork = planes.client.fork(session).session
        for one in (session, fork):
            on = planes.client.wait(planes.ask(one, "rows.append('on')\nsay(str(book['rows']))"))
            assert says(planes, on.run) == ("[0, 1, 2, 3, 'on']",)
        again = planes.patiently(lambda: planes.client.replay(runs[6].run, 1))
        assert again.is_same, again.differences


def says(planes, run):
    return planes.patiently(lambda: planes.client.results(run)).steps[-1].says
