"""No room left: what is refused says why, nothing that was taken is lost, and it goes on when there is room again."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.faults.test_failover import IS_LONG

ROOT = Path(__file__).parents[2]
WITHIN_SECONDS = 400
NAMESPACE = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-current-user", "--keep-caps"]


def on_a_small_disk(script, folder):
    """What this script found in a mount namespace of its own."""
    done = subprocess.run(
        [*NAMESPACE, sys.executable, "-m", f"tests.faults.{script}", str(folder)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=WITHIN_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_full_disk_under_the_database_loses_nothing(tmp_path):
    found = on_a_small_disk("full_disk", tmp_path)
    assert found.pop("taken") < 2_000
    assert found == {"refused": "database_full", "alive": True, "gapless": True}


if IS_LONG and os.geteuid() == 0:

    def test_a_full_disk_under_an_executor_holds_its_run_up_and_loses_nothing(tmp_path):
        """It takes a lease, and root, whose database lies elsewhere."""
        found = on_a_small_disk("full_home", tmp_path)
        assert found.pop("claims") >= 2
        assert found == {"before": "run.succeeded", "last": "run.succeeded", "gapless": True, "says": ["132"]}
