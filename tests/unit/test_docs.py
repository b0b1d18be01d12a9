"""The documentation is true where a machine can tell."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WHERE = (ROOT / "docs" / "where.md").read_text()
PAGES = [path for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")] if path.name != "LICENSE"]


def test_every_file_of_the_map_exists():
    named = set(re.findall(r"`((?:src/[\w/.]+)|daytwo)`", WHERE))
    assert len(named) > 40
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


def test_every_room_is_on_the_map():
    rooms = {
        str(path.parent.relative_to(ROOT))
        for path in (ROOT / "src" / "daytwo").glob("*/**/__init__.py")
        if len(path.relative_to(ROOT / "src" / "daytwo").parts) <= 3
    }
    named = "\n".join(re.findall(r"`(src/[\w/.]+)`", WHERE))
    assert sorted(room for room in rooms if room not in named) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page):
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_each_decision_has_a_number_of_its_own():
    numbers = [path.name[:4] for path in sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
