"""The tutorial and the how-to pages are true: their commands are typed as a reader would, and print what is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.console import Command, Reader, commands, untruths
from tests.e2e.pages import DOCS, PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_true(page: Path) -> None:
    assert len(commands(page.read_text("utf-8"))) >= 5, "the commands are not where this test looks for them"
    with PAGES[page]() as stands:
        found = untruths(page, stands)
    assert not found, "\n\n".join([*found, f"`python -m tests.e2e.pages {page.name}` writes what is printed now."])


def test_every_page_with_commands_is_typed() -> None:
    with_commands = {page for page in DOCS.rglob("*.md") if commands(page.read_text("utf-8"))}
    assert with_commands == set(PAGES)


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path, {"db.example": "127.0.0.1"})


def test_commands_are_read_off_a_page() -> None:
    page = "# A\n\n```console\n$ cat > a <<'END'\n> x\n>\n> END\n$ cat a  \nx\n```\n\n```sh\n$ rm a\n```\n"
    assert commands(page) == [Command("cat > a <<'END'\nx\n\nEND", ""), Command("cat a  ", "x\n")]


def test_what_is_typed_is_run_in_the_clone_and_told_in_the_page_s_words(reader: Reader) -> None:
    assert reader.prints(Command("export WORD=one", "")) == ""
    assert reader.prints(Command("echo $WORD $PWD db.example; ls examples/orders.csv", "")) == (
        "one /home/you/daytwo db.example\nexamples/orders.csv\n"
    )


RUN = "run_01m82ghvpe57bvj5qhv2zqs48c"
OTHER = "run_01m82gj2hztjwzc31y3wa10vx4"


@pytest.mark.parametrize(
    ("shown", "printed", "is_true"),
    [
        ("a\n", "a\n", True),
        ("a\n", "b\n", False),
        ("a\n", "a\nb\n", False),
        ("", "a\n", False),
        ("a\n[…]\nd\n", "a\nb\nc\nd\n", True),
        ("a\n[…]\nd\n", "a\nb\nc\n", False),
        (f"{RUN} {RUN}\n", f"{OTHER} {OTHER}\n", True),
        (f"{RUN} {RUN}\n", f"{OTHER} {RUN}\n", False),
        ("at 2026-11-22 20:54 UTC\n", "at 2027-01-01 00:00 UTC\n", True),
        ("2,208 bytes, 0.5 s, 40 ms\n", "9 bytes, 12 s, 1 ms\n", True),
        ("3.7 bits\n", "4.0 bits\n", False),
    ],
)
def test_only_what_varies_may_differ(reader: Reader, shown: str, printed: str, is_true: bool) -> None:
    assert reader.believes(Command("true", shown), printed) is is_true


def test_an_identifier_of_the_page_stands_for_the_real_one_from_then_on(reader: Reader) -> None:
    assert reader.believes(Command("true", f"{RUN}\n"), f"{OTHER}\n")
    assert reader.prints(Command(f"echo {RUN}; test {RUN} = {OTHER[:4]}{OTHER[4:]} && echo same", "")) == (
        f"{RUN}\nsame\n"
    )
    assert not reader.believes(Command("true", f"{RUN}\n"), f"{RUN[:-1]}0\n")
