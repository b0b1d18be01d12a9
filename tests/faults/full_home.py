"""Planes whose home's disk fills up under a run and gets room again: `full_home.py FOLDER`, in a mount namespace.

In a process of its own, as the small disk is mounted for it and its children alone.  Prints what came of it as JSON.
As root the database lies elsewhere, so that it is the executor that has no room.
"""

import json
import sys
import tempfile
from pathlib import Path

from daytwo.sdk.events import follow
from tests.faults.full_disk import fill, mount_small_disk
from tests.faults.planes import planes_in_a_home


def main(folder):
    mount_small_disk(folder)
    tempfile.tempdir = str(folder)
    with planes_in_a_home() as planes:
        session = planes.client.create_session(()).session
        before = planes.ask(session, "x = 11")
        kinds = [event.kind for event in follow(planes.client.control, before)]
        fill(folder / "filler")
        run = planes.ask(session, "say(str(x * 12))")
        events = follow(planes.client.control, run)
        seen = [next(events)]
        while seen[-1].kind != "step.claimed":
            seen.append(next(events))
        (folder / "filler").unlink()
        seen += events
        says = planes.patiently(lambda: planes.client.results(run)).steps[-1].says
    found = {
        "before": kinds[-1],
        "last": seen[-1].kind,
        "gapless": [event.seq for event in seen] == list(range(1, len(seen) + 1)),
        "claims": sum(event.kind == "step.claimed" for event in seen),
        "says": list(says),
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
