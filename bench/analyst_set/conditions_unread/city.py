"""What people ask about bicycles, flats, wind, a ship’s passengers and a gym, with a condition."""

# ruff: noqa: ARG005, E501 - some answers need no look at the table; an answer is read best on one line
from __future__ import annotations

from bench.analyst_set.expected import Either, Nothing, Number, OrNothing, Winner
from bench.analyst_set.newcomers.answers import rows_or_count
from bench.analyst_set.question import over, share, shares
from bench.analyst_set.strangers.answers import most

RIDES = over(
    "rides",
    {
        "how many rides started at Central Park": lambda d: Number((d.start_station == "Central Park").sum()),
        "how many trips from Central Park to Museum": lambda d: Number(((d.start_station == "Central Park") & (d.end_station == "Museum")).sum()),
        "how many rides over 5 km": lambda d: Number((d.distance_km > 5).sum()),
        "median distance of rides by members in July": lambda d: Number(d[(d.rider_type == "member") & (d.started_at.dt.month == 7)].distance_km.median()),
        "rides after 6pm, how many": lambda d: Number((d.started_at.dt.hour >= 18).sum()),
        "most popular end station for rides from Harbor Pier": lambda d: Winner(d[d.start_station == "Harbor Pier"].end_station.value_counts().idxmax()),
        "longest electric ride in km": lambda d: Number(d[d.bike_type == "electric"].distance_km.max()),
    },
)  # fmt: skip

APARTMENTS = over(
    "apartments",
    {
        "average rent of furnished flats in Lisbon": lambda d: Number(d[d.furnished & (d.city == "Lisbon")].rent_eur.mean()),
        "how many unfurnished apartments with a balcony": lambda d: Number((~d.furnished & (d.balcony == "yes")).sum()),
        "median size of apartments with more than 2 bedrooms": lambda d: Number(d[d.bedrooms > 2].size_sqm.median()),
        "avg rent in Lisbon and Porto for energy class A": lambda d: Number(d[d.city.isin(["Lisbon", "Porto"]) & (d.energy_class == "A")].rent_eur.mean()),
        "apartments larger than 100 sqm, average rent": lambda d: Number(d[d.size_sqm > 100].rent_eur.mean()),
        "how many are available from March 2025": lambda d: Either([Number((d.available_from.dt.to_period("M") == "2025-03").sum()), Number((d.available_from >= "2025-03-01").sum())]),
        "how many flats have no balcony and don't allow pets": lambda d: Number(((d.balcony == "no") & ~d.pets_allowed).sum()),
        "average rent of apartments above the 5th floor": lambda d: Number(d[d.floor > 5].rent_eur.mean()),
        "which city has the most pet friendly apartments": lambda d: OrNothing(most(d[d.pets_allowed].groupby("city").size())),
    },
)  # fmt: skip

WIND = over(
    "wind",
    {
        "total frequency of winds stronger than 6": lambda d: Nothing(),
    },
)  # fmt: skip

PASSENGERS = over(
    "passengers",
    {
        "how many women survived": lambda d: Number(((d.Sex == "female") & (d.Survived == 1)).sum()),
        "average fare paid by first class passengers": lambda d: Number(d[d.Pclass == 1].Fare.mean()),
        "number of passengers without a cabin": lambda d: Number(d.Cabin.isna().sum()),
        "mean fare of survivors from Southampton": lambda d: Number(d[(d.Survived == 1) & (d.Embarked == "Southampton")].Fare.mean()),
        "average age of those who died": lambda d: Number(d[d.Survived == 0].Age.mean()),
        "how many passengers are missing their age": lambda d: Number(d.Age.isna().sum()),
        "oldest woman": lambda d: Number(d[d.Sex == "female"].Age.max()),
        "survival rate by class": lambda d: shares(d.groupby("Pclass").Survived.mean()),
        "share of female passengers in class 1": lambda d: Either([share((d[d.Pclass == 1].Sex == "female").mean()), share((d[d.Sex == "female"].Pclass == 1).mean())]),
        "how many crew members survived": lambda d: Nothing(),
    },
)  # fmt: skip

GYM_MEMBERS = over(
    "gym_members",
    {
        "active members in the Downtown branch on the premium plan": lambda d: rows_or_count(d[d.active & (d.branch == "Downtown") & (d.plan == "premium")]),
        "members without an email": lambda d: rows_or_count(d[d.email.isna()]),
        "average age of members with a trainer": lambda d: Number(d[d.has_trainer].age.mean()),
        "inactive members over 60": lambda d: rows_or_count(d[~d.active & (d.age > 60)]),
        "what percentage of basic members are inactive": lambda d: share((~d[d.plan == "basic"].active).mean()),
        "how many came more than 8 times last month": lambda d: Number((d.visits_last_month > 8).sum()),
        "members who joined before 2021 and are still active": lambda d: rows_or_count(d[(d.joined < "2021-01-01") & d.active]),
        "total monthly fees of active airport members": lambda d: Number(d[d.active & (d.branch == "Airport")].monthly_fee.sum()),
        "median age of plus and premium members": lambda d: Number(d[d.plan.isin(["plus", "premium"])].age.median()),
    },
)  # fmt: skip

QUESTIONS = [*RIDES, *APARTMENTS, *WIND, *PASSENGERS, *GYM_MEMBERS]
