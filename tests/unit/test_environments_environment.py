"""What an environment says can be imported is what Python can import from its folder."""

import importlib.util
import sys
from importlib.machinery import EXTENSION_SUFFIXES

import pytest

from daytwo.executor.environments import default_environment, environment_at
from daytwo.executor.environments.environment import importable
from daytwo.wire.errors import Invalid

ANALYSIS = {
    *("numpy", "pandas", "polars", "pyarrow", "duckdb", "scipy", "scikit-learn", "statsmodels", "matplotlib"),
    *("plotly", "openpyxl"),
}


def test_default_environment_is_the_running_interpreters():
    environment = default_environment()
    assert environment.base_python.is_file()
    assert environment.base_python.is_relative_to(environment.base_prefix)
    assert {"json", "os", "pandas", "numpy", "sklearn", "dateutil", "duckdb"} <= environment.import_names
    assert environment.distributions["scikit-learn"]
    assert environment.distributions.keys() >= {"pandas", "pydantic-settings", "python-dateutil"}
    for name in environment.import_names - set(sys.stdlib_module_names):
        assert importlib.util.find_spec(name) is not None, name


def test_a_program_finds_what_analysis_needs():
    environment = default_environment()
    assert environment.distributions.keys() >= ANALYSIS
    assert environment.requested_as is None
    environment.require_for_cell()


def described(folder):
    base = default_environment()
    return environment_at(
        "0" * 64, python=base.python, base_python=base.base_python, base_prefix=base.base_prefix, site_packages=folder
    )


def test_the_digest_covers_what_programs_can_import(tmp_path):
    record = tmp_path / "alpha-1.0.dist-info" / "RECORD"
    own = tmp_path / "daytwo-1.0.dist-info" / "RECORD"
    for path in (record, own):
        path.parent.mkdir()
        (path.parent / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {path.parent.name[:-13]}\nVersion: 1.0\n")
    seen = "alpha/__init__.py,sha256=aa,1\nalpha.libs/lib.so,sha256=bb,2\n"

    def digest(recorded, of_ours=""):
        record.write_text(recorded)
        own.write_text(of_ours)
        return described(tmp_path).content_digest

    first = digest(seen)
    unseen = "../../../bin/alpha,sha256=cc,3\nalpha.pth,sha256=dd,4\nalpha/x.pyc,,\nalpha-1.0.dist-info/RECORD,,\n"
    assert digest(unseen + seen, "daytwo/x.py,sha256=ee,5\n") == first
    assert digest(seen.replace("sha256=bb", "sha256=bc")) != first
    assert digest(seen.replace("alpha/__init__", "alpha/other")) != first


def test_an_environment_without_what_the_cell_needs_is_refused(tmp_path):
    (tmp_path / "pandas.py").touch()
    with pytest.raises(Invalid, match="cloudpickle, duckdb") as refused:
        described(tmp_path).require_for_cell()
    assert refused.value.code == "environment_incomplete"
    assert described(tmp_path).requested_as == "0" * 64


def test_names_are_read_off_the_folder(tmp_path):
    for file in (
        "module.py",
        f"native{EXTENSION_SUFFIXES[0]}",
        "package/__init__.py",
        "space/part/__init__.py",
    ):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    for noise in ("thing-1.0.dist-info/METADATA", "thing.libs/libx.so", "docs/index.txt", "__pycache__/m.pyc", "a.pth"):
        (tmp_path / noise).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / noise).touch()
    assert importable(tmp_path) == {"module", "native", "package", "space"}
