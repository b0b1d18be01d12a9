"""Doctor tells for each thing whether it works, and how to mend what does not."""

import json

import pytest

from daytwo.cli import doctor
from daytwo.cli.doctor import Check
from daytwo.cli.main import run
from daytwo.cli.settings import load


@pytest.fixture
def checks(capsys, tmp_path):
    """What doctor says of a home, by name."""

    def found(home=tmp_path / "home"):
        with pytest.raises(SystemExit):
            run(["doctor", "--json", "--home", str(home)])
        return {check["name"]: check for check in json.loads(capsys.readouterr().out)["checks"]}

    return found


def test_each_thing_that_daytwo_needs_is_told(checks):
    told = checks()
    assert set(told) >= {
        "python",
        "home",
        "disk",
        "memory",
        "time zones",
        "database",
        "profile small",
        "profile medium",
        "profile large",
        "model builtin:analyst",
        "model openai:…",
    }
    assert all(check["detail"] for check in told.values())
    assert all(check["mend"] for check in told.values() if not check["ok"])
    assert "1 GiB, 60 s a step" in told["profile small"]["detail"]


def test_a_profile_whose_gpu_is_not_there_is_neither_well_nor_missing(checks, tmp_path, monkeypatch):
    monkeypatch.setenv("DAYTWO_DEVICE_FOLDER", str(tmp_path))
    told = checks()["profile gpu"]
    assert (told["ok"], told["optional"]) == (False, True)
    assert "no GPU" in told["detail"]


def test_a_home_below_a_file_is_told_with_what_mends_it(checks, tmp_path):
    (tmp_path / "file").write_text("")
    home = checks(tmp_path / "file" / "home")["home"]
    assert not home["ok"]
    assert "DAYTWO_HOME" in home["mend"]


def test_a_model_that_is_not_configured_is_neither_well_nor_missing(capsys, monkeypatch, tmp_path):
    for variable in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(SystemExit):
        run(["doctor", "--home", str(tmp_path / "home")])
    told = capsys.readouterr().out.splitlines()
    place = told.index("-        model openai:…: not configured")
    assert told[place + 1].strip() == "Set OPENAI_API_KEY to use it."


def test_the_last_line_sums_up():
    assert doctor._summary([]).startswith("All that daytwo needs is here.")
    assert "disk, memory" in doctor._summary(["disk", "memory"])


def test_what_is_missing_is_missing(monkeypatch):
    monkeypatch.setattr(doctor, "available_timezones", set)
    monkeypatch.setattr(doctor, "_memory_bytes", lambda: 1 << 30)
    assert not doctor._zones().ok
    assert not doctor._memory().ok
    large = [check for check in doctor._profiles(load()) if check.name == "profile large"]
    assert large[0].ok
    assert "1.0 GiB are here" in large[0].detail
    assert isinstance(doctor._zones(), Check)
