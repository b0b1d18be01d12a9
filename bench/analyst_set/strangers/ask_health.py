"""What strangers ask about tumours, diabetics, a gym, and a trial's patients with their sites (two tables)."""
# ruff: noqa: ARG005 - some answers need no look at one of the tables, or at any

from __future__ import annotations

import pandas as pd

from bench.analyst_set.expected import (
    Answer,
    Drawn,
    Either,
    Figures,
    Groups,
    Listed,
    Nothing,
    Number,
    OrNothing,
    Ranked,
    Winner,
)
from bench.analyst_set.question import Asked, by_text, over, share, slope, tidy
from bench.analyst_set.strangers.answers import (
    columns,
    compared,
    counts,
    means,
    more,
    most,
    two,
    yes_or_no,
)

TUMOURS = over(
    "tumours",
    {
        "How many patients are there?": lambda d: Number(len(d)),
        "how many tumours are malignant": lambda d: Number((d.diagnosis == "malignant").sum()),
        "benign vs malignant": lambda d: compared(d.groupby("diagnosis").size()),
        "percentage of benign tumours": lambda d: share((d.diagnosis == "benign").mean()),
        "average radius by diagnosis": lambda d: OrNothing(means(d, "diagnosis", "mean radius")),
        "average mean radius by diagnosis": lambda d: means(d, "diagnosis", "mean radius"),
        "median of worst area for malignant tumors": lambda d: Number(
            d[d.diagnosis == "malignant"]["worst area"].median()
        ),
        "are malignant tumours bigger in mean area than benign ones?": lambda d: more(
            d.groupby("diagnosis")["mean area"].mean(), "malignant", "benign"
        ),
        "largest worst radius": lambda d: Number(d["worst radius"].max()),
        "patients with mean radius over 20": lambda d: Either(
            [Listed((d["mean radius"] > 20).sum()), Number((d["mean radius"] > 20).sum())]
        ),
        "how many benign cases have a mean area above 700?": lambda d: Number(
            ((d.diagnosis == "benign") & (d["mean area"] > 700)).sum()
        ),
        "correlation between mean perimeter and mean area": lambda d: Number(d["mean perimeter"].corr(d["mean area"])),
        "what's the standard deviation of mean texture per diagnosis": lambda d: Groups(
            d.groupby("diagnosis")["mean texture"].std()
        ),
        "count of each diagnosis": lambda d: counts(d, "diagnosis"),
        "how many features does the dataset have": lambda d: OrNothing(
            Either([Number(len(d.columns)), Number(len(d.columns) - 1)])
        ),
        "How many patients survived?": lambda d: Nothing(),
        "average age of the patients": lambda d: Nothing(),
        "95th percentile of mean smoothness": lambda d: Number(d["mean smoothness"].quantile(0.95)),
        "boxplot mean radius by diagnosis": lambda d: Drawn(),
    },
)

DIABETES = over(
    "diabetes",
    {
        "what columns does this have?": columns,
        "show me the first 3 patients": lambda d: Listed(3, d.head(3).progression),
        "mean bmi": lambda d: Number(d.bmi.mean()),
        "average blood pressure of patients over 60": lambda d: Number(d[d.age > 60].blood_pressure.mean()),
        "average bp": lambda d: Number(d.blood_pressure.mean()),
        "how many patients are obese (bmi >= 30)?": lambda d: Number((d.bmi >= 30).sum()),
        "number of patients with BMI under twenty": lambda d: Number((d.bmi < 20).sum()),
        "highest cholesterol": lambda d: Number(d.cholesterol.max()),
        "how old is the youngest patient?": lambda d: Number(d.age.min()),
        "oldest patient's glucose": lambda d: Either([Number(value) for value in d[d.age == d.age.max()].glucose]),
        "does bmi affect progression? linear regression please": lambda d: Figures(
            [slope(d.bmi, d.progression).slope, slope(d.bmi, d.progression).stderr]
        ),
        "Which variable is most strongly correlated with progression?": lambda d: Winner(
            d.drop(columns="progression").corrwith(d.progression).abs().idxmax()
        ),
        "progression by sex": lambda d: Either(
            [means(d, "sex", "progression"), Groups(d.groupby("sex").progression.sum())]
        ),
        "average glucose for sex 1 and sex 2": lambda d: compared(d.groupby("sex").glucose.mean()),
        "how many women are in the study?": lambda d: Nothing(),
        "what share of patients have a bmi above 25?": lambda d: share((d.bmi > 25).mean()),
        "patients between 30 and 40 years old": lambda d: Either(
            [Listed(d.age.between(30, 40).sum()), Number(d.age.between(30, 40).sum())]
        ),
        "average progression for bmi above and below 30": lambda d: two(
            d[d.bmi > 30].progression.mean(), d[d.bmi < 30].progression.mean()
        ),
        "distribution of ages": lambda d: Either(
            [Figures([d.age.quantile(q) for q in (0.25, 0.5, 0.75)]), Drawn(), counts(d, "age")]
        ),
        "Good morning! Would you be so kind as to tell me how many patients we have?": lambda d: Number(len(d)),
        "how many patients are in their fifties": lambda d: Number(d.age.between(50, 59).sum()),
        "Patienten über 70": lambda d: OrNothing(Either([Listed((d.age > 70).sum()), Number((d.age > 70).sum())])),
        "insulin dose per patient": lambda d: Nothing(),
        "null counts": lambda d: Either([Number(0), Groups(d.isna().sum())]),
    },
)

GYM = over(
    "gym",
    {
        "how many people are in this table?": lambda d: Number(len(d)),
        "who did the most situps?": lambda d: Either([Number(d.Situps.max()), Listed(1, [d.Situps.max()])]),
        "most chins": lambda d: Number(d.Chins.max()),
        "average weight": lambda d: Number(d.Weight.mean()),
        "average pulse of people who weigh more than 180": lambda d: Number(d[d.Weight > 180].Pulse.mean()),
        "how many did over 200 sit-ups": lambda d: Number((d.Situps > 200).sum()),
        "do heavy people do fewer chins?": lambda d: yes_or_no(
            d.Weight.corr(d.Chins) < 0, Number(d.Weight.corr(d.Chins))
        ),
        "correlation waist and weight": lambda d: Number(d.Waist.corr(d.Weight)),
        "scatter of Weight and Waist": lambda d: Drawn(),
        "range of pulse": lambda d: Either([two(d.Pulse.min(), d.Pulse.max()), Number(d.Pulse.max() - d.Pulse.min())]),
        "sort by Jumps descending, first 5": lambda d: Listed(5, d.nlargest(5, "Jumps").Jumps),
        "total jumps": lambda d: Number(d.Jumps.sum()),
        "how tall are they?": lambda d: Nothing(),
        "mean of all columns": lambda d: Figures(list(d.mean())),
    },
)


def _joined(patients: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    return patients.merge(sites, on="site_id", validate="m:1", suffixes=("", "_site"))


def _consented(patients: pd.DataFrame) -> pd.Series:
    return pd.to_datetime(patients.consented_on)


def _months(patients: pd.DataFrame) -> Answer:
    return Groups(patients.groupby(_consented(patients).dt.strftime("%Y-%m")).size())


PATIENTS = over(
    "patients",
    {
        "how many patients?": lambda p, s: Number(len(p)),
        "patients by arm": lambda p, s: counts(p, "arm"),
        "how many patients got placebo": lambda p, s: Number((p.arm == "placebo").sum()),
        "What percentage of patients is on placebo?": lambda p, s: share((p.arm == "placebo").mean()),
        "number of patients per country": lambda p, s: counts(_joined(p, s), "country"),
        "which country has the most patients?": lambda p, s: most(_joined(p, s).groupby("country").size()),
        "patients from Japan": lambda p, s: Either(
            [
                Number((_joined(p, s).country == "Japan").sum()),
                Listed(
                    (_joined(p, s).country == "Japan").sum(), _joined(p, s)[lambda j: j.country == "Japan"].patient_id
                ),
            ]
        ),
        "how many current smokers": lambda p, s: Number((p.smoker == "current").sum()),
        "smoking status breakdown": lambda p, s: by_text(p, "smoker", lambda rows: rows.size()),
        "how many never smoked?": lambda p, s: Either(
            [Number((tidy(p.smoker) == "never").sum()), Number((p.smoker == "never").sum())]
        ),
        "how many patients consented in 2022": lambda p, s: Number((_consented(p).dt.year == 2022).sum()),
        "consents per month": lambda p, s: _months(p),
        "plot enrolment over time": lambda p, s: OrNothing(Drawn()),
        "patients who consented since June 2023": lambda p, s: Either(
            [Number((_consented(p) >= "2023-06-01").sum()), Listed((_consented(p) >= "2023-06-01").sum())]
        ),
        "when did the first patient consent?": lambda p, s: Winner(str(_consented(p).min().date())),
        "how many patients have no e-mail address": lambda p, s: Number(p.email.isna().sum()),
        "number of sites by country": lambda p, s: counts(s, "country"),
        "total target patients": lambda p, s: Number(s.target_patients.sum()),
        "target patients per country, highest first": lambda p, s: Ranked(
            s.groupby("country").target_patients.sum().sort_values(ascending=False).index
        ),
        "How many sites are in Finland?": lambda p, s: Number((s.country == "Finland").sum()),
        "patients on placebo per country": lambda p, s: counts(_joined(p, s)[lambda j: j.arm == "placebo"], "country"),
        "who died?": lambda p, s: Nothing(),
        "how many patients had side effects": lambda p, s: Nothing(),
        "arm by smoker": lambda p, s: Either(
            [counts(p, ["arm", "smoker"]), counts(p.assign(smoker=tidy(p.smoker)), ["arm", "smoker"])]
        ),
        "Are there more patients in Spain than in Germany?": lambda p, s: more(
            _joined(p, s).groupby("country").size(), "Spain", "Germany"
        ),
    },
    also=("sites",),
)

CONVERSATIONS = [
    Asked(
        "tumours",
        "and the maximum?",
        lambda d: Groups(d.groupby("diagnosis")["mean radius"].max()),
        before=("average mean radius by diagnosis",),
    ),
    Asked(
        "patients",
        "and per arm?",
        lambda p, s: counts(p, "arm"),
        before=("number of patients per country",),
        also=("sites",),
    ),
    Asked("diabetes", "what about glucose", lambda d: Number(d.glucose.mean()), before=("average cholesterol",)),
    Asked("gym", "and median", lambda d: Number(d.Weight.median()), before=("average weight",)),
]

QUESTIONS = [*TUMOURS, *DIABETES, *GYM, *PATIENTS, *CONVERSATIONS]
