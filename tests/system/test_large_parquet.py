"""1 GB of Parquet in a sandbox: duckdb and polars stream it in `small`; pyarrow reads ahead, as pandas does: `medium`.

The programs are those of `tests/integration/sandbox_programs/`; it lies here for the disk and the time that it takes.
"""

import json
from pathlib import Path

import anyio
import pytest

from daytwo.executor import cell
from daytwo.executor.environments import default_environment
from daytwo.executor.sandbox import COLD, PROFILES, Cancel, Kind, Mount, Sandboxes, SandboxRequest
from tests.large_parquet import write_large_parquet

PROGRAMS = Path(__file__).parents[1] / "integration" / "sandbox_programs"
SIZE_BYTES = 1_000_000_000


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "large.parquet"
    write_large_parquet(path, SIZE_BYTES)
    assert path.stat().st_size >= SIZE_BYTES
    yield path
    path.unlink()


@pytest.mark.parametrize(
    ("library", "profile"), [("duckdb", "small"), ("polars", "small"), ("arrow", "medium"), ("pandas", "medium")]
)
def test_it_is_read_within_the_profile(large, library, profile):
    sandboxes = Sandboxes(default_environment(), Path(cell.__file__).parent, COLD)
    source = (PROGRAMS / f"large_parquet_{library}.py").read_text("utf-8")
    request = SandboxRequest(
        *("cell.script", json.dumps({"source": source}).encode(), PROFILES[profile]),
        org_id="local",
        kind=Kind.REAL,
        mounts=(Mount(large, "/data/large.parquet"),),
    )
    try:
        result = anyio.run(sandboxes.run, request, lambda _: None, Cancel())
    finally:
        sandboxes.close()
    assert (result.ending, result.stderr) == ("ok", b"")
