"""Many files at once: their order, what becomes of a reviewer that dies, and files that cannot be read."""

from __future__ import annotations

import json
import os
import signal
from itertools import islice
from pathlib import Path

import pytest

from daytwo.executor.guard import programs, review_files, shipped_policy
from daytwo.wire.errors import Missing
from daytwo.wire.verdict import Ruling

ENVIRONMENT = ("numpy", "pandas")
POLICY = shipped_policy()


def children() -> list[int]:
    return [int(child) for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii").split()]


def reviewed(*paths: Path):
    return list(review_files(paths, POLICY, ENVIRONMENT))


def test_a_file_is_reviewed_as_the_command_line_prints_it(tmp_path):
    path = tmp_path / "a.py"
    path.write_text("\ufeffeval('1')\n", encoding="utf-8")
    (one,) = reviewed(path)
    printed = json.loads(one.model_dump_json())
    assert set(printed) == {"path", "verdict", "findings", "ms"}
    assert printed["verdict"] == "deny"
    assert set(printed["findings"][0]) == {
        *("rule", "severity", "line", "column", "end_line", "end_column", "message", "repair"),
    }


def test_files_keep_their_order_and_no_reviewer_is_left(tmp_path):
    before = children()
    for number in range(40):
        (tmp_path / f"{number:02}.py").write_text("import os\nos.system('ls')\n" if number % 3 else "x = 1\n")
    paths = list(programs([tmp_path]))
    found = reviewed(*paths)
    assert [one.path for one in found] == [str(path) for path in paths]
    assert [one.verdict for one in found] == [Ruling.DENY if n % 3 else Ruling.ALLOW for n in range(40)]
    assert children() == before


def test_a_process_that_holds_much_can_be_copied(tmp_path):
    (tmp_path / "a.py").write_text("x = 1\n")
    held = [bytearray(1 << 20) for _ in range(300)]
    assert reviewed(tmp_path / "a.py")[0].verdict is Ruling.ALLOW
    assert len(held) == 300


def test_whoever_stops_reading_leaves_no_reviewer(tmp_path):
    before = children()
    for number in range(10):
        (tmp_path / f"{number}.py").write_text("x = 1\n")
    reviews = review_files(list(programs([tmp_path])), POLICY, ENVIRONMENT)
    assert next(reviews).verdict is Ruling.ALLOW
    reviews.close()
    assert children() == before


def test_a_reviewer_that_dies_denies_one_file_and_another_goes_on(tmp_path):
    much = "import os\n" + "".join(f"os.system('{'very ' * 10}{number}')\n" for number in range(200))
    for number in range(24):  # each answer fills a pipe, so that whoever is killed has answers left to give
        (tmp_path / f"{number:02}.py").write_text(much)
    before = set(children())
    reviews = review_files(list(programs([tmp_path])), POLICY, ENVIRONMENT)
    found = [next(reviews)]
    reviewers = set(children()) - before
    found += islice(reviews, len(reviewers) - 1)  # all have begun
    for reviewer in reviewers:
        os.kill(reviewer, signal.SIGKILL)
    found += reviews
    died = [one for one in found if [finding.rule for finding in one.findings] == ["guard-unavailable"]]
    assert [Path(one.path).name for one in found] == [f"{number:02}.py" for number in range(24)]
    assert 1 <= len(died) <= len(reviewers)
    assert {one.verdict for one in found} == {Ruling.DENY}


def test_what_cannot_be_read_is_denied_and_the_others_are_reviewed(tmp_path):
    (tmp_path / "a.py").write_bytes(b"x = '\xff\xfe'\n")
    (tmp_path / "b.py").write_text("x = 1\n")
    gone = tmp_path / "gone.py"
    found = reviewed(tmp_path / "a.py", gone, tmp_path, tmp_path / "b.py")
    assert [one.verdict for one in found] == [*[Ruling.DENY] * 3, Ruling.ALLOW]
    assert "cannot be read" in found[1].findings[0].message


def test_a_path_that_is_not_there_is_refused_at_once(tmp_path):
    with pytest.raises(Missing):
        list(programs([tmp_path / "none.py"]))
