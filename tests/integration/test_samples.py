"""The makers of the sample data: same seed, same bytes; as many rows as promised; the facts that README states."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
PACKAGED = EXAMPLES.parent / "src" / "daytwo" / "cli" / "sample"
README = (EXAMPLES / "README.md").read_text("utf-8")
MAKERS = ("make_business.py", "make_clinical.py")


def _make(maker: str, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EXAMPLES / maker), str(out), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.mark.parametrize("maker", MAKERS)
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(maker: str, tmp_path: Path) -> None:
    for name, seed in (("one", "7"), ("two", "7"), ("other", "8")):
        done = _make(maker, tmp_path / name, "--seed", seed, "--scale", "0.01")
        assert done.returncode == 0, done.stderr
    one, two, other = (_digests(tmp_path / name) for name in ("one", "two", "other"))
    assert len(one) == 7
    assert one == two
    assert not set(one.values()) & set(other.values())


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--scale", "0"], "--scale is above 0"),
        (["--scale", "nan"], "--scale is above 0"),
        (["--seed", "-1"], "--seed is a whole number"),
    ],
)
def test_what_cannot_be_made_is_told(maker: str, options: list[str], told: str, tmp_path: Path) -> None:
    done = _make(maker, tmp_path / "out", *options)
    assert done.returncode == 2
    assert told in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = _make("make_business.py", tmp_path / "file" / "out", "--scale", "0.01")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "cannot be written" in done.stderr


def test_the_tables_of_the_demo_are_what_the_maker_makes(tmp_path: Path) -> None:
    done = _make("make_business.py", tmp_path, "--scale", "0.02")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "customers.csv").read_bytes() == (PACKAGED / "customers.csv").read_bytes()
    # Another version of the library writes the same table in other bytes.
    pd.testing.assert_frame_equal(
        pd.read_parquet(tmp_path / "orders.parquet"), pd.read_parquet(PACKAGED / "orders.parquet")
    )


def _stated(heading: str) -> list[str]:
    """The figures, in bold, of the facts below a heading of README."""
    part = README.split(f"## {heading}\n")[1].split("\n## ")[0].split("### Facts\n")[1]
    return re.findall(r"\*\*(.*?)\*\*", part)


@pytest.fixture(scope="module")
def business(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("business")
    done = _make("make_business.py", folder)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(" rows\n") == 7
    return folder


@pytest.fixture(scope="module")
def clinical(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clinical")
    done = _make("make_clinical.py", folder)
    assert done.returncode == 0, done.stderr
    return folder


def _rows(folder: Path) -> dict[str, int]:
    return {path.name: len(_read(path)) for path in folder.iterdir()}


def _read(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    separator = ";" if path.stem in {"products", "vitals"} else ","
    return pd.read_csv(path, sep=separator, dtype=str, keep_default_na=False)


def _rows_of_readme(heading: str) -> dict[str, int]:
    part = README.split(f"## {heading}\n")[1].split("\n## ")[0]
    return {
        name: int(rows.replace(",", "")) for name, rows in re.findall(r"^\| `(\S+)` \| ([\d,]+) \|", part, re.MULTILINE)
    }


def _tidy(column: pd.Series) -> pd.Series:
    return column.str.strip().str.lower()


def test_the_business_set_is_what_readme_says(business: Path) -> None:
    rows = _rows(business)
    assert rows == _rows_of_readme("The shop")
    assert sum(rows.values()) >= 500_000
    orders, items = _read(business / "orders.parquet"), _read(business / "order_items.parquet")
    customers, returns = _read(business / "customers.csv"), _read(business / "returns.csv")
    products = _read(business / "products.csv").set_index("product_id")
    month = orders["ordered_at"].dt.strftime("%Y-%m").value_counts()
    assert _stated("The shop") == [
        month.idxmax(),
        f"{month.max():,}",
        orders.groupby("region")["revenue"].size().idxmax(),
        f"{_tidy(customers['country']).eq('germany').sum():,}",
        str(customers["country"].nunique()),
        f"{int((orders['delivered_on'] < orders['ordered_at'].dt.date).sum()):,}",
        f"{int(items.duplicated().sum()):,}",
        _tidy(returns["reason"]).value_counts().idxmax(),
        _tidy(items["product_id"].map(products["category"])).value_counts().idxmax(),
    ]


def test_the_clinical_set_is_what_readme_says(clinical: Path) -> None:
    rows = _rows(clinical)
    assert rows == _rows_of_readme("The trial")
    assert sum(rows.values()) >= 500_000
    events, labs = _read(clinical / "adverse_events.csv"), _read(clinical / "labs.parquet")
    patients, visits = _read(clinical / "patients.csv"), _read(clinical / "visits.parquet")
    arm = patients.set_index("patient_id")["arm"]
    ldl = labs[(_tidy(labs["analyte"]) == "ldl") & (labs["unit"] == "mmol/L")]
    last = set(visits.loc[_tidy(visits["visit"]) == "week 52", "visit_id"])
    lowered = ldl[ldl["visit_id"].isin(last)].groupby(ldl["patient_id"].map(arm))["value"].median()
    assert _stated("The trial") == [
        _tidy(events["term"]).value_counts().idxmax(),
        f"{events['patient_id'].map(arm).eq('lumen 20 mg').sum():,}",
        f"{events['patient_id'].map(arm).eq('placebo').sum():,}",
        f"{lowered['lumen 20 mg']:.1f}",
        f"{lowered['placebo']:.1f}",
        f"{int((labs['received_at'] < labs['drawn_at']).sum()):,}",
        f"{int(labs.duplicated().sum()):,}",
        str(patients["sex"].nunique() - 1),
    ]
