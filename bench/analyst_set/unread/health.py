"""Questions about health: antibiotics, the Crimean war's hospitals, heart transplants, visits to doctors."""
# ruff: noqa: ARG005 - some answers need no look at one of the tables, or at any

from __future__ import annotations

import pandas as pd

from bench.analyst_set.expected import (
    Answer,
    Either,
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
from bench.analyst_set.question import Asked, outliers, over, share, slope

GRAM = "Gram_Staining"
DRUGS = ["Penicillin", "Streptomycin", "Neomycin"]

ANTIBIOTICS = over(
    "antibiotics",
    {
        "How many bacteria are in the table?": lambda d: Number(len(d)),
        "bacteria by gram staining": lambda d: Groups(d.groupby(GRAM).size()),
        "Which bacteria needs the most penicillin?": lambda d: Winner(d.loc[d.Penicillin.idxmax(), "Bacteria"]),
        "mean neomycin for gram negative bacteria": lambda d: Number(d[d[GRAM] == "negative"].Neomycin.mean()),
        "median penicillin per genus": lambda d: Groups(d.groupby("Genus").Penicillin.median()),
        "which bacteria have penicillin below 0.1?": lambda d: Listed(
            (d.Penicillin < 0.1).sum(), d[d.Penicillin < 0.1].Bacteria
        ),
        "lowest streptomycin value": lambda d: Number(d.Streptomycin.min()),
        "List all genera": lambda d: Names(d.Genus.unique()),
        "what proportion is gram positive": lambda d: share((d[GRAM] == "positive").mean()),
        "average of penicillin, streptomycin and neomycin by gram staining": lambda d: Every(
            [Groups(d.groupby(GRAM)[drug].mean()) for drug in DRUGS]
        ),
        "How many bacteria have streptomycin of at most 1 and neomycin under 0.1": lambda d: Number(
            ((d.Streptomycin <= 1) & (d.Neomycin < 0.1)).sum()
        ),
        "3 bacteria with the highest streptomycin": lambda d: Ranked(d.nlargest(3, "Streptomycin").Bacteria),
        "Which of these drugs is the cheapest?": lambda d: Nothing(),
    },
)


def _deaths_by_cause(d: pd.DataFrame) -> pd.Series:
    return d[["wounds", "other", "disease"]].sum()


def _one_year(d: pd.DataFrame, year: int) -> pd.DataFrame:
    return d[d.date.dt.year == year]


CRIMEA = over(
    "crimea",
    {
        "How many died of disease in total?": lambda d: Number(d.disease.sum()),
        "disease per year": lambda d: Groups(d.groupby(d.date.dt.year).disease.sum()),
        "In which month were there the most wounds?": lambda d: Winner(
            d.loc[d.wounds.idxmax(), "date"].strftime("%Y-%m")
        ),
        "how many deaths from wounds in 1855?": lambda d: Number(_one_year(d, 1855).wounds.sum()),
        "total of wounds, other and disease": lambda d: Figures(list(_deaths_by_cause(d))),
        "total disease from December 1854 to February 1855": lambda d: Number(
            d[d.date.between("1854-12-01", "1855-02-28")].disease.sum()
        ),
        "months where wounds were higher than disease": lambda d: Either(
            [
                Listed((d.wounds > d.disease).sum(), d[d.wounds > d.disease].date.dt.strftime("%Y-%m")),
                Winner("1855-09"),
            ]
        ),
        "In how many months were there no wounds (0)?": lambda d: Number((d.wounds == 0).sum()),
        "median of other": lambda d: Number(d.other.median()),
        "when did disease peak": lambda d: Winner(d.loc[d.disease.idxmax(), "date"].strftime("%Y-%m")),
        "running total of disease": lambda d: Figures(list(d.disease.cumsum())),
        "average disease in 1854 vs 1855": lambda d: Figures(
            [_one_year(d, year).disease.mean() for year in (1854, 1855)]
        ),
        "correlation between wounds and disease": lambda d: Number(d.wounds.corr(d.disease)),
        "number of nurses per hospital": lambda d: Nothing(),
    },
)


def _outlying(values: pd.Series) -> Answer:
    return Either([Number(outliers(values)), Listed(outliers(values))])


TRANSPLANTS = over(
    "transplants",
    {
        "how many patients are there?": lambda d: Number(len(d)),
        "median survival": lambda d: Number(d.survival.median()),
        "What is the mean age?": lambda d: Number(d.age.mean()),
        "average survival for those under 40 years of age": lambda d: Number(d[d.age < 40].survival.mean()),
        "How old was the oldest patient?": lambda d: Number(d.age.max()),
        "how many survived longer than 365 days": lambda d: Number((d.survival > 365).sum()),
        "Is survival correlated with age?": lambda d: Number(d.survival.corr(d.age)),
        "linear regression of survival on age": lambda d: Figures(
            [slope(d.age, d.survival).slope, slope(d.age, d.survival).stderr]
        ),
        "outliers in survival": lambda d: _outlying(d.survival),
        "average survival by censors": lambda d: Groups(d.groupby("censors").survival.mean()),
        "percentage with survival of less than 30": lambda d: share((d.survival < 30).mean()),
        "which blood type lives longest?": lambda d: Nothing(),
    },
)

DOCTOR_VISITS = over(
    "doctor_visits",
    {
        "how many rows are there": lambda d: Number(len(d)),
        "average mdvis": lambda d: Number(d.mdvis.mean()),
        "How many have mdvis equal to 0?": lambda d: Number((d.mdvis == 0).sum()),
        "what share has idp = 1": lambda d: share((d.idp == 1).mean()),
        "mean mdvis by hlthp": lambda d: Groups(d.groupby("hlthp").mdvis.mean()),
        "99th percentile of mdvis": lambda d: Number(d.mdvis.quantile(0.99)),
        "average disea where physlm is 1": lambda d: Number(d[d.physlm == 1].disea.mean()),
        "standard deviation of disea": lambda d: Number(d.disea.std()),
        "what is the most frequent value of mdvis": lambda d: Either(
            [Winner(d.mdvis.mode()[0]), Number(d.mdvis.mode()[0])]
        ),
        "mdvis and disea: how strongly are they correlated?": lambda d: Number(d.mdvis.corr(d.disea)),
        "highest mdvis for rows with hlthp 1": lambda d: Number(d[d.hlthp == 1].mdvis.max()),
        "average blood pressure": lambda d: Nothing(),
    },
)

FOLLOWED = [
    Asked(
        "antibiotics",
        "and for gram positive?",
        lambda d: Number(d[d[GRAM] == "positive"].Penicillin.mean()),
        before=("average penicillin for gram negative bacteria",),
    ),
    Asked(
        "crimea",
        "and for wounds?",
        lambda d: Groups(d.groupby(d.date.dt.year).wounds.sum()),
        before=("total disease by year",),
    ),
    Asked(
        "transplants",
        "and the maximum?",
        lambda d: Number(d.survival.max()),
        before=("minimum survival",),
    ),
]

QUESTIONS = [*ANTIBIOTICS, *CRIMEA, *TRANSPLANTS, *DOCTOR_VISITS, *FOLLOWED]
