"""Environments built by the real uv, offline, from wheels that the test makes: locked, sealed, found, thrown away."""

import hashlib
import json
import threading
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from daytwo.executor import cell
from daytwo.executor.environments import Environments, Growth, Source, default_environment
from daytwo.executor.environments.environment import NEEDED_BY_THE_CELL
from daytwo.executor.installation import choose_environment, local_sandboxes, open_environments
from daytwo.executor.sandbox import COLD, PROFILES, Cancel, Kind, Sandboxes, SandboxRequest
from daytwo.executor.settings import EnvironmentSettings, ExecutorSettings
from daytwo.wire.errors import Denied, Invalid, Missing, Unavailable
from tests.wheels import make_wheel


@pytest.fixture
def wheelhouse(tmp_path):
    folder = tmp_path / "wheels"
    folder.mkdir()
    return folder


@pytest.fixture
def environments(tmp_path, wheelhouse):
    return Environments(tmp_path / "environments", Source(wheelhouse=wheelhouse, offline=True))


def test_a_lock_becomes_a_sealed_tree_named_by_its_content(environments, wheelhouse):
    one, two = make_wheel(wheelhouse, "alpha"), make_wheel(wheelhouse, "beta", "2.5")
    said = []
    built = environments.build(one + two, said.append)
    assert {"alpha", "beta"} <= built.import_names
    assert built.distributions == {"alpha": "1.0", "beta": "2.5"}
    assert said
    modes = {path.stat().st_mode & 0o222 for path in built.site_packages.rglob("*")}
    assert modes == {0}
    again = environments.build("# as it may be written, too\n" + two.replace(" --", " \\\n    --") + one)
    assert (again.name, again.site_packages) == (built.name, built.site_packages)
    assert environments.find(built.name) == built


@pytest.mark.parametrize(
    "line",
    [
        "alpha==1.0",
        "alpha>=1.0 --hash=sha256:" + "0" * 64,
        "alpha @ file:///tmp/alpha.whl --hash=sha256:" + "0" * 64,
        "--index-url somewhere",
        "-e .",
        "alpha==1.0 --hash=md5:" + "0" * 32,
        "",
    ],
)
def test_what_is_not_locked_is_not_built(environments, line):
    with pytest.raises(Invalid) as refused:
        environments.build(line + "\n")
    assert refused.value.code == "environment_not_locked"


def test_another_hash_is_refused_and_leaves_nothing(environments, wheelhouse, tmp_path):
    line = make_wheel(wheelhouse, "alpha")
    with pytest.raises(Unavailable) as refused:
        environments.build(line.partition("sha256:")[0] + "sha256:" + "0" * 64)
    assert refused.value.code == "environment_build_failed"
    assert "alpha" in refused.value.message
    assert list((tmp_path / "environments").iterdir()) == []


def test_a_package_that_is_no_wheel_is_not_built(environments, wheelhouse):
    path = wheelhouse / "gamma-1.0.tar.gz"
    path.write_bytes(b"not looked into")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(Unavailable):
        environments.build(f"gamma==1.0 --hash=sha256:{digest}\n")


def test_builders_at_the_same_time_end_with_one_tree(environments, wheelhouse, tmp_path):
    line = make_wheel(wheelhouse, "alpha")
    found = []
    builders = [threading.Thread(target=lambda: found.append(environments.build(line))) for _ in range(3)]
    for builder in builders:
        builder.start()
    for builder in builders:
        builder.join()
    assert len({environment.site_packages for environment in found}) == 1
    assert [tree.name for tree in (tmp_path / "environments").iterdir()] == [found[0].name]


def test_the_least_recently_used_goes_unless_it_is_in_use(tmp_path, wheelhouse):
    lines = [make_wheel(wheelhouse, name, padding=400_000) for name in ("alpha", "beta", "gamma")]
    used = set()
    source = Source(wheelhouse=wheelhouse, offline=True)
    environments = Environments(tmp_path / "environments", source, cap_bytes=1_000_000, in_use=lambda: used)
    first, second = (environments.build(line) for line in lines[:2])
    environments.find(first.name)
    third = environments.build(lines[2])
    with pytest.raises(Missing) as gone:
        environments.find(second.name)
    assert gone.value.code == "environment_unknown"
    used.add(first.name)
    fourth = environments.build(lines[1])
    assert environments.find(first.name).site_packages.is_dir()
    assert environments.find(fourth.name).site_packages.is_dir()
    with pytest.raises(Missing):
        environments.find(third.name)


def test_what_was_thrown_away_is_built_again_from_its_lock(tmp_path, wheelhouse):
    for name in ("alpha", "beta", "gamma"):
        make_wheel(wheelhouse, name, padding=400_000)
    source = Source(wheelhouse=wheelhouse, offline=True)
    environments = Environments(tmp_path / "environments", source, cap_bytes=1_000_000)
    growth = Growth(default_environment(), environments)
    first = environments.grow(default_environment(), ["alpha"])
    grown = environments.grow(first, ["beta"])
    environments.grow(default_environment(), ["gamma"])
    with pytest.raises(Missing):
        environments.find(grown.name)
    again = growth.begun_in(grown.content_digest)
    assert again == grown
    assert again.distributions["beta"] == grown.distributions["beta"]
    assert environments.find(grown.name) == grown


@pytest.mark.parametrize("digest", ["../elsewhere", "0" * 64, ""])
def test_an_unknown_digest_is_told(environments, digest):
    for look in (environments.find, environments.again):
        with pytest.raises(Missing):
            look(digest)


def test_a_request_names_its_environment_and_gets_no_other(environments, wheelhouse):
    built = environments.build(make_wheel(wheelhouse, "alpha", "7.5"))
    cell_source = Path(cell.__file__).parent
    sandboxes = Sandboxes(default_environment(), cell_source, COLD, environments=environments)
    job = json.dumps({"source": "import alpha; print(alpha.VERSION)\nimport pandas"}).encode()
    request = SandboxRequest("cell.script", job, PROFILES["small"], org_id="local", kind=Kind.REAL)
    try:
        named = anyio.run(sandboxes.run, replace(request, environment=built.name), lambda _: None, Cancel())
        default = anyio.run(sandboxes.run, request, lambda _: None, Cancel())
        with pytest.raises(Missing):
            anyio.run(sandboxes.run, replace(request, environment="0" * 64), lambda _: None, Cancel())
        assert sandboxes.environments_in_use() == {built.name}
    finally:
        sandboxes.close()
    assert named.stdout == b"7.5\n"
    assert b"No module named 'pandas'" in named.stderr
    assert b"No module named 'alpha'" in default.stderr


def test_a_zygote_imports_ahead_what_its_environment_lets_it(environments, wheelhouse):
    lock = make_wheel(wheelhouse, "numpy") + make_wheel(wheelhouse, "duckdb", source="raise RuntimeError('not today')")
    built = environments.build(lock)
    sandboxes = Sandboxes(default_environment(), Path(cell.__file__).parent, environments=environments)
    source = "import sys; print([name in sys.modules for name in ('numpy', 'duckdb', 'pandas')])\nimport duckdb"
    request = SandboxRequest(
        *("cell.script", json.dumps({"source": source}).encode(), PROFILES["small"]),
        org_id="local",
        kind=Kind.REAL,
        environment=built.requested_as,
    )
    try:
        sandboxes.warm("local", Kind.REAL, built.requested_as)
        assert sandboxes.environments_in_use() == {built.name}
        result = anyio.run(sandboxes.run, request, lambda _: None, Cancel())
    finally:
        sandboxes.close()
    assert result.stdout == b"[True, False, False]\n", result.stderr
    assert b"RuntimeError: not today" in result.stderr


def settings_with(home, wheelhouse, lock):
    own = EnvironmentSettings(lock=lock, wheelhouse=wheelhouse, offline=True)
    return ExecutorSettings(home=home, control_url="http://127.0.0.1:1", environments=own)


def test_an_executor_runs_programs_in_the_environment_of_its_lock(tmp_path, wheelhouse):
    """The packages that the cell needs are stand-ins: `cell.script` imports none of them by itself."""
    lock = tmp_path / "requirements.lock"
    lock.write_text("".join(make_wheel(wheelhouse, name) for name in (*NEEDED_BY_THE_CELL, "alpha")), "utf-8")
    settings = settings_with(tmp_path, wheelhouse, lock)
    environments = open_environments(settings)
    environment = choose_environment(settings, environments)
    assert environment.requested_as == environment.name != default_environment().name
    assert environment.content_digest != default_environment().content_digest
    assert choose_environment(settings, environments).content_digest == environment.content_digest
    sandboxes = local_sandboxes(default_environment(), COLD, environments=environments)
    job = json.dumps({"source": "import alpha, pandas; print(alpha.VERSION, pandas.VERSION)"}).encode()
    request = SandboxRequest(
        *("cell.script", job, PROFILES["small"]),
        org_id="local",
        kind=Kind.REAL,
        environment=environment.requested_as,
    )
    try:
        result = anyio.run(sandboxes.run, request, lambda _: None, Cancel())
    finally:
        sandboxes.close()
    assert result.stdout == b"1.0 1.0\n", result.stderr


def test_an_executor_refuses_a_lock_that_no_program_could_run_in(tmp_path, wheelhouse):
    lock = tmp_path / "requirements.lock"
    settings = settings_with(tmp_path, wheelhouse, lock)
    with pytest.raises(Missing) as absent:
        choose_environment(settings, open_environments(settings))
    assert absent.value.code == "lock_not_found"
    lock.write_text(make_wheel(wheelhouse, "alpha"), "utf-8")
    with pytest.raises(Invalid) as incomplete:
        choose_environment(settings, open_environments(settings))
    assert incomplete.value.code == "environment_incomplete"
    plain = settings.model_copy(update={"environments": EnvironmentSettings()})
    assert choose_environment(plain, open_environments(plain)) is default_environment()


def test_an_environment_grows_by_what_it_lacks_and_no_more(environments, wheelhouse, tmp_path):
    """What another environment holds is neither resolved nor built again, and versions have to fit it."""
    base = default_environment()
    make_wheel(wheelhouse, "alpha", "1.0", requires=("pandas>=1", "beta"))
    make_wheel(wheelhouse, "alpha", "2.0", requires=("pandas<1",))
    make_wheel(wheelhouse, "beta")
    said = []
    grown = environments.grow(base, ["alpha"], progress=said.append)
    added = {name: version for name, version in grown.distributions.items() if name not in base.distributions}
    assert added == {"alpha": "1.0", "beta": "1.0"}
    assert said
    assert grown.import_names - base.import_names == {"alpha", "beta"}
    assert grown.site_packages == base.site_packages
    assert grown.content_digest == grown.requested_as == grown.name != base.content_digest
    assert environments.find(grown.name) == grown
    for path in wheelhouse.iterdir():
        path.unlink()
    assert environments.grow(base, ["alpha"]) == grown, "which was not resolved again"


def test_what_grew_grows_on_and_keeps_what_it_had(environments, wheelhouse):
    make_wheel(wheelhouse, "alpha", "1.0")
    first = environments.grow(default_environment(), ["alpha"])
    make_wheel(wheelhouse, "alpha", "2.0")
    make_wheel(wheelhouse, "beta", requires=("alpha",))
    second = environments.grow(first, ["beta"])
    assert (second.distributions["alpha"], second.distributions["beta"]) == ("1.0", "1.0")
    assert second.site_packages == default_environment().site_packages
    assert environments.grow(second, ["alpha"]) == second


def test_what_does_not_fit_or_is_refused_does_not_come_in(environments, wheelhouse):
    make_wheel(wheelhouse, "alpha", requires=("pandas<1",))
    make_wheel(wheelhouse, "beta", requires=("gamma",))
    make_wheel(wheelhouse, "gamma")
    for package in ("alpha", "nosuchthing"):
        with pytest.raises(Unavailable) as unfit:
            environments.grow(default_environment(), [package])
        assert unfit.value.code == "environment_build_failed"
    with pytest.raises(Denied) as refused:
        environments.grow(default_environment(), ["beta"], frozenset({"gamma"}))
    assert refused.value.code == "package_refused"


def test_a_state_opens_in_what_its_environment_grew_into_alone(environments, wheelhouse):
    make_wheel(wheelhouse, "alpha")
    base = default_environment()
    growth = Growth(base, environments)
    grown = growth.grown(base, ["alpha"], "run_01m82cgszde08pxbc0jh25q6z8")
    assert growth.build is None
    assert growth.begun_in(None) is growth.begun_in(base.content_digest) is base
    assert growth.begun_in(grown.content_digest) == grown
    elsewhere = Growth(environments.build(make_wheel(wheelhouse, "beta")), environments)
    for digest in (base.content_digest, grown.content_digest, "0" * 64):
        with pytest.raises(Denied, match="new session") as refused:
            elsewhere.begun_in(digest)
        assert refused.value.code == "other_environment"


def test_a_sandbox_finds_what_was_added_after_what_was_there(environments, wheelhouse):
    make_wheel(wheelhouse, "alpha", "7.5")
    grown = environments.grow(default_environment(), ["alpha"])
    sandboxes = Sandboxes(default_environment(), Path(cell.__file__).parent, COLD, environments=environments)
    source = "import sys, alpha, numpy; print(alpha.VERSION, alpha.__file__, numpy.__file__.startswith('/env/'))"
    request = SandboxRequest(
        *("cell.script", json.dumps({"source": source}).encode(), PROFILES["small"]),
        org_id="local",
        kind=Kind.REAL,
        environment=grown.requested_as,
    )
    try:
        result = anyio.run(sandboxes.run, request, lambda _: None, Cancel())
    finally:
        sandboxes.close()
    assert result.stdout == b"7.5 /env-more/alpha.py True\n", result.stderr
