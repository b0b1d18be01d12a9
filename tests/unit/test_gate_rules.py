"""The list of the gate's rules is true of the source: each stands there once, and its test exists.

`python -m bench.rules` proves the rest: it runs each test with its rule off.
"""

import re

import pytest

from bench.rules import ROOT, Rule, is_noticed, rules

RULES = rules()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.says)
def test_a_rule_stands_in_the_source_once_and_has_its_test(rule):
    assert rule.code in rule.in_force(ROOT)
    assert rule.code != rule.off
    path, _, name = rule.test.partition("::")
    assert re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE)


def test_no_rule_is_listed_twice():
    assert len({(rule.file, rule.code, rule.off) for rule in RULES}) == len({rule.says for rule in RULES}) == len(RULES)


@pytest.mark.parametrize(("off", "noticed"), [("1 + 1", True), ("2", False)])
def test_a_rule_is_noticed_where_its_test_fails_without_it(off, noticed, tmp_path):
    (tmp_path / "src" / "daytwo").mkdir(parents=True)
    source = tmp_path / "src" / "daytwo" / "sum.py"
    source.write_text("TWO = 2\n")
    (tmp_path / "test_sum.py").write_text("def test_two():\n    assert '= 2' in open('src/daytwo/sum.py').read()\n")
    rule = Rule(says="Two is two.", file="sum.py", code="2", off=off, test="test_sum.py::test_two")
    assert is_noticed(tmp_path, rule) is noticed
    assert source.read_text() == "TWO = 2\n"
