"""The tables: as `vega_datasets` and `statsmodels` ship them; those of the other sets; `examples/`'s dirty shop.

They are named as a person would name the file.  `modechoice` comes as the two tables that a database would keep:
travellers, and the trips that each could take.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import statsmodels.api as sm
from vega_datasets import local_data

from bench.analyst_set.conditions import sources as conditions
from bench.analyst_set.newcomers import sources as newcomers
from bench.analyst_set.strangers import sources as strangers

_EXAMPLES = Path(__file__).parents[2] / "examples"
_SCALE = "0.02"


def _statsmodels(name: str) -> pd.DataFrame:
    frame = getattr(sm.datasets, name).load_pandas().data
    return frame.reset_index() if frame.index.name else frame


def _travel() -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = _statsmodels("modechoice")
    whole = {"individual": int, "psize": int}
    travellers = rows[["individual", "hinc", "psize"]].drop_duplicates("individual").astype(whole)
    travellers = travellers.rename(
        columns={"individual": "traveller_id", "hinc": "household_income", "psize": "party_size"}
    )
    modes = {1: "air", 2: "train", 3: "bus", 4: "car"}
    trips = pd.DataFrame(
        {
            "trip_id": range(1, len(rows) + 1),
            "traveller_id": rows["individual"].astype(int),
            "mode": rows["mode"].map(modes),
            "chosen": rows["choice"].map({1.0: "yes", 0.0: "no"}),
            "waiting_minutes": rows["ttme"].astype(int),
            "cost": rows["gc"],
        }
    )
    return travellers.reset_index(drop=True), trips


def _shipped() -> dict[str, pd.DataFrame]:
    travellers, trips = _travel()
    return {
        "cars": local_data.cars(),
        "weather": local_data.seattle_weather(),
        "stocks": local_data.stocks(),
        "airports": local_data.airports(),
        "electricity": local_data.iowa_electricity(),
        "barley": local_data.barley(),
        "victims": local_data.la_riots(),
        "iris": local_data.iris(),
        "employment": local_data.us_employment(),
        "antibiotics": local_data.burtin(),
        "crimea": local_data.crimea(),
        "driving": local_data.driving(),
        "temperatures": local_data.seattle_temps(),
        "wheat": local_data.wheat(),
        "crime": _statsmodels("statecrime"),
        "investments": _statsmodels("grunfeld"),
        "macro": _statsmodels("macrodata"),
        "marriages": _statsmodels("fair"),
        "transplants": _statsmodels("heart"),
        "doctor_visits": _statsmodels("randhie"),
        "committees": _statsmodels("committee"),
        "fertility": _statsmodels("fertility"),
        "travellers": travellers,
        "trips": trips,
        **strangers.frames(),
        **newcomers.frames(),
        **conditions.frames(),
    }


def _make(script: str, folder: Path) -> None:
    """Runs a generator of `examples/`, which leaves its files in the folder."""
    command = [sys.executable, str(_EXAMPLES / script), str(folder), "--scale", _SCALE]
    subprocess.run(command, check=True, capture_output=True)


@dataclass(frozen=True)
class Table:
    """What pandas holds, and the file that the product is given."""

    frame: pd.DataFrame
    path: Path


def tables(folder: Path) -> dict[str, Table]:
    """Every table by the name that programs call it, its file in `folder`."""
    made: dict[str, Table] = {}
    for name, frame in _shipped().items():
        made[name] = Table(frame, folder / f"{name}.csv")
        frame.to_csv(made[name].path, index=False)
    _make("make_business.py", folder)
    _make("make_clinical.py", folder)
    for name in ("orders", "order_items"):
        path = folder / f"{name}.parquet"
        made[name] = Table(pd.read_parquet(path), path)
    for name, separator in (
        ("customers", ","),
        ("products", ";"),
        ("stores", ","),
        ("payments", ","),
        ("returns", ","),
        ("patients", ","),
        ("sites", ","),
    ):
        path = folder / f"{name}.csv"
        made[name] = Table(pd.read_csv(path, sep=separator, keep_default_na=False, na_values=[""]), path)
    return made
