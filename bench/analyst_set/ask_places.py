"""Questions about airports, barley, the victims of the 1992 Los Angeles riots, crime by state."""
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


def _counts(d: pd.DataFrame, column: str) -> pd.Series:
    return d.groupby(column).size()


AIRPORTS = over(
    "airports",
    {
        "How many airports are in Texas (TX)?": lambda d: Number((d.state == "TX").sum()),
        "number of airports in CA": lambda d: Number((d.state == "CA").sum()),
        "top 10 states by number of airports": lambda d: Ranked(_counts(d, "state").nlargest(10).index),
        "Which state has the most airports?": lambda d: Winner(_counts(d, "state").idxmax()),
        "how many airports are not in the USA": lambda d: Number((d.country != "USA").sum()),
        "what percentage of airports is in Alaska, AK?": lambda d: Number(100 * (d.state == "AK").mean()),
        "northernmost airport": lambda d: Winner(d.loc[d.latitude.idxmax(), "name"]),
        "which airport has the highest latitude?": lambda d: Winner(d.loc[d.latitude.idxmax(), "name"]),
        "airports in Chicago": lambda d: Listed((d.city == "Chicago").sum(), d[d.city == "Chicago"].name),
        "how many different cities have an airport?": lambda d: Number(d.city.nunique()),
        "average latitude by country": lambda d: Groups(d.groupby("country").latitude.mean()),
        "how many airports have no state?": lambda d: Number(d.state.isna().sum()),
        "which columns have missing values?": lambda d: Groups(d.isna().sum()[lambda n: n > 0]),
        "are there duplicated airport names": lambda d: Number(d.name.duplicated().sum()),
        "number of airports with a longitude between -100 and -90": lambda d: Number(
            d.longitude.between(-100, -90).sum()
        ),
        "states with more than 100 airports": lambda d: Names(_counts(d, "state")[lambda n: n > 100].index),
        "cities with at least 10 airports": lambda d: Names(_counts(d, "city")[lambda n: n >= 10].index),
        "count airports in TX, CA and AK by state": lambda d: Groups(
            _counts(d[d.state.isin(["TX", "CA", "AK"])], "state")
        ),
        "median latitude of airports outside TX": lambda d: Number(d[d.state != "TX"].latitude.median()),
        "passengers per airport": lambda d: Nothing(),
        "which airport is the busiest?": lambda d: Nothing(),
        "How many airports per state on average?": lambda d: Number(_counts(d, "state").mean()),
        "the state with the most airports and its share of all airports": lambda d: Every(
            [
                Winner(_counts(d, "state").idxmax()),
                Number(100 * _counts(d, "state").max() / len(d)),
            ]
        ),
    },
)

BARLEY = over(
    "barley",
    {
        "average yield by site": lambda d: Groups(d.groupby("site")["yield"].mean()),
        "mean yield for each variety": lambda d: Groups(d.groupby("variety")["yield"].mean()),
        "which variety has the highest average yield?": lambda d: Winner(d.groupby("variety")["yield"].mean().idxmax()),
        "the 3 sites with the lowest average yield": lambda d: Ranked(
            d.groupby("site")["yield"].mean().nsmallest(3).index
        ),
        "yield of Manchuria at Waseca in 1931": lambda d: Number(
            d[(d.variety == "Manchuria") & (d.site == "Waseca") & (d.year == 1931)]["yield"].iloc[0]
        ),
        "Compare average yield in 1931 and 1932": lambda d: Groups(d.groupby("year")["yield"].mean()),
        "average yield by site and year": lambda d: Groups(d.groupby(["site", "year"])["yield"].mean()),
        "how many sites had an average yield above 35?": lambda d: Number(
            (d.groupby("site")["yield"].mean() > 35).sum()
        ),
        "which sites had an average yield above 35?": lambda d: Names(
            d.groupby("site")["yield"].mean()[lambda m: m > 35].index
        ),
        "best variety by average yield at each site": lambda d: Ranked(
            d.groupby(["site", "variety"])["yield"]
            .mean()
            .groupby("site")
            .idxmax()
            .map(lambda pair: pair[1])
            .sort_index()
        ),
        "list all varieties": lambda d: Names(d.variety.unique()),
        "average yield except in Duluth": lambda d: Number(d[d.site != "Duluth"]["yield"].mean()),
        "what is the 75th percentile of yield in Crookston": lambda d: Number(
            d[d.site == "Crookston"]["yield"].quantile(0.75)
        ),
        "rank varieties by total yield": lambda d: Ranked(
            d.groupby("variety")["yield"].sum().sort_values(ascending=False).index
        ),
        "Which year was better on average?": lambda d: Nothing(),
        "difference in average yield between 1931 and 1932": lambda d: Number(
            d[d.year == 1932]["yield"].mean() - d[d.year == 1931]["yield"].mean()
        ),
        "share of total yield by site in 1932": lambda d: Groups(
            100 * d[d.year == 1932].groupby("site")["yield"].sum() / d[d.year == 1932]["yield"].sum()
        ),
        "outliers in yield": lambda d: Number(outliers(d["yield"])),
        "fertilizer used per site": lambda d: Nothing(),
        "how many harvests gave less than 20 or more than 60?": lambda d: Number(
            ((d["yield"] < 20) | (d["yield"] > 60)).sum()
        ),
        "coefficient of variation of yield": lambda d: Number(d["yield"].std() / d["yield"].mean()),
    },
)

VICTIMS = over(
    "victims",
    {
        "How many victims were there?": lambda d: Number(len(d)),
        "average age of the victims": lambda d: Number(d.age.mean()),
        "number of victims by race and gender": lambda d: Groups(d.groupby(["race", "gender"]).size()),
        "how many women died": lambda d: Number((d.gender == "Female").sum()),
        "how many victims were female?": lambda d: Number((d.gender == "Female").sum()),
        "percentage of male victims": lambda d: Number(100 * (d.gender == "Male").mean()),
        "youngest victim": lambda d: Winner(d.loc[d.age.idxmin(), "last_name"]),
        "who was the oldest victim?": lambda d: Winner(d.loc[d.age.idxmax(), "last_name"]),
        "victims by death date": lambda d: Groups(d.groupby(d.death_date.dt.strftime("%Y-%m-%d")).size()),
        "On which day did most people die?": lambda d: Winner(str(d.groupby("death_date").size().idxmax().date())),
        "victims older than 60": lambda d: Listed((d.age > 60).sum(), d[d.age > 60].last_name),
        "how many victims were between 20 and 30 years old": lambda d: Number(d.age.between(20, 30).sum()),
        "median age by type": lambda d: Groups(d.groupby("type").age.median()),
        "number of Homicide victims who are Latino or Asian": lambda d: Number(
            ((d.type == "Homicide") & d.race.isin(["Latino", "Asian"])).sum()
        ),
        "how many deaths were not homicides?": lambda d: Number((d.type != "Homicide").sum()),
        "most common neighborhood": lambda d: Winner(d.neighborhood.mode()[0]),
        "neighborhoods with more than 3 victims": lambda d: Names(
            d.groupby("neighborhood").size()[lambda n: n > 3].index
        ),
        "age distribution": lambda d: Figures([d.age.quantile(q) for q in (0.25, 0.5, 0.75)]),
        "how many ages are unknown?": lambda d: Number(d.age.isna().sum()),
        "victims who died after May 2, 1992": lambda d: Listed((d.death_date > "1992-05-02").sum()),
        "which race had the highest average age?": lambda d: Winner(d.groupby("race").age.mean().idxmax()),
        "how many police officers were hurt?": lambda d: Nothing(),
        "share of victims by race among homicides": lambda d: Groups(
            100 * _counts(d[d.type == "Homicide"], "race") / (d.type == "Homicide").sum()
        ),
        "names of the victims in Compton": lambda d: Listed(
            (d.neighborhood == "Compton").sum(), d[d.neighborhood == "Compton"].last_name
        ),
    },
)

CRIME = over(
    "crime",
    {
        "Which state has the highest murder rate?": lambda d: Winner(d.loc[d.murder.idxmax(), "state"]),
        "murder rate in Texas": lambda d: Number(d[d.state == "Texas"].murder.iloc[0]),
        "top 5 states by violent crime": lambda d: Ranked(d.nlargest(5, "violent").state),
        "the five states with the lowest poverty": lambda d: Ranked(d.sort_values(["poverty", "state"]).head(5).state),
        "correlation between poverty and murder": lambda d: Number(d.poverty.corr(d.murder)),
        "Does poverty predict murder? Fit a linear regression": lambda d: Figures(
            [slope(d.poverty, d.murder).slope, slope(d.poverty, d.murder).stderr]
        ),
        "states where poverty is above 18": lambda d: Names(d[d.poverty > 18].state),
        "how many states have an urban share over 90?": lambda d: Number((d.urban > 90).sum()),
        "average hs_grad where poverty is below 12": lambda d: Number(d[d.poverty < 12].hs_grad.mean()),
        "compare violent crime of California and Texas": lambda d: Groups(
            d[d.state.isin(["California", "Texas"])].set_index("state").violent
        ),
        "What rank does Ohio have by violent crime?": lambda d: Number(
            d.set_index("state").violent.rank(ascending=False)["Ohio"]
        ),
        "median murder rate without the District of Columbia": lambda d: Number(
            d[d.state != "District of Columbia"].murder.median()
        ),
        "outliers in murder": lambda d: Number(outliers(d.murder)),
        "what is the 80th percentile of violent": lambda d: Number(d.violent.quantile(0.8)),
        "regress violent on poverty and single": lambda d: Figures([_two(d)[0], _two(d)[1]]),
        "describe urban": lambda d: Figures([d.urban.mean(), d.urban.std(), d.urban.min(), d.urban.max()]),
        "population by state": lambda d: Nothing(),
        "which state is the safest?": lambda d: Nothing(),
        "number of states with murder over 5 and poverty over 15": lambda d: Number(
            ((d.murder > 5) & (d.poverty > 15)).sum()
        ),
        "Which variable correlates most with murder?": lambda d: Winner(
            d.drop(columns=["state", "murder"]).corrwith(d.murder).abs().idxmax()
        ),
        "states with murder of at least 8 but not more than 10": lambda d: Names(
            d[(d.murder >= 8) & (d.murder <= 10)].state
        ),
    },
)


def _two(d: pd.DataFrame) -> list[float]:
    import statsmodels.formula.api as smf

    fitted = smf.ols("violent ~ poverty + single", d).fit()
    return [fitted.params["poverty"], fitted.params["single"]]


CONVERSATIONS = [
    Asked("airports", "and in NY?", lambda d: Number((d.state == "NY").sum()), before=("number of airports in CA",)),
    Asked(
        "barley",
        "and by variety?",
        lambda d: Groups(d.groupby("variety")["yield"].mean()),
        before=("average yield by site",),
    ),
    Asked(
        "crime",
        "and the bottom 5?",
        lambda d: Ranked(d.nsmallest(5, "violent").state),
        before=("top 5 states by violent",),
    ),
    Asked(
        "victims",
        "by race?",
        lambda d: Groups(d.groupby("race").age.mean()),
        before=("average age of victims",),
    ),
]

QUESTIONS = [*AIRPORTS, *BARLEY, *VICTIMS, *CRIME, *CONVERSATIONS]
