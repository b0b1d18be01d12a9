"""The tables: as `vega_datasets` and `statsmodels` ship them, named as a person would name the file.

`modechoice` comes as the two tables that a database would keep: travellers, and the trips that each could take.
"""

from __future__ import annotations

import pandas as pd
import statsmodels.api as sm
from vega_datasets import local_data


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


def tables() -> dict[str, pd.DataFrame]:
    """Every table by the name that programs call it."""
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
        "crime": _statsmodels("statecrime"),
        "investments": _statsmodels("grunfeld"),
        "macro": _statsmodels("macrodata"),
        "marriages": _statsmodels("fair"),
        "travellers": travellers,
        "trips": trips,
    }
