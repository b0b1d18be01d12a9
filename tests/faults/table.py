"""The campaign's table, boundary by kind of death by result: `python -m tests.faults.table build/faults.xml`."""

import json
import sys
from collections import Counter
from xml.etree import ElementTree as ET


def lines(report):
    """Of the properties that the tests of the campaign recorded."""
    found = {one.get("name"): json.loads(one.get("value")) for one in report.iter("property")}
    rows = Counter()
    for point, victim, result in found.get("real kills", ()):
        rows[point, f"kill -9 of {victim}", result] += 1
    for point, count in found.get("simulated deaths survived", {}).items():
        rows[point, "simulated", "survived"] += count
    yield f"{'boundary':26}  {'kind':20}  {'result':12}  times"
    for (point, kind, result), count in sorted(rows.items()):
        yield f"{point:26}  {kind:20}  {result:12}  {count:5}"
    for what in ("real kills", "simulated deaths survived"):
        total = sum(count for (_, kind, _), count in rows.items() if (kind == "simulated") == what.startswith("sim"))
        yield f"{what}: {total}"
    if "two of each" in found:
        yield "two of each: " + ", ".join(f"{count} {what}" for what, count in found["two of each"].items())


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in lines(ET.parse(sys.argv[1])))
