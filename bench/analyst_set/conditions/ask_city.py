"""What people ask about bicycles, flats, wind, a ship’s passengers and a gym, with a condition."""

# ruff: noqa: ARG005, E501 - some answers need no look at the table; an answer is read best on one line
from __future__ import annotations

from bench.analyst_set.expected import Either, Nothing, Number, OrNothing, Winner
from bench.analyst_set.newcomers.answers import rows_or_count
from bench.analyst_set.question import over, share
from bench.analyst_set.strangers.answers import means, most

RIDES = over(
    "rides",
    {
        "average duration of casual rides on electric bikes": lambda d: Number(d[(d.rider_type == "casual") & (d.bike_type == "electric")].duration_min.mean()),
        "rides longer than an hour": lambda d: rows_or_count(d[d.duration_min > 60]),
        "how many rides ended where they started": lambda d: Number((d.start_station == d.end_station).sum()),
        "weekend rides by members": lambda d: rows_or_count(d[(d.rider_type == "member") & (d.started_at.dt.dayofweek >= 5)]),
        "how many classic bike trips took less than 10 minutes": lambda d: Number(((d.bike_type == "classic") & (d.duration_min < 10)).sum()),
        "what fraction of casual rides were electric": lambda d: share((d[d.rider_type == "casual"].bike_type == "electric").mean()),
        "number of rides that didn't end at Union Square": lambda d: Number((d.end_station != "Union Square").sum()),
        "avg distance of rides longer than 20 and shorter than 40 minutes": lambda d: Number(d[(d.duration_min > 20) & (d.duration_min < 40)].distance_km.mean()),
        "total km by members": lambda d: Number(d[d.rider_type == "member"].distance_km.sum()),
    },
)  # fmt: skip

APARTMENTS = over(
    "apartments",
    {
        "how many apartments allow pets": lambda d: Number(d.pets_allowed.sum()),
        "cheapest 2 bedroom apartment in Porto": lambda d: Number(d[(d.bedrooms == 2) & (d.city == "Porto")].rent_eur.min()),
        "3-bedroom places under 1200 euros": lambda d: rows_or_count(d[(d.bedrooms == 3) & (d.rent_eur < 1_200)]),
        "number of flats on the ground floor": lambda d: OrNothing(Number((d.floor == 0).sum())),
        "share of flats in Faro that are furnished": lambda d: share(d[d.city == "Faro"].furnished.mean()),
        "rent per city for one bedroom flats": lambda d: Either([means(d[d.bedrooms == 1], "city", "rent_eur"), Nothing()]),
        "how many cost at most 900": lambda d: Number((d.rent_eur <= 900).sum()),
        "biggest furnished apartment": lambda d: Winner(d[d.furnished].set_index("listing").size_sqm.idxmax()),
        "average rent of flats with a pool": lambda d: Nothing(),
    },
)  # fmt: skip

WIND = over(
    "wind",
    {
        "average frequency for wind from the north-west": lambda d: Nothing(),
        "frequency of strength 6+ wind coming from W": lambda d: Number(d[(d.strength == "6+") & (d.direction == "W")].frequency.sum()),
        "sum of frequency where direction is SSW": lambda d: Number(d[d.direction == "SSW"].frequency.sum()),
        "which direction has the highest frequency at strength 1-2": lambda d: Winner(d[d.strength == "1-2"].set_index("direction").frequency.idxmax()),
    },
)  # fmt: skip

PASSENGERS = over(
    "passengers",
    {
        "how many passengers didn't survive": lambda d: Number((d.Survived == 0).sum()),
        "survival rate of men in third class": lambda d: share(d[(d.Sex == "male") & (d.Pclass == 3)].Survived.mean()),
        "how many kids under 10 were aboard": lambda d: Number((d.Age < 10).sum()),
        "what share of those who boarded in Cherbourg survived": lambda d: share(d[d.Embarked == "Cherbourg"].Survived.mean()),
        "median age of passengers travelling with no siblings": lambda d: Number(d[d.SibSp == 0].Age.median()),
        "how many 2nd class passengers embarked at Queenstown": lambda d: Number(((d.Pclass == 2) & (d.Embarked == "Queenstown")).sum()),
        "passengers who paid over 100, how many survived": lambda d: Number(((d.Fare > 100) & (d.Survived == 1)).sum()),
        "how many passengers had a cabin and paid less than 20": lambda d: Number((d.Cabin.notna() & (d.Fare < 20)).sum()),
    },
)  # fmt: skip

GYM_MEMBERS = over(
    "gym_members",
    {
        "how many active members": lambda d: Number(d.active.sum()),
        "how many members joined in 2023": lambda d: Number((d.joined.dt.year == 2023).sum()),
        "how many members who pay 49.90 have a trainer": lambda d: Number(((d.monthly_fee == 49.9) & d.has_trainer).sum()),
        "average visits last month of 18 to 25 year olds": lambda d: Number(d[d.age.between(18, 25)].visits_last_month.mean()),
        "how many members are neither active nor have a trainer": lambda d: Number((~d.active & ~d.has_trainer).sum()),
        "which branch has the most inactive members": lambda d: most(d[~d.active].groupby("branch").size()),
        "how many visited at least once last month": lambda d: Number((d.visits_last_month >= 1).sum()),
        "how many members have tattoos": lambda d: Nothing(),
    },
)  # fmt: skip

QUESTIONS = [*RIDES, *APARTMENTS, *WIND, *PASSENGERS, *GYM_MEMBERS]
