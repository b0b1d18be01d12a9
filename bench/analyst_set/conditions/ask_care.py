"""What people ask about births, a trial and a vet’s practice, with a condition."""

# ruff: noqa: ARG005, E501 - some answers need no look at the table; an answer is read best on one line
from __future__ import annotations

from bench.analyst_set.expected import Nothing, Number
from bench.analyst_set.newcomers.answers import rows_or_count
from bench.analyst_set.question import over, share

BIRTHS = over(
    "births",
    {
        "average birth weight for married mothers under 25": lambda d: Number(d[(d.married == "yes") & (d.mother_age < 25)].birth_weight_g.mean()),
        "first babies weighing less than 2500 g, how many": lambda d: Number(((d.first_baby == "Yes") & (d.birth_weight_g < 2500)).sum()),
        "how many births with no prenatal visits": lambda d: Number((d.prenatal_visits == 0).sum()),
        "avg birth weight where the father's age is unknown": lambda d: Number(d[d.father_age.isna()].birth_weight_g.mean()),
        "mothers in their thirties: median birth weight": lambda d: Number(d[d.mother_age.between(30, 39)].birth_weight_g.median()),
        "how many mothers aged 40+": lambda d: Number((d.mother_age >= 40).sum()),
    },
)  # fmt: skip

SEIZURES = over(
    "seizures",
    {
        "average seizures on progabide in period 4": lambda d: Number(d[(d.treatment == "progabide") & (d.period == 4)].seizures.mean()),
        "total seizures among subjects over 30": lambda d: Number(d[d.age > 30].seizures.sum()),
        "how many observations had more seizures than baseline": lambda d: Number((d.seizures > d.baseline).sum()),
    },
)  # fmt: skip

VET_VISITS = over(
    "vet_visits",
    {
        "average bill for dogs over 10 years old": lambda d: Number(d[(d.species == "dog") & (d.age_years > 10)].bill.mean()),
        "how many cats were vaccinated": lambda d: Number(((d.species == "cat") & (d.reason == "vaccination")).sum()),
        "number of visits by uninsured pets": lambda d: Number((~d.insured).sum()),
        "median bill of surgeries": lambda d: Number(d[d.reason == "surgery"].bill.median()),
        "share of cats that are neutered": lambda d: share((d[d.species == "cat"].neutered == "yes").mean()),
        "avg weight of rabbits": lambda d: Number(d[d.species == "rabbit"].weight_kg.mean()),
        "how many visits were for dental or surgery": lambda d: Number(d.reason.isin(["dental", "surgery"]).sum()),
        "bills above 300 for insured dogs": lambda d: rows_or_count(d[(d.bill > 300) & d.insured & (d.species == "dog")]),
        "youngest cat seen by Dr Hale": lambda d: Number(d[(d.species == "cat") & (d.vet == "Dr Hale")].age_years.min()),
        "how many hamsters": lambda d: Nothing(),
    },
)  # fmt: skip

QUESTIONS = [*BIRTHS, *SEIZURES, *VET_VISITS]
