"""Thousands of simulated deaths: at every crash point, and at many of them in one run; nothing is lost or done twice.

`DAYTWO_SIMULATED_CRASHES` says how many; `make test-faults` asks for 5,000 and prints the table of points.
"""

import json
import os
import random
import tempfile
from collections import Counter
from pathlib import Path

import anyio
import psycopg
import pytest

from daytwo.control.storage.database import migrate
from daytwo.control.storage.embedded import EmbeddedServer
from daytwo.wire.errors import Unauthenticated
from tests.faults.simulation.fate import Fate
from tests.faults.simulation.world import World

CRASHES = int(os.environ.get("DAYTWO_SIMULATED_CRASHES", "24"))
PROGRAMS = ("one", "ask two", "three")
SEED = 7
POINTS_OF_A_RUN = 150
"""About how many points a run passes that nothing happens to."""
HOUR_SECONDS, DAY_SECONDS = 3_600, 86_400
QUICK = Path("/dev/shm")
"""Memory where there is any: a simulated death loses nothing that a disk would have to keep."""


@pytest.fixture(scope="module")
def place():
    with tempfile.TemporaryDirectory(prefix="dt-", dir=QUICK if QUICK.is_dir() else None) as folder:
        home = Path(folder) / "home"
        home.mkdir(mode=0o700)
        server = EmbeddedServer(home)
        url = server.start()
        migrate(url)
        # No simulated death takes the database along: what it keeps need not be on a disk.
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("alter system set synchronous_commit = off")
            connection.execute("select pg_reload_conf()")
        yield url, Path(folder)
        server.destroy()


def simulate(place, name, story):
    """Lets `story` happen in a world of its own."""
    url, folder = place

    async def go():
        world = await World.opened(url, folder / name)
        try:
            return await story(world)
        finally:
            await world.close()

    return anyio.run(go)


def test_points_are_passed_where_nothing_dies_and_one_death_at_any_of_them_changes_nothing(place):
    async def story(world):
        calm = await world.ask(PROGRAMS, Fate())
        await world.check(calm)
        points = sorted(calm.fate.reached)
        for point in random.Random(SEED).sample(points, min(len(points), CRASHES // 2)):
            one = await world.ask(PROGRAMS, Fate(point=point))
            assert one.fate.deaths == [point]
            await world.check(one)
        return calm

    calm = simulate(place, "each", story)
    assert sum(calm.fate.reached.values()) > POINTS_OF_A_RUN
    boundaries = {point.rpartition(":")[0] for point in calm.fate.reached}
    assert boundaries >= {"accept", "begin", "plan", "claim", "complete", "decide", "sequence"}
    assert boundaries >= {"journal.accept", "journal.start", "debit", "observe", "snapshot", "results.finish"}


def test_many_deaths_in_one_run_and_deaths_while_recovering_change_nothing(place, record_testsuite_property):
    chance = random.Random(SEED)
    deaths = Counter()

    async def story(world):
        while deaths.total() < CRASHES:
            gaps = tuple(int(chance.expovariate(1 / 40)) for _ in range(chance.randint(1, 5)))
            programs = chance.choice([PROGRAMS, ("one", "fail", "three"), ("ask one",)])
            told = await world.ask(programs, Fate(gaps))
            await world.check(told)
            deaths.update(told.fate.deaths)

    simulate(place, "many", story)
    record_testsuite_property("simulated deaths survived", json.dumps(deaths))


def test_a_rejected_program_is_rejected_whoever_dies(place):
    async def story(world):
        for point in ("approval.decide:after", "decision.out:before", "decide:during", "approval.delivered:before"):
            told = await world.ask(("ask one",), Fate(point=point), approve=False)
            assert told.fate.deaths == [point]
            assert told.view.reason == "approval_rejected"
            await world.check(told, "failed")

    simulate(place, "rejected", story)


@pytest.mark.parametrize("away_seconds", [HOUR_SECONDS, DAY_SECONDS], ids=["hour", "day"])
def test_a_control_plane_that_was_away_finds_the_results(place, away_seconds):
    class Cut(Fate):
        """The planes are apart from the moment that there is a result."""

        def __call__(self, point):
            super().__call__(point)
            if point == "journal.result:after" and self.reached[point] == 1:
                self.wire.away_seconds = away_seconds

    async def story(world):
        cut = Cut()
        cut.wire = world.wire
        told = await world.ask(("one", "two"), cut)
        await world.check(told)
        assert cut.reached["journal.result:after"] == 2
        assert all(count == 1 for count in told.executed.values())

    simulate(place, f"control away {away_seconds}", story)


def test_an_executor_that_was_away_for_a_day_finds_its_tasks(place):
    async def story(world):
        await world.executor_seen(seconds_ago=DAY_SECONDS)
        told = await world.ask(PROGRAMS, Fate())
        await world.check(told)
        kinds = await world.kinds(told.view.run)
        assert kinds.index("run.waiting") < kinds.index("run.resumed") < kinds.index("step.claimed")

    simulate(place, "executor away", story)


def test_a_clock_set_back_holds_no_task_for_a_dead_executor(place):
    async def story(world):
        world.lease_seconds_left = DAY_SECONDS
        for point in ("journal.accept:before", "journal.start:after", "observe:before", "journal.acknowledge:before"):
            told = await world.ask(("one", "two"), Fate(point=point))
            assert told.fate.deaths == [point]
            await world.check(told)

    simulate(place, "set back", story)


def test_a_process_that_wakes_after_its_segment_was_taken_over_ends_no_run(place):
    async def story(world):
        session = (await world._post("/v1/sessions", {"datasets": []}))["session"]
        body = {"question": "q", "model": "replay:simulation", "replay": [{"code": "one", "final": True}]}
        run = (await world._post(f"/v1/sessions/{session}/runs", body))["run"]
        await world.control.work()
        assert (await world.view(run)).status == "executing"
        await world.control._segments.fail(run, 1, "internal_error", "what the late one met")
        assert (await world._until_over(run, approve=True)).status == "succeeded"

    simulate(place, "late", story)


@pytest.mark.parametrize("code", ["proof_expired", "bad_token"])
def test_an_executor_that_is_shut_out_for_a_while_loses_nothing(place, code):
    """As where a clock jumped or a token file was restored from a backup: nothing of what it says is let in."""

    class Shut(Fate):
        def __call__(self, point):
            super().__call__(point)
            name = point.removesuffix(":before")
            if name in {"claim", "complete", "decide"} and self.reached[point] <= 2:
                raise Unauthenticated(code, "not now")

    async def story(world):
        shut = Shut()
        told = await world.ask(("one", "ask two"), shut)
        await world.check(told)
        assert min(shut.reached[f"{name}:before"] for name in ("claim", "complete", "decide")) > 2
        assert all(count == 1 for count in told.executed.values())

    simulate(place, f"shut out {code}", story)


def test_a_full_disk_stops_an_executor_before_it_begins_and_loses_nothing(place):
    class Full(Fate):
        """The executor's database cannot grow, the first few times that it is to note a task."""

        def __call__(self, point):
            super().__call__(point)
            if point == "journal.accept:before":
                pages = self.database._connection.execute("pragma page_count").fetchone()[0]
                is_full = self.reached[point] <= 3
                self.database._connection.execute(f"pragma max_page_count = {pages if is_full else 2**30}")

    async def story(world):
        full = Full()
        full.database = world.executor.database
        program = "one " * 5_000  # more than the last page has room for
        told = await world.ask((program,), full)
        await world.check(told)
        assert full.reached["journal.accept:before"] == 4
        assert full.reached["journal.accept:after"] == 1
        assert sum(told.executed.values()) == 2

    simulate(place, "full", story)
