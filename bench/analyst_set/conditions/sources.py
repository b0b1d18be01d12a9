"""The tables of the questions under a condition: three that packages ship, their codes put in words, and invented ones.

The invented ones have the shape of files that people really meet (insurance, a ship's passengers, subscribers, loans,
expenses, rides, flats, tickets, a vet's visits, a gym, deliveries, staff), made with a seed: awkward names, flags as
yes and no, as booleans and as 0 and 1, gaps, two dates.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import plotly
import statsmodels

SEED = 77_031
_Random = np.random.Generator
_NAMES = ("Bob", "Alice", "Priya", "Chen", "Marta", "Omar", "Jonas", "Lucia", "Kofi", "Ingrid")


def _shipped(path: str) -> pd.DataFrame:
    return pd.read_csv(Path(statsmodels.__file__).parent / path)


def _births() -> pd.DataFrame:
    """Births in Pennsylvania, as Cattaneo's study has them."""
    rows = _shipped("treatment/tests/results/cataneo2.csv").head(1_500)
    return pd.DataFrame(
        {
            "birth_weight_g": rows["bweight"],
            "mother_age": rows["mage"],
            "father_age": rows["fage"].mask(rows["fage"] == 0),
            "married": rows["mmarried"].map({"married": "yes", "notmarried": "no"}),
            "smoking": rows["msmoke"],
            "alcohol": rows["alcohol"].map({1: "yes", 0: "no"}),
            "first_baby": rows["fbaby"],
            "prenatal_visits": rows["nprenatal"],
            "school_years": rows["medu"],
        }
    )


def _seizures() -> pd.DataFrame:
    rows = _shipped("genmod/tests/results/epil.csv")
    return rows.rename(columns={"y": "seizures", "trt": "treatment", "base": "baseline"})[
        ["subject", "period", "treatment", "age", "baseline", "seizures"]
    ]


def _wind() -> pd.DataFrame:
    return pd.read_csv(Path(plotly.__file__).parent / "package_data" / "datasets" / "wind.csv.gz")


def _insured(random: _Random) -> pd.DataFrame:
    count = 600
    smoker = random.choice(["yes", "no"], count, p=[0.2, 0.8])
    age = random.integers(18, 65, count)
    return pd.DataFrame(
        {
            "age": age,
            "sex": random.choice(["female", "male"], count),
            "bmi": random.normal(30, 6, count).round(2),
            "children": random.choice([0, 1, 2, 3, 4], count, p=[0.43, 0.24, 0.18, 0.12, 0.03]),
            "smoker": smoker,
            "region": random.choice(["southeast", "southwest", "northeast", "northwest"], count),
            "charges": (age * 240 + (smoker == "yes") * 21_000 + random.gamma(2, 900, count)).round(2),
        }
    )


def _passengers(random: _Random) -> pd.DataFrame:
    count = 500
    sex = random.choice(["male", "female"], count, p=[0.64, 0.36])
    pclass = random.choice([1, 2, 3], count, p=[0.24, 0.21, 0.55])
    odds = 0.18 + 0.45 * (sex == "female") + 0.12 * (pclass == 1)
    cabins = np.array([f"{deck}{number}" for deck, number in zip("ABCDE" * 100, range(1, 501), strict=True)])
    return pd.DataFrame(
        {
            "PassengerId": range(1, count + 1),
            "Survived": (random.random(count) < odds).astype(int),
            "Pclass": pclass,
            "Sex": sex,
            "Age": pd.Series(random.normal(30, 14, count).clip(1, 80).round()).mask(random.random(count) < 0.2),
            "SibSp": random.choice([0, 1, 2, 3], count, p=[0.68, 0.22, 0.06, 0.04]),
            "Fare": (random.gamma(1.5, 12, count) * (4 - pclass)).round(2),
            "Cabin": pd.Series(cabins).mask(random.random(count) < 0.75),
            "Embarked": random.choice(["Southampton", "Cherbourg", "Queenstown"], count, p=[0.7, 0.2, 0.1]),
        }
    )


def _subscribers(random: _Random) -> pd.DataFrame:
    count = 700
    contract = random.choice(["Month-to-month", "One year", "Two year"], count, p=[0.55, 0.21, 0.24])
    churn = random.random(count) < np.where(contract == "Month-to-month", 0.42, 0.09)
    return pd.DataFrame(
        {
            "customerID": [f"{number:04d}-QX" for number in range(1, count + 1)],
            "gender": random.choice(["Female", "Male"], count),
            "SeniorCitizen": random.choice(["Yes", "No"], count, p=[0.16, 0.84]),
            "Partner": random.choice(["Yes", "No"], count),
            "tenure": random.integers(0, 73, count),
            "InternetService": random.choice(["DSL", "Fiber optic", "No internet"], count, p=[0.34, 0.44, 0.22]),
            "Contract": contract,
            "PaperlessBilling": random.choice(["Yes", "No"], count, p=[0.6, 0.4]),
            "PaymentMethod": random.choice(["Electronic check", "Mailed check", "Bank transfer", "Credit card"], count),
            "MonthlyCharges": random.uniform(18, 119, count).round(2),
            "Churn": np.where(churn, "Yes", "No"),
        }
    )


def _loans(random: _Random) -> pd.DataFrame:
    count = 420
    jobs = ["employed", "self-employed", "retired", "student"]
    issued = pd.Timestamp("2021-01-01") + pd.to_timedelta(np.sort(random.integers(0, 1_400, count)), unit="D")
    return pd.DataFrame(
        {
            "loan_no": [f"L{number}" for number in range(5_001, 5_001 + count)],
            "issued_on": issued,
            "purpose": random.choice(["car", "wedding", "home improvement", "debt consolidation"], count),
            "amount_usd": random.integers(10, 400, count) * 100,
            "term_months": random.choice([12, 24, 36, 60], count),
            "interest_rate": random.uniform(3, 24, count).round(2),
            "credit_score": random.integers(480, 850, count),
            "employment": random.choice(jobs, count, p=[0.6, 0.2, 0.12, 0.08]),
            "state": random.choice(["Texas", "Ohio", "Nevada", "New York"], count),
            "defaulted": random.random(count) < 0.14,
        }
    )  # fmt: skip


def _expenses(random: _Random) -> pd.DataFrame:
    count = 520
    days = pd.Timestamp("2024-01-02") + pd.to_timedelta(np.sort(random.integers(0, 360, count)), unit="D")
    return pd.DataFrame(
        {
            "Date": days,
            "Employee": random.choice(_NAMES, count),
            "Department": random.choice(["Sales", "Engineering", "Legal", "Support"], count),
            "Category": random.choice(["Travel", "Meals", "Software", "Office supplies"], count),
            "Merchant": random.choice(["Uber", "Delta", "Staples", "Zoom", "Subway", "Hilton"], count),
            "Amount": random.gamma(1.4, 90, count).round(2),
            "Reimbursed": random.choice(["Y", "N"], count, p=[0.7, 0.3]),
            "Receipt": pd.Series([f"r{number}.pdf" for number in range(count)]).mask(random.random(count) < 0.15),
        }
    )


def _rides(random: _Random) -> pd.DataFrame:
    count = 650
    stations = ["Central Park", "Union Square", "Harbor Pier", "City Hall", "Museum"]
    start = random.choice(stations, count, p=[0.3, 0.25, 0.2, 0.15, 0.1])
    passed = pd.to_timedelta(np.sort(random.integers(0, 130_000, count)), unit="min")
    minutes = random.gamma(2.2, 11, count).round(1)
    return pd.DataFrame(
        {
            "ride_id": range(80_000, 80_000 + count),
            "rider_type": random.choice(["member", "casual"], count, p=[0.63, 0.37]),
            "bike_type": random.choice(["electric", "classic"], count),
            "start_station": start,
            "end_station": random.choice(stations, count),
            "started_at": pd.Timestamp("2024-05-01 05:00") + passed,
            "duration_min": minutes,
            "distance_km": (minutes * random.uniform(0.12, 0.3, count)).round(2),
        }
    )  # fmt: skip


def _apartments(random: _Random) -> pd.DataFrame:
    count = 380
    rooms = random.choice([1, 2, 3, 4], count, p=[0.3, 0.38, 0.22, 0.1])
    size = (rooms * 24 + random.normal(12, 6, count)).round()
    return pd.DataFrame(
        {
            "listing": [f"AP{number}" for number in range(300, 300 + count)],
            "city": random.choice(["Lisbon", "Porto", "Faro"], count, p=[0.55, 0.33, 0.12]),
            "bedrooms": rooms,
            "size_sqm": size,
            "rent_eur": (size * random.uniform(11, 22, count)).round(-1),
            "furnished": random.random(count) < 0.45,
            "pets_allowed": random.random(count) < 0.3,
            "balcony": random.choice(["yes", "no"], count),
            "floor": random.integers(0, 9, count),
            "energy_class": random.choice(["A", "B", "C", "D"], count),
            "available_from": pd.Timestamp("2025-01-01") + pd.to_timedelta(random.integers(0, 200, count), unit="D"),
        }
    )


def _tickets(random: _Random) -> pd.DataFrame:
    count = 560
    opened = pd.Timestamp("2024-02-01") + pd.to_timedelta(np.sort(random.integers(0, 300, count)), unit="D")
    status = random.choice(["open", "pending", "solved"], count, p=[0.2, 0.15, 0.65])
    closed = pd.Series(opened + pd.to_timedelta(random.integers(0, 15, count), unit="D")).where(status == "solved")
    return pd.DataFrame(
        {
            "ticket_no": range(1, count + 1),
            "opened": opened,
            "closed": closed,
            "priority": random.choice(["low", "normal", "high", "urgent"], count, p=[0.25, 0.5, 0.18, 0.07]),
            "status": status,
            "team": random.choice(["billing", "network", "accounts"], count),
            "assignee": random.choice(_NAMES[:6], count),
            "channel": random.choice(["email", "phone", "chat"], count, p=[0.5, 0.3, 0.2]),
            "reopened": random.random(count) < 0.12,
            "replies": random.integers(0, 14, count),
            "csat": pd.Series(random.integers(1, 6, count).astype(float)).mask(random.random(count) < 0.4),
        }
    )


def _vet_visits(random: _Random) -> pd.DataFrame:
    count = 340
    species = random.choice(["dog", "cat", "rabbit"], count, p=[0.5, 0.4, 0.1])
    passed = pd.to_timedelta(np.sort(random.integers(0, 355, count)), unit="D")
    weight = {"dog": 21.0, "cat": 4.4, "rabbit": 2.1}
    return pd.DataFrame(
        {
            "visit_date": pd.Timestamp("2024-01-03") + passed,
            "pet": random.choice(["Rex", "Luna", "Milo", "Nala", "Simba", "Bella", "Coco"], count),
            "species": species,
            "age_years": random.integers(0, 16, count),
            "weight_kg": (pd.Series(species).map(weight) * random.normal(1, 0.25, count)).abs().round(1),
            "neutered": random.choice(["yes", "no"], count, p=[0.7, 0.3]),
            "vet": random.choice(["Dr Hale", "Dr Ito", "Dr Mensah"], count),
            "reason": random.choice(["vaccination", "checkup", "surgery", "dental"], count, p=[0.4, 0.35, 0.1, 0.15]),
            "bill": random.gamma(2, 60, count).round(2),
            "insured": random.random(count) < 0.35,
        }
    )  # fmt: skip


def _gym_members(random: _Random) -> pd.DataFrame:
    count = 450
    return pd.DataFrame(
        {
            "member_id": range(1, count + 1),
            "email": pd.Series([f"m{number}@example.org" for number in range(count)]).mask(random.random(count) < 0.1),
            "age": random.integers(16, 78, count),
            "plan": random.choice(["basic", "plus", "premium"], count, p=[0.5, 0.3, 0.2]),
            "branch": random.choice(["Downtown", "Riverside", "Airport"], count),
            "joined": pd.Timestamp("2020-03-01") + pd.to_timedelta(random.integers(0, 1_700, count), unit="D"),
            "visits_last_month": random.poisson(5, count),
            "monthly_fee": random.choice([19.9, 29.9, 49.9], count),
            "active": random.random(count) < 0.8,
            "has_trainer": random.random(count) < 0.25,
        }
    )


def _deliveries(random: _Random) -> pd.DataFrame:
    count = 620
    return pd.DataFrame(
        {
            "order_no": range(40_001, 40_001 + count),
            "ordered_at": pd.Timestamp("2024-09-01 10:00")
            + pd.to_timedelta(np.sort(random.integers(0, 170_000, count)), unit="min"),
            "city": random.choice(["Boston", "Denver", "Austin"], count, p=[0.5, 0.3, 0.2]),
            "cuisine": random.choice(["Thai", "Mexican", "Italian", "Indian"], count),
            "items": random.integers(1, 9, count),
            "total": random.gamma(3, 11, count).round(2),
            "tip": pd.Series(random.gamma(1.2, 3, count).round(2)).where(random.random(count) < 0.7, 0.0),
            "paid_by": random.choice(["card", "cash", "wallet"], count, p=[0.6, 0.15, 0.25]),
            "delivered_late": random.choice(["yes", "no"], count, p=[0.2, 0.8]),
            "courier": random.choice(_NAMES[4:], count),
            "rating": pd.Series(random.integers(1, 6, count).astype(float)).mask(random.random(count) < 0.3),
        }
    )


def _workforce(random: _Random) -> pd.DataFrame:
    count = 480
    return pd.DataFrame(
        {
            "EmployeeNumber": range(1, count + 1),
            "Age": random.integers(19, 61, count),
            "Gender": random.choice(["Female", "Male"], count, p=[0.42, 0.58]),
            "Department": random.choice(["Research", "Marketing", "Human Resources"], count, p=[0.6, 0.3, 0.1]),
            "JobRole": random.choice(["Technician", "Manager", "Scientist", "Assistant"], count),
            "MonthlyIncome": random.gamma(4, 1_600, count).round(),
            "YearsAtCompany": random.poisson(6, count),
            "DistanceFromHome": random.integers(1, 30, count),
            "OverTime": random.choice(["Yes", "No"], count, p=[0.28, 0.72]),
            "MaritalStatus": random.choice(["Single", "Married", "Divorced"], count),
            "Attrition": random.choice(["Yes", "No"], count, p=[0.16, 0.84]),
        }
    )


_MAKERS = {
    "insured": _insured, "passengers": _passengers, "subscribers": _subscribers, "loans": _loans,
    "expenses": _expenses, "rides": _rides, "apartments": _apartments, "tickets": _tickets,
    "vet_visits": _vet_visits, "gym_members": _gym_members, "deliveries": _deliveries, "workforce": _workforce,
}  # fmt: skip


def frames() -> dict[str, pd.DataFrame]:
    """Every table by the name of its file, the same each time."""
    made = {name: make(np.random.default_rng([SEED, place])) for place, (name, make) in enumerate(_MAKERS.items())}
    return {"births": _births(), "seizures": _seizures(), "wind": _wind(), **made}
