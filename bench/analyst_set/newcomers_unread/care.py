"""What newcomers ask about a ward, a school and a laboratory."""

# ruff: noqa: ARG005, E501 - some answers need no look at the table; an answer is read best on one line
from __future__ import annotations

from bench.analyst_set.expected import (
    Either,
    Groups,
    Nothing,
    Number,
)
from bench.analyst_set.newcomers.answers import (
    month,
    named_rows,
    rows_or_count,
)
from bench.analyst_set.question import over, share, shares
from bench.analyst_set.strangers.answers import compared, counts, means, most, yes_or_no

OBSERVATIONS = over(
    "observations",
    {
        "avg HR on ICU": lambda d: Number(d[d.wardCd == "ICU"].HR_bpm.mean()),
        "highest temp recorded": lambda d: Number(d.tempC.max()),
        "mean pain score by ward": lambda d: means(d, "wardCd", "painScore"),
        "% of obs with temp over 38": lambda d: share((d.tempC > 38).mean()),
        "which ward is the busiest": lambda d: most(d.groupby("wardCd").size()),
        "readmission rate": lambda d: Nothing(),
        "how many obs per month": lambda d: Groups(d.groupby(month(d.obsTime)).size()),
    },
)  # fmt: skip

INPATIENTS = over(
    "inpatients",
    {
        "avg stay by dx group": lambda d: Groups((d.dischDt - d.admitDt).dt.days.groupby(d.dxGroup).mean()),
        "who hasn't been discharged yet": lambda d: named_rows(d[d.dischDt.isna()], "id"),
        "how many patients are over 65": lambda d: Number((d.age_yrs > 65).sum()),
    },
)  # fmt: skip

BOTH = over(
    "observations",
    {
        "average heart rate by sex": lambda o, p: means(o.merge(p, left_on="inpatient_id", right_on="id"), "sex", "HR_bpm"),
    },
    also=("inpatients",),
)  # fmt: skip

PUPILS = over(
    "pupils",
    {
        "% of pupils on FSM per year group": lambda d: shares((d.FSM == "Y").groupby(d.yearGroup).mean()),
        "do kids with better attendance do better at maths?": lambda d: yes_or_no(True, Number(d.AttendancePct.corr(d.MathsScore))),
        "how many left in 2024": lambda d: Number((d.dtLeft.dt.year == 2024).sum()),
        "how many joined each year": lambda d: Groups(d.groupby(d.dtEnrolled.dt.year).size()),
        "who got the highest mark in maths": lambda d: Either([Number(d.MathsScore.max()), named_rows(d[d.MathsScore == d.MathsScore.max()], "PupilID")]),
        "pupils scoring over 80 in both maths and reading": lambda d: rows_or_count(d[(d.MathsScore > 80) & (d.ReadingScore > 80)]),
    },
)  # fmt: skip

ASSAYS = over(
    "assays",
    {
        "cv of conc for each compound": lambda d: shares(d.groupby("compound").conc_ngmL.std() / d.groupby("compound").conc_ngmL.mean()),
        "how many samples failed QC": lambda d: Number((~d.passedQC).sum()),
        "max conc for CX-7": lambda d: Number(d[d.compound == "CX-7"].conc_ngmL.max()),
        "n per dose level": lambda d: counts(d, "dose_mg"),
        "conc by dose for CX-7": lambda d: means(d[d.compound == "CX-7"], "dose_mg", "conc_ngmL"),
        "replicate 1 vs 2 mean conc": lambda d: compared(d[d.replicateNo.isin([1, 2])].groupby("replicateNo").conc_ngmL.mean()),
        "lowest pH by compound": lambda d: Groups(d.groupby("compound").pH.min()),
    },
)  # fmt: skip

QUESTIONS = [*OBSERVATIONS, *INPATIENTS, *BOTH, *PUPILS, *ASSAYS]
