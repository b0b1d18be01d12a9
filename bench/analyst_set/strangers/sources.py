"""The strangers' tables: as `plotly`, `scikit-learn`, `statsmodels` and `vega_datasets` ship them, codes put in words.

All are real but `patients` and `sites`, which are the invented trial of `examples/make_clinical.py` with its dirt.
Where a package ships numbers for words (a vote as 0 or 1), the words are those of the package's own description.
None of them is a table of the unread half.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import plotly
import statsmodels.api as sm
from sklearn import datasets as learn
from vega_datasets import local_data

_PARTIES = (
    "Strong Democrat",
    "Weak Democrat",
    "Independent Democrat",
    "Independent",
    "Independent Republican",
    "Weak Republican",
    "Strong Republican",
)
_SCHOOLS = (
    "grades 1-8",
    "some high school",
    "high school graduate",
    "some college",
    "college degree",
    "master's degree",
    "PhD",
)
_CULTIVARS = ("Barolo", "Grignolino", "Barbera")
_YES_NO = ("no", "yes")


def _plotly(name: str) -> pd.DataFrame:
    return pd.read_csv(Path(plotly.__file__).parent / "package_data" / "datasets" / f"{name}.csv.gz")


def _statsmodels(name: str) -> pd.DataFrame:
    frame: pd.DataFrame = getattr(sm.datasets, name).load_pandas().data
    return frame


def _in_words(codes: pd.Series, words: tuple[str, ...], *, first: int = 0) -> pd.Series:
    return codes.map({float(first + place): word for place, word in enumerate(words)})


def _voters() -> pd.DataFrame:
    rows = _statsmodels("anes96")
    return pd.DataFrame(
        {
            "age": rows["age"].astype(int),
            "education": _in_words(rows["educ"], _SCHOOLS, first=1),
            "party": _in_words(rows["PID"], _PARTIES),
            "vote": _in_words(rows["vote"], ("Clinton", "Dole")),
            "TVnews": rows["TVnews"].astype(int),
            "town_size_thousands": rows["popul"],
        }
    )


def _students() -> pd.DataFrame:
    rows = _statsmodels("spector")
    return pd.DataFrame(
        {
            "gpa": rows["GPA"],
            "tuce": rows["TUCE"].astype(int),
            "psi": _in_words(rows["PSI"], _YES_NO),
            "improved": _in_words(rows["GRADE"], _YES_NO),
        }
    )


def _card_holders() -> pd.DataFrame:
    rows = _statsmodels("ccard").drop(columns="INCOMESQ")
    return rows.assign(AGE=rows["AGE"].astype(int), OWNRENT=_in_words(rows["OWNRENT"], ("rent", "own")))


def _smoking() -> pd.DataFrame:
    """A row for each city, smoking or not, with lung cancer or not."""
    rows = _statsmodels("china_smoking").rename_axis("city").reset_index()
    long = rows.melt("city", var_name="kind", value_name="people")
    kind = long["kind"].str.extract(r"smoking_(?P<smoker>yes|no)_cancer_(?P<lung_cancer>yes|no)")
    return pd.concat([long[["city"]], kind, long[["people"]]], axis=1)


def _wine() -> pd.DataFrame:
    rows = learn.load_wine(as_frame=True).frame
    return rows.drop(columns="target").assign(cultivar=_in_words(rows["target"], _CULTIVARS))


def _tumours() -> pd.DataFrame:
    rows = learn.load_breast_cancer(as_frame=True).frame
    return rows.drop(columns="target").assign(diagnosis=_in_words(rows["target"], ("malignant", "benign")))


def _diabetes() -> pd.DataFrame:
    rows = learn.load_diabetes(as_frame=True, scaled=False).frame
    names = {"bp": "blood_pressure", "s1": "cholesterol", "s6": "glucose", "target": "progression"}
    return rows.rename(columns=names)[["age", "sex", "bmi", *names.values()]]


def _executions() -> pd.DataFrame:
    """States with executions in 1996; the package's file knows their names, its loader drops them."""
    rows = pd.read_csv(Path(sm.datasets.cpunish.__file__).parent / "cpunish.csv")
    names = {"PERPOVERTY": "poverty", "VC100k96": "violent_crime", "DEGREE": "college"}
    rows = rows.drop(columns="PERBLACK").rename(columns=names).rename(columns=str.lower)
    return rows.assign(south=_in_words(rows["south"], _YES_NO))


def frames() -> dict[str, pd.DataFrame]:
    """Every table that is shipped, by the name of its file."""
    carbon = _statsmodels("co2").rename_axis("date").reset_index()
    years = {"YEAR": int}
    return {
        "world": _plotly("gapminder").drop(columns=["iso_num", "centroid_lon", "centroid_lat"]),
        "tips": _plotly("tips"),
        "medals": _plotly("medals"),
        "election": _plotly("election"),
        "carshare": _plotly("carshare"),
        "voters": _voters(),
        "students": _students(),
        "card_holders": _card_holders(),
        "executions": _executions(),
        "strikes": _statsmodels("strikes"),
        "smoking": _smoking(),
        "sunspots": _statsmodels("sunspots").astype(years),
        "nile": _statsmodels("nile").astype({"year": int}),
        "el_nino": _statsmodels("elnino").astype(years),
        "co2": carbon,
        "wine": _wine(),
        "tumours": _tumours(),
        "diabetes": _diabetes(),
        "gym": learn.load_linnerud(as_frame=True).frame,
        "prices": local_data.ohlc(),
        "sf_temps": local_data.sf_temps(),
    }
