"""Questions about cars and iris."""
# ruff: noqa: ARG005 - some answers need no look at one of the tables, or at any

from __future__ import annotations

import pandas as pd

from bench.analyst_set.expected import (
    Every,
    Figures,
    Groups,
    Listed,
    Names,
    Nothing,
    Number,
    Ranked,
    Winner,
)
from bench.analyst_set.question import Asked, outliers, over, slope

MPG, LBS = "Miles_per_Gallon", "Weight_in_lbs"


def _quartiles(values: pd.Series) -> list[float]:
    return [values.quantile(q) for q in (0.25, 0.5, 0.75)]


def _line(d: pd.DataFrame, y: str, x: str) -> list[float]:
    """Slope, its standard error and the intercept."""
    found = slope(d[x], d[y])
    return [found.slope, found.stderr, found.intercept]


CARS = over(
    "cars",
    {
        "How many cars are there?": lambda d: Number(len(d)),
        "how many cars per origin": lambda d: Groups(d.groupby("Origin").size()),
        "average horsepower of the cars from Japan": lambda d: Number(d[d.Origin == "Japan"].Horsepower.mean()),
        "What's the mean miles per gallon by origin?": lambda d: Groups(d.groupby("Origin")[MPG].mean()),
        "median weight": lambda d: Number(d[LBS].median()),
        "90th percentile of horsepower": lambda d: Number(d.Horsepower.quantile(0.9)),
        "What share of the cars come from the USA?": lambda d: Number(100 * (d.Origin == "USA").mean()),
        "percentage of cars with 8 cylinders": lambda d: Number(100 * (d.Cylinders == 8).mean()),
        "How many cars do not come from Europe?": lambda d: Number((d.Origin != "Europe").sum()),
        "cars with more than 200 horsepower": lambda d: Listed((d.Horsepower > 200).sum(), d[d.Horsepower > 200].Name),
        "how many cars have between 100 and 150 horsepower": lambda d: Number(d.Horsepower.between(100, 150).sum()),
        "How many cars have at least 6 cylinders and weigh under 3000 lbs?": lambda d: Number(
            ((d.Cylinders >= 6) & (d[LBS] < 3000)).sum()
        ),
        "Which 5 cars are the heaviest?": lambda d: Ranked(d.nlargest(5, LBS).Name),
        "top 3 cars by acceleration": lambda d: Ranked(d.nlargest(3, "Acceleration").Name),
        "bottom 5 cars by weight": lambda d: Ranked(d.nsmallest(5, LBS).Name),
        "Is there a correlation between horsepower and miles per gallon?": lambda d: Number(d.Horsepower.corr(d[MPG])),
        "regress miles per gallon on weight": lambda d: Figures(_line(d, MPG, LBS)),
        "How does the average mpg change over the years?": lambda d: Groups(d.groupby(d.Year.dt.year)[MPG].mean()),
        "average weight by origin and cylinders": lambda d: Groups(d.groupby(["Origin", "Cylinders"])[LBS].mean()),
        "How many horsepower values are missing?": lambda d: Number(d.Horsepower.isna().sum()),
        "missing values per column": lambda d: Groups(d.isna().sum()[lambda n: n > 0]),
        "distribution of acceleration": lambda d: Figures(_quartiles(d.Acceleration)),
        "Are there any outliers in horsepower?": lambda d: Number(outliers(d.Horsepower)),
        "standard deviation of displacement": lambda d: Number(d.Displacement.std()),
        "Which origin has the highest average horsepower?": lambda d: Winner(
            d.groupby("Origin").Horsepower.mean().idxmax()
        ),
        "Compare the average weight of cars from Japan and the USA": lambda d: Groups(
            d[d.Origin.isin(["Japan", "USA"])].groupby("Origin")[LBS].mean()
        ),
        "number of distinct car names": lambda d: Number(d.Name.nunique()),
        "What is the most common number of cylinders?": lambda d: Winner(d.Cylinders.mode()[0]),
        "average horsepower for cars built since 1980": lambda d: Number(d[d.Year.dt.year >= 1980].Horsepower.mean()),
        "how many cars per year": lambda d: Groups(d.groupby(d.Year.dt.year).size()),
        "what columns are there?": lambda d: Names(d.columns),
        "average price by origin": lambda d: Nothing(),
        "which car sold best?": lambda d: Nothing(),
        "What is the range of horsepower?": lambda d: Every([Number(d.Horsepower.min()), Number(d.Horsepower.max())]),
        "Share of cars by number of cylinders": lambda d: Groups(100 * d.groupby("Cylinders").size() / len(d)),
    },
)

LENGTHS = ["sepalLength", "petalLength"]

IRIS = over(
    "iris",
    {
        "average petal length per species": lambda d: Groups(d.groupby("species").petalLength.mean()),
        "which species has the longest petals on average?": lambda d: Winner(
            d.groupby("species").petalLength.mean().idxmax()
        ),
        "How many flowers of each species are there?": lambda d: Groups(d.groupby("species").size()),
        "correlation between petal length and petal width": lambda d: Number(d.petalLength.corr(d.petalWidth)),
        "correlation of sepal length and sepal width for setosa": lambda d: Number(
            d[d.species == "setosa"].sepalLength.corr(d[d.species == "setosa"].sepalWidth)
        ),
        "min, max and mean of sepal width": lambda d: Figures(
            [d.sepalWidth.min(), d.sepalWidth.max(), d.sepalWidth.mean()]
        ),
        "what is the 25th percentile of sepal length": lambda d: Number(d.sepalLength.quantile(0.25)),
        "quartiles of petal width": lambda d: Figures(_quartiles(d.petalWidth)),
        "any duplicate rows?": lambda d: Number(d.duplicated().sum()),
        "How many rows have a sepal length above 6 and a petal width of at least 2?": lambda d: Number(
            ((d.sepalLength > 6) & (d.petalWidth >= 2)).sum()
        ),
        "median sepal length for virginica and versicolor": lambda d: Number(
            d[d.species.isin(["virginica", "versicolor"])].sepalLength.median()
        ),
        "variance of petal length by species": lambda d: Groups(d.groupby("species").petalLength.var()),
        "outliers in sepal width": lambda d: Number(outliers(d.sepalWidth)),
        "linear regression of petal width on petal length": lambda d: Figures(_line(d, "petalWidth", "petalLength")),
        "What percentage of setosa flowers have a petal width over 0.3?": lambda d: Number(
            100 * (d[d.species == "setosa"].petalWidth > 0.3).mean()
        ),
        "which species are there?": lambda d: Names(d.species.unique()),
        "histogram of sepal length": lambda d: Figures(_quartiles(d.sepalLength)),
        "average petal length of everything except setosa": lambda d: Number(
            d[d.species != "setosa"].petalLength.mean()
        ),
        "correlations between all columns": lambda d: Figures(
            [d.sepalLength.corr(d.petalLength), d.sepalWidth.corr(d.petalWidth), d.petalLength.corr(d.petalWidth)]
        ),
        "average colour of the petals": lambda d: Nothing(),
        "will it rain tomorrow?": lambda d: Nothing(),
    },
)

CONVERSATIONS = [
    Asked(
        "cars",
        "and by origin?",
        lambda d: Groups(d.groupby("Origin").Horsepower.mean()),
        before=("average horsepower",),
    ),
    Asked(
        "cars",
        "what about Japan?",
        lambda d: Number(d[d.Origin == "Japan"][MPG].mean()),
        before=("average miles per gallon for USA cars",),
    ),
    Asked(
        "iris",
        "and the median?",
        lambda d: Groups(d.groupby("species").petalWidth.median()),
        before=("average petal width by species",),
    ),
]

QUESTIONS = [*CARS, *IRIS, *CONVERSATIONS]
