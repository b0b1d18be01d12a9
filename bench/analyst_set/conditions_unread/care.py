"""What people ask about births, a trial and a vet’s practice, with a condition."""

# ruff: noqa: E501 - some answers need no look at the table; an answer is read best on one line
from __future__ import annotations

from bench.analyst_set.expected import Number, OrNothing
from bench.analyst_set.question import over, share
from bench.analyst_set.strangers.answers import compared

BIRTHS = over(
    "births",
    {
        "mean birth weight of babies whose mothers didn't smoke": lambda d: OrNothing(Number(d[d.smoking == "0 daily"].birth_weight_g.mean())),
        "how many mothers drank alcohol": lambda d: Number((d.alcohol == "yes").sum()),
        "percentage of unmarried mothers": lambda d: share((d.married == "no").mean()),
        "how many moms are older than the dads": lambda d: Number((d.mother_age > d.father_age).sum()),
        "average number of prenatal visits of mothers with at least 16 years of school": lambda d: Number(d[d.school_years >= 16].prenatal_visits.mean()),
        "share of babies under 2.5 kg": lambda d: share((d.birth_weight_g < 2500).mean()),
        "heaviest baby of a teenage mother": lambda d: Number(d[d.mother_age.between(13, 19)].birth_weight_g.max()),
        "average birth weight, drinkers vs non-drinkers": lambda d: compared(d.groupby("alcohol").birth_weight_g.mean()),
    },
)  # fmt: skip

SEIZURES = over(
    "seizures",
    {
        "how many patients got placebo": lambda d: Number(d[d.treatment == "placebo"].subject.nunique()),
        "median seizure count for those on placebo with a baseline above 50": lambda d: Number(d[(d.treatment == "placebo") & (d.baseline > 50)].seizures.median()),
        "in how many rows were there no seizures at all": lambda d: Number((d.seizures == 0).sum()),
        "mean age of the progabide group": lambda d: Number(d[d.treatment == "progabide"].age.mean()),
    },
)  # fmt: skip

VET_VISITS = over(
    "vet_visits",
    {
        "total billed by Dr Ito in June": lambda d: Number(d[(d.vet == "Dr Ito") & (d.visit_date.dt.month == 6)].bill.sum()),
        "how many dogs heavier than 30 kg": lambda d: Number(((d.species == "dog") & (d.weight_kg > 30)).sum()),
        "how many times did Luna come in": lambda d: Number((d.pet == "Luna").sum()),
        "what did we bill for checkups of un-neutered cats": lambda d: Number(d[(d.reason == "checkup") & (d.neutered == "no") & (d.species == "cat")].bill.sum()),
        "how many visits did Dr Mensah have between april and june": lambda d: Number(((d.vet == "Dr Mensah") & d.visit_date.dt.month.between(4, 6)).sum()),
    },
)  # fmt: skip

QUESTIONS = [*BIRTHS, *SEIZURES, *VET_VISITS]
