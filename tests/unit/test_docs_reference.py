"""The pages that list commands and settings agree with the code, and examples name commands that exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from daytwo.cli.settings import EnvironmentsSection, ProviderSection, Settings, StateSection

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SETTINGS = (DOCS / "reference" / "settings.md").read_text("utf-8")
COMMANDS = (DOCS / "reference" / "commands.md").read_text("utf-8")


SECTIONS = {"environments", "providers", "state"}
"""Tables of the file, which no variable sets."""


def rows(page, width):
    """The cells of a page's tables that have `width` columns, by the first, without its code marks."""
    lines = re.findall(r"^\| `.*\|$", page, flags=re.MULTILINE)
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {first.strip("`"): rest for first, *rest in cells if len(rest) == width - 1}


def told(field):
    """The default as the page has to write it."""
    if field.is_required():
        return ""
    default = field.get_default(call_default_factory=True)
    return f"`{default}`" if default not in (None, {}) else "none"


def test_the_page_of_commands_is_what_their_help_says():
    done = subprocess.run(
        [sys.executable, str(ROOT / ".ci" / "commands.py"), "check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_setting_is_told_with_its_default():
    listed = rows(SETTINGS, 4)
    assert set(listed) == set(Settings.model_fields), "docs/reference/settings.md needs one row for each setting"
    for name, (variable, default, about) in listed.items():
        field = Settings.model_fields[name]
        assert variable == ("" if name in SECTIONS else f"`DAYTWO_{name.upper()}`")
        expected = {"home": "`~/.daytwo`"} | dict.fromkeys(SECTIONS, "none")
        assert default == expected.get(name, told(field)), name
        assert len(about) > 20


def test_every_key_of_a_section_is_told_with_its_default():
    listed = rows(SETTINGS, 3)
    assert {name: default for name, (default, _) in listed.items()} == {
        name: told(field)
        for section in (EnvironmentsSection, ProviderSection, StateSection)
        for name, field in section.model_fields.items()
    }


def test_other_variables_are_read_somewhere():
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "src" / "daytwo").rglob("*.py"))
    listed = rows(SETTINGS, 2)
    assert listed
    assert [name for name in listed if f'"{name}"' not in source] == []


def examples():
    """Lines that stand in shell blocks and are not typed by a test (tests/e2e/test_tutorial.py types the others)."""
    for page in sorted(DOCS.rglob("*.md")):
        for block in re.findall(r"^```sh\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE):
            for line in block.splitlines():
                if "./daytwo" in line:
                    yield pytest.param(line.partition("./daytwo ")[2].partition(" #")[0], id=f"{page.stem}: {line}")


@pytest.mark.parametrize("line", list(examples()))
def test_an_example_names_a_command_and_options_that_exist(line):
    sections = dict(re.findall(r"^## ([^\n]+)\n\n```text\n(.*?)^```", COMMANDS, flags=re.DOTALL | re.MULTILINE))
    command = next((name for name in sections if f"{line} ".startswith(f"{name} ")), None)
    assert command, f"{line} is none of {', '.join(sections)}"
    unknown = set(re.findall(r"--[a-z-]+", line)) - set(re.findall(r"--[a-z-]+", sections[command]))
    assert not unknown, line
