"""No room left for the database: requests are refused and say why, nothing that was taken is lost, it goes on."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
WITHIN_SECONDS = 400
NAMESPACE = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-current-user", "--keep-caps"]


def test_a_full_disk_under_the_database_loses_nothing(tmp_path):
    done = subprocess.run(
        [*NAMESPACE, sys.executable, "-m", "tests.faults.full_disk", str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=WITHIN_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found.pop("taken") < 2_000
    assert found == {"refused": "database_full", "alive": True, "gapless": True}
