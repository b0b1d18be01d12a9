"""The page on guard: its policy is one, and its program runs and prints what it promises."""

import re
from pathlib import Path

from daytwo.executor.guard import Capability, read_policy
from daytwo.wire.sheet import ColumnClass
from daytwo.wire.verdict import Ruling

PAGE = (Path(__file__).parents[2] / "docs" / "explanation" / "guard.md").read_text("utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found


def test_the_policy_of_the_page_is_one(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(block("yaml"), "utf-8")
    policy = read_policy(path)
    assert policy.rulings((), "small")[Capability.RESOURCES] is Ruling.DENY
    assert policy.rulings((), "gpu")[Capability.RESOURCES] is Ruling.REVIEW
    assert policy.overrides[0].column_class is ColumnClass.ORDINARY
    assert policy.packages.allow == {"lifelines", "plotnine"}


def test_the_program_of_the_page_prints_its_finding(capsys):
    exec(compile(block("python"), "guard.md", "exec"), {})
    assert capsys.readouterr().out.startswith("2 process `os.system` starts or controls processes.")
