"""Answers as people take them along: reports, tables as files, a session as a notebook that runs without daytwo."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import openpyxl
import pandas as pd
import pytest

from daytwo.control.storage.embedded import EmbeddedServer

SAMPLE = Path(__file__).parents[2] / "examples" / "orders.csv"
LIMIT_SECONDS = 180
FIRST = """
orders = data('orders').pandas()
by = orders.groupby('region')['revenue'].sum().round(2)
say(f'Best: {by.idxmax()}')
show(by, title='Revenue | by <region>')
import matplotlib.pyplot as plt
by.plot.bar()
"""
SECOND = """
top = sql("select region, count(*) as n from orders where status = 'delivered' group by region order by n desc, region")
say(top.pandas().to_json(orient='values'))
say(f'{by.sum():.2f}')
"""

Command = Callable[..., subprocess.CompletedProcess[str]]


def _command(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "daytwo.cli.main", *words, "--home", str(home)]


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        home = Path(folder) / "home"
        yield home
        EmbeddedServer(home).destroy()


@pytest.fixture(scope="module")
def daytwo(home: Path) -> Iterator[Command]:
    def run(*words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            _command(home, *words), capture_output=True, text=True, check=False, timeout=LIMIT_SECONDS
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    with subprocess.Popen(_command(home, "up", "--json"), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any('"ready"' in line for line in process.stdout)
        yield run
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


def _replay(folder: Path, program: str) -> str:
    path = folder / "model.jsonl"
    path.write_text(json.dumps({"final": True, "code": program}) + "\n")
    return f"replay:{path}"


@pytest.fixture(scope="module")
def session(daytwo: Command, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Two questions, the second over the first one's variable."""
    folder = tmp_path_factory.mktemp("replay")
    first = daytwo("ask", str(SAMPLE), "Which region is best?", "--model", _replay(folder, FIRST), "--json")
    second = daytwo("ask", "--session", "last", "And <b>then</b>?", "--model", _replay(folder, SECOND), "--json")
    return [json.loads(done.stdout) for done in (first, second)]


def test_ask_open_serves_its_report_until_ctrl_c(home: Path) -> None:
    command = _command(home, "ask", str(SAMPLE), "What is the total revenue by region?", "--open")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = next(line.split()[-1] for line in process.stdout if line.startswith("Report"))
        with httpx2.Client(follow_redirects=True, trust_env=False) as browser:
            page = browser.get(url)
            assert page.status_code == 200
            assert "What is the total revenue by region?" in page.text
            sheet = browser.get(f"{page.url}/1/t1.csv")
            assert sheet.text.splitlines()[0] == '"region","total revenue"'
            assert browser.get(url).status_code == 401
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=LIMIT_SECONDS)
        assert process.returncode == 0


def test_open_with_json_keeps_the_report_as_a_file(daytwo: Command, session: list[dict[str, Any]]) -> None:
    run = session[0]["run"]
    done = daytwo("runs", "show", run, "--open", "--json")
    assert json.loads(done.stdout)["run"] == run
    path = Path(done.stderr.strip().removeprefix("Report: "))
    html = path.read_text("utf-8")
    assert "Best: West" in html
    assert "Revenue | by &lt;region&gt;" in html
    assert "data:image/png;base64," in html
    assert path.stat().st_mode & 0o077 == 0 or path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_tables_are_exported(daytwo: Command, session: list[dict[str, Any]], tmp_path: Path, form: str) -> None:
    path = tmp_path / f"table.{form}"
    done = daytwo("runs", "export", session[0]["run"], "--table", "1", "--to", str(path), "--json")
    assert json.loads(done.stdout) == {
        "table": 1,
        "name": "Revenue | by <region>",
        "path": str(path),
        "format": form,
        "rows": 4,
        "notes": [],
    }
    readers = {"csv": pd.read_csv, "parquet": pd.read_parquet, "xlsx": partial(pd.read_excel, engine="openpyxl")}
    read = readers[form](path)
    assert read.to_numpy().tolist() == [list(row) for row in session[0]["tables"][0]["rows"]]
    if form == "xlsx":
        assert openpyxl.load_workbook(io.BytesIO(path.read_bytes())).active["A1"].font.bold


def test_what_cannot_be_exported_says_what_to_do(daytwo: Command, session: list[dict[str, Any]]) -> None:
    for words, code in (
        ((session[1]["run"],), "no_tables"),
        ((session[0]["run"], "--table", "2"), "table_not_found"),
        ((session[0]["run"], "--to", "a.csv", "--format", "xlsx"), "bad_format"),
        (("run_x",), "run_not_found"),
    ):
        done = daytwo("runs", "export", *words, check=False)
        assert f"error[{code}]" in done.stderr
        assert done.returncode != 0


def test_unknown_runs_and_sessions_name_the_next_step(daytwo: Command) -> None:
    assert "daytwo runs list" in daytwo("receipts", "show", "run_x", check=False).stderr
    assert "daytwo sessions list" in daytwo("runs", "list", "--session", "bogus", check=False).stderr


def test_a_session_becomes_a_notebook_that_runs_without_daytwo(
    daytwo: Command, session: list[dict[str, Any]], tmp_path: Path
) -> None:
    path = tmp_path / "session.ipynb"
    daytwo("sessions", "export", session[0]["session"], "--to", str(path))
    made = json.loads(path.read_text("utf-8"))
    assert (made["nbformat"], made["nbformat_minor"]) == (4, 5)
    cells = made["cells"]
    assert len({cell["id"] for cell in cells}) == len(cells)
    texts = "".join(cell["source"] for cell in cells if cell["cell_type"] == "markdown")
    assert "<b>" not in texts
    assert "Best\\: West" in texts or "Best: West" in texts
    outputs = [output for cell in cells if cell["cell_type"] == "code" for output in cell["outputs"]]
    assert {kind for output in outputs for kind in output.get("data", {})} == {"text/html", "text/plain", "image/png"}
    # Executed cell by cell in one namespace, by an interpreter that has the libraries and not daytwo.
    code = "\n".join(cell["source"] for cell in cells if cell["cell_type"] == "code")
    (tmp_path / "notebook.py").write_text(f"import sys; sys.modules['daytwo'] = None\n{code}\n")
    done = subprocess.run(
        [sys.executable, "notebook.py"],
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "MPLBACKEND": "agg", "MPLCONFIGDIR": str(tmp_path / "mpl")},
    )
    assert done.returncode == 0, done.stderr
    said = [text for answer in session for text in answer["says"]]
    assert [line for line in done.stdout.splitlines() if line in said] == said
    for region, revenue in session[0]["tables"][0]["rows"]:
        assert any(line.split() == [region, f"{revenue:.2f}"] for line in done.stdout.splitlines())


def test_a_notebook_without_outputs_holds_no_answer(
    daytwo: Command, session: list[dict[str, Any]], tmp_path: Path
) -> None:
    path = tmp_path / "session.ipynb"
    daytwo("sessions", "export", session[0]["session"], "--to", str(path), "--without-outputs")
    text = path.read_text("utf-8")
    assert "Best: West" not in text
    assert all(not cell["outputs"] for cell in json.loads(text)["cells"] if cell["cell_type"] == "code")
    done = daytwo("sessions", "export", session[0]["session"], "--to", str(tmp_path / "x.txt"), check=False)
    assert "error[bad_file_name]" in done.stderr
