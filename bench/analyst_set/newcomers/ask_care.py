"""What newcomers ask about a ward, a school and a laboratory."""

# ruff: noqa: ARG005, E501 - some answers need no look at the table; an answer is read best on one line
from __future__ import annotations

import pandas as pd

from bench.analyst_set.expected import (
    Either,
    Figures,
    Groups,
    Nothing,
    Number,
    Ranked,
    Says,
)
from bench.analyst_set.newcomers.answers import (
    month,
    rows_or_count,
)
from bench.analyst_set.question import outliers, over, shares, slope
from bench.analyst_set.strangers.answers import compared, counts, means, most

OBSERVATIONS = over(
    "observations",
    {
        "how many obs did KL do": lambda d: Number((d.nurseInit == "KL").sum()),
        "pts with SpO2 under 92 - how many": lambda d: Either([Number(d[d.SpO2_pct < 92].inpatient_id.nunique()), Number((d.SpO2_pct < 92).sum())]),
        "fall risk pts vs the rest, average heart rate": lambda d: compared(d.groupby("isFallRisk").HR_bpm.mean()),
        "any missing blood pressures?": lambda d: Either([Number(d.sysBP.isna().sum()), Says("yes")]),
        "obs per nurse": lambda d: Either([counts(d, "nurseInit"), Number(len(d) / d.nurseInit.nunique())]),
    },
)  # fmt: skip

INPATIENTS = over(
    "inpatients",
    {
        "how long do people stay on average": lambda d: Number((d.dischDt - d.admitDt).dt.days.mean()),
        "admissions per month": lambda d: Groups(d.groupby(month(d.admitDt)).size()),
        "median age of the women": lambda d: Number(d[d.sex == "F"].age_yrs.median()),
    },
)  # fmt: skip

BOTH = over(
    "observations",
    {
        "mean pain score for stroke patients": lambda o, p: Number(o.merge(p, left_on="inpatient_id", right_on="id").query("dxGroup == 'Stroke'").painScore.mean()),
    },
    also=("inpatients",),
)  # fmt: skip

PUPILS = over(
    "pupils",
    {
        "how many kids in year 9": lambda d: Number((d.yearGroup == 9).sum()),
        "avg maths score by year group": lambda d: means(d, "yearGroup", "MathsScore"),
        "boys vs girls reading": lambda d: compared(d.groupby("Gender").ReadingScore.mean()),
        "attendance below 90, how many kids": lambda d: Number((d.AttendancePct < 90).sum()),
        "whats the gap between FSM and non FSM in maths": lambda d: Either([compared(d.groupby("FSM").MathsScore.mean()), Number(abs(d[d.FSM == "Y"].MathsScore.mean() - d[d.FSM == "N"].MathsScore.mean()))]),
        "top 3 forms by attendance": lambda d: Ranked(d.groupby("formClass").AttendancePct.mean().nlargest(3).index),
        "SEN kids avg reading": lambda d: Number(d[d.SENSupport].ReadingScore.mean()),
        "most common home languages, top 4": lambda d: Ranked(d.homeLang.value_counts().head(4).index),
        "biggest class": lambda d: most(d.groupby("formClass").size()),
        "suspensions by year group": lambda d: Nothing(),
    },
)  # fmt: skip

ASSAYS = over(
    "assays",
    {
        "mean conc per compound": lambda d: means(d, "compound", "conc_ngmL"),
        "sd of conc by instrument": lambda d: Groups(d.groupby("instrId").conc_ngmL.std()),
        "qc pass rate by analyst": lambda d: shares(d.groupby("analystCd").passedQC.mean()),
        "runs per week": lambda d: Either([Groups(d.groupby((d.runDate - pd.to_timedelta(d.runDate.dt.dayofweek, unit="D")).dt.strftime("%Y-%m-%d")).size()), Number(len(d) / ((d.runDate.max() - d.runDate.min()).days / 7))]),
        "conc vs dose correlation": lambda d: Number(d.conc_ngmL.corr(d.dose_mg)),
        "regress conc on dose": lambda d: Figures([slope(d.dose_mg, d.conc_ngmL).slope, slope(d.dose_mg, d.conc_ngmL).intercept]),
        "outliers in pH": lambda d: Number(outliers(d.pH)),
        "samples without a pH": lambda d: rows_or_count(d[d.pH.isna()]),
        "which compound is safest": lambda d: Nothing(),
    },
)  # fmt: skip

QUESTIONS = [*OBSERVATIONS, *INPATIENTS, *BOTH, *PUPILS, *ASSAYS]
