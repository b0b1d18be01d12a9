"""What an environment says can be imported is what Python can import from its folder."""

import importlib.util
import sys
from importlib.machinery import EXTENSION_SUFFIXES

from daytwo.executor.environments import default_environment
from daytwo.executor.environments.environment import importable


def test_default_environment_is_the_running_interpreters():
    environment = default_environment()
    assert environment.base_python.is_file()
    assert environment.base_python.is_relative_to(environment.base_prefix)
    assert {"json", "os", "pandas", "numpy", "sklearn", "dateutil", "duckdb"} <= environment.import_names
    assert environment.distributions["scikit-learn"]
    assert environment.distributions.keys() >= {"pandas", "pydantic-settings", "python-dateutil"}
    for name in environment.import_names - set(sys.stdlib_module_names):
        assert importlib.util.find_spec(name) is not None, name


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
