"""Real analysis code runs unchanged in the sandbox: the programs of `sandbox_programs/`, each an execution of its own.

A program asserts what it computes and must say nothing on standard error, where libraries complain of what they miss
(joblib, say, that it has to work serially).  Its profile stands in a comment `# profile: NAME` on its first line.
"""

import json
from pathlib import Path

import anyio
import pytest

from daytwo.executor import cell
from daytwo.executor.environments import default_environment
from daytwo.executor.sandbox import Cancel, Kind, Mount, Sandboxes, SandboxRequest, find_profile
from tests.large_parquet import write_large_parquet

PROGRAMS = sorted((Path(__file__).parent / "sandbox_programs").glob("*.py"))
LARGE_BYTES = 200_000_000
"""What a quick test can write.  `make test-system` reads 1 GB: `tests/system/test_large_parquet.py`."""
_AT_ONCE = 2
_MARK = "# profile: "


async def run_all(backend, mounts):
    results = {}
    limiter = anyio.CapacityLimiter(_AT_ONCE)

    async def one(path):
        source = path.read_text("utf-8")
        profile = source.partition("\n")[0].removeprefix(_MARK) if source.startswith(_MARK) else "small"
        request = SandboxRequest(
            "cell.script",
            json.dumps({"source": source}).encode(),
            find_profile(profile),
            org_id="local",
            kind=Kind.REAL,
            mounts=mounts,
        )
        async with limiter:
            results[path.stem] = await backend.run(request, lambda _: None, Cancel())

    async with anyio.create_task_group() as group:
        for path in PROGRAMS:
            group.start_soon(one, path)
    return results


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """What came of every program."""
    large = tmp_path_factory.mktemp("data") / "large.parquet"
    write_large_parquet(large, LARGE_BYTES)
    backend = Sandboxes(default_environment(), Path(cell.__file__).parent)
    try:
        return anyio.run(run_all, backend, (Mount(large, "/data/large.parquet"),))
    finally:
        backend.close()


def test_there_are_enough_of_them():
    assert len(PROGRAMS) >= 60


@pytest.mark.parametrize("name", [path.stem for path in PROGRAMS])
def test_program_runs_unchanged(results, name):
    result = results[name]
    assert result.stderr.decode() == ""
    assert result.ending == "ok"
