"""The list of the gate's rules is true of the source: each stands in the definition that it names, and has its test.

Nothing of the gate refuses without a rule.  `python -m bench.rules` proves the rest: it runs each test with its rule
off.
"""

import re

import pytest

from bench.rules import ROOT, Rule, definitions, is_noticed, rules, sources

RULES = rules()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.says)
def test_a_rule_stands_in_the_source_once_and_has_its_test(rule):
    path, without = rule.switched_off(ROOT)
    assert without != path.read_text("utf-8")
    path, _, name = rule.test.partition("::")
    assert re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE)


REFUSES_NOTHING_THAT_LEAVES = {"Receipts.receipt", "Questions.sent"}
"""They answer people, of runs and checks that are not there."""


def test_whatever_refuses_in_the_gate_is_a_rule():
    refusing = {
        name
        for path, text in sources(ROOT).items()
        if path.parent == ROOT / "src" / "daytwo" / "executor" / "gate"
        for name, start, end in definitions(text)
        if re.search(r"^ +raise ", text[start:end], re.MULTILINE) and not text[start:end].startswith("class ")
    }
    assert refusing - REFUSES_NOTHING_THAT_LEAVES == refusing & {rule.of for rule in RULES}


def test_no_rule_is_listed_twice():
    assert len({(rule.of, rule.code, rule.off) for rule in RULES}) == len({rule.says for rule in RULES}) == len(RULES)


@pytest.mark.parametrize(("off", "noticed"), [("1 + 1", True), ("2", False)])
def test_a_rule_is_noticed_where_its_test_fails_without_it(off, noticed, tmp_path):
    (tmp_path / "src" / "daytwo").mkdir(parents=True)
    source = tmp_path / "src" / "daytwo" / "sum.py"
    source.write_text("TWO = 2\n")
    (tmp_path / "test_sum.py").write_text("def test_two():\n    assert '= 2' in open('src/daytwo/sum.py').read()\n")
    rule = Rule(says="Two is two.", of="TWO", code="2", off=off, test="test_sum.py::test_two")
    assert is_noticed(tmp_path, rule) is noticed
    assert source.read_text() == "TWO = 2\n"
