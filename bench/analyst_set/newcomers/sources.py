"""The newcomers' tables: small, invented with a seed, and named as exports name their columns.

Each person brings the table that they work with: camel case beside underscores, units in names, codes, flags, ids, two
dates, gaps.  The figures are plausible and mean nothing.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

SEED = 20_241
_Random = np.random.Generator


def _days(random: _Random, count: int, first: str, last: str) -> pd.Series:
    """Days between two, in order."""
    start, end = pd.Timestamp(first), pd.Timestamp(last)
    return pd.Series(start + pd.to_timedelta(np.sort(random.integers(0, (end - start).days + 1, count)), unit="D"))


def _after(random: _Random, dates: pd.Series, low: int, high: int, *, missing: float = 0.0) -> pd.Series:
    """Each date some days later; some have none."""
    later = dates + pd.to_timedelta(random.integers(low, high + 1, len(dates)), unit="D")
    return later.mask(random.random(len(dates)) < missing)


def _till(random: _Random) -> pd.DataFrame:
    """A shop's till: one row for each line of a receipt."""
    goods = {
        "Earl Grey": ("Tea", 4.2), "Assam": ("Tea", 3.9), "Matcha": ("Tea", 9.5), "Espresso Beans": ("Coffee", 8.75),
        "Decaf": ("Coffee", 7.9), "Oat Cookie": ("Bakery", 1.8), "Scone": ("Bakery", 2.1), "Mug": ("Gifts", 11.0),
        "Teapot": ("Gifts", 32.0), "Gift Card": ("Gifts", 25.0),
    }  # fmt: skip
    count = 900
    names = random.choice(list(goods), count, p=[0.16, 0.12, 0.06, 0.14, 0.08, 0.18, 0.12, 0.07, 0.03, 0.04])
    sold = _days(random, count, "2023-02-01", "2024-11-20")
    prices = np.array([goods[name][1] for name in names])
    quantities = random.integers(1, 6, count)
    returned = (random.random(count) < 0.06) & ~np.isin(names, ["Scone", "Gift Card"])
    return pd.DataFrame(
        {
            "TxnNo": np.sort(random.integers(10_000, 10_430, count)),
            "SoldAt": sold + pd.to_timedelta(random.integers(8, 19, count), unit="h"),
            "prodName": names,
            "Category": [goods[name][0] for name in names],
            "Qty": quantities,
            "UnitPrice_GBP": prices,
            "LineTotal_GBP": (quantities * prices).round(2),
            "PayMethod": random.choice(["card", "cash", "voucher"], count, p=[0.64, 0.3, 0.06]),
            "isReturn": returned,
            "StaffCode": random.choice(["B07", "B11", "C02", "D15"], count),
        }
    )


def _inpatients(random: _Random) -> pd.DataFrame:
    admitted = _days(random, 260, "2024-01-03", "2024-12-28")
    return pd.DataFrame(
        {
            "id": range(501, 761),
            "age_yrs": random.integers(18, 95, 260),
            "sex": random.choice(["F", "M"], 260),
            "admitDt": admitted,
            "dischDt": _after(random, admitted, 1, 21, missing=0.09),
            "dxGroup": random.choice(["Cardiac", "Respiratory", "Ortho", "Stroke"], 260, p=[0.35, 0.3, 0.2, 0.15]),
        }
    )


def _observations(random: _Random) -> pd.DataFrame:
    count = 800
    temperature = pd.Series(random.normal(37.1, 0.7, count).round(1))
    return pd.DataFrame(
        {
            "obsId": range(90_001, 90_001 + count),
            "inpatient_id": random.integers(501, 761, count),
            "wardCd": random.choice(["ICU", "A1", "B2", "MAT"], count, p=[0.2, 0.38, 0.28, 0.14]),
            "obsTime": _days(random, count, "2024-01-03", "2024-12-30")
            + pd.to_timedelta(random.integers(0, 24, count), unit="h"),
            "HR_bpm": random.normal(82, 14, count).round(),
            "sysBP": pd.Series(random.normal(128, 18, count).round()).mask(random.random(count) < 0.05),
            "tempC": temperature,
            "SpO2_pct": random.choice([88, 90, 91, 93, 94, 95, 96, 97, 98, 99], count),
            "painScore": random.integers(0, 11, count),
            "isFallRisk": random.random(count) < 0.3,
            "nurseInit": random.choice(["KL", "MT", "RS", "JP", "AB"], count),
        }
    )


def _pupils(random: _Random) -> pd.DataFrame:
    languages = ["English", "Polish", "Urdu", "Arabic", "Spanish"]
    count = 420
    years = random.integers(7, 12, count)
    letters = random.choice(list("ABCD"), count)
    attendance = np.clip(random.normal(94, 4.5, count), 60, 100).round(1)
    maths = np.clip(random.normal(58, 13, count) + (attendance - 94) * 1.4, 5, 100).round()
    enrolled = _days(random, count, "2019-09-02", "2024-09-09").sample(frac=1, random_state=SEED).reset_index(drop=True)
    return pd.DataFrame(
        {
            "PupilID": [f"P{number:04d}" for number in range(1, count + 1)],
            "yearGroup": years,
            "formClass": [f"{year}{letter}" for year, letter in zip(years, letters, strict=True)],
            "Gender": random.choice(["F", "M"], count),
            "FSM": random.choice(["Y", "N"], count, p=[0.24, 0.76]),
            "AttendancePct": attendance,
            "MathsScore": pd.Series(maths).mask(random.random(count) < 0.03),
            "ReadingScore": np.clip(random.normal(63, 12, count), 5, 100).round(),
            "dtEnrolled": enrolled,
            "dtLeft": _after(random, enrolled, 40, 900, missing=0.83),
            "SENSupport": random.random(count) < 0.15,
            "homeLang": random.choice(languages, count, p=[0.62, 0.14, 0.1, 0.08, 0.06]),
        }
    )  # fmt: skip


def _staff(random: _Random) -> pd.DataFrame:
    jobs = {"Engineer": 71_000, "Designer": 58_000, "Analyst": 54_000, "Accountant": 52_000, "Recruiter": 45_000,
            "Sales Rep": 47_000}  # fmt: skip
    departments = {"Engineer": "Product", "Designer": "Product", "Analyst": "Finance", "Accountant": "Finance",
                   "Recruiter": "People", "Sales Rep": "Sales"}  # fmt: skip
    count = 340
    titles = random.choice(list(jobs), count, p=[0.32, 0.12, 0.14, 0.12, 0.08, 0.22])
    hired = _days(random, count, "2016-03-01", "2024-10-15").sample(frac=1, random_state=SEED).reset_index(drop=True)
    return pd.DataFrame(
        {
            "emp_no": range(2_001, 2_001 + count),
            "deptName": [departments[title] for title in titles],
            "jobTitle": titles,
            "hireDt": hired,
            "termDt": _after(random, hired, 90, 1_400, missing=0.78),
            "BaseSalaryEUR": (np.array([jobs[title] for title in titles]) * random.normal(1, 0.16, count)).round(-2),
            "fte": random.choice([1.0, 0.8, 0.5], count, p=[0.8, 0.13, 0.07]),
            "isRemote": random.random(count) < 0.4,
            "perfRating": random.integers(1, 6, count),
            "mgrNo": random.choice([2_001, 2_004, 2_019, 2_033, 2_058, 2_071], count),
            "officeCd": random.choice(["BER", "LIS", "DUB"], count, p=[0.5, 0.28, 0.22]),
        }
    )


def _consignments(random: _Random) -> pd.DataFrame:
    hubs = ["Leeds", "Paris", "Hamburg", "Madrid", "Milan"]
    count = 700
    origins = random.choice(hubs, count)
    pairs = [(origin, random.choice([hub for hub in hubs if hub != origin])) for origin in origins]
    picked = _days(random, count, "2023-06-01", "2024-12-20")
    weights = random.gamma(3, 400, count).round(1)
    distances = np.array([600 + 37 * ((len(a) * 7 + len(b) * 11) % 29) for a, b in pairs])
    return pd.DataFrame(
        {
            "ConsignmentNo": [f"C{number:06d}" for number in range(1, count + 1)],
            "originHub": [pair[0] for pair in pairs],
            "destHub": [pair[1] for pair in pairs],
            "carrierCode": random.choice(["DHX", "TNX", "UPZ"], count, p=[0.5, 0.3, 0.2]),
            "pickupDt": picked,
            "promisedDt": _after(random, picked, 3, 6),
            "deliveredDt": _after(random, picked, 2, 9, missing=0.04),
            "wtKg": weights,
            "distanceKm": distances,
            "freightCostUSD": (weights * 0.21 + distances * 0.35 + random.normal(60, 20, count)).round(2),
            "isDamaged": random.random(count) < 0.07,
            "pallets": random.integers(1, 22, count),
        }
    )


def _meter_reads(random: _Random) -> pd.DataFrame:
    days = pd.date_range("2024-01-01", "2025-03-31", freq="D")
    sites = {"S01": ("elec", 420), "S02": ("elec", 260), "S03": ("gas", 610), "S04": ("gas", 180)}
    rows = []
    for site, (meter, level) in sites.items():
        season = 12 - 11 * np.cos(2 * np.pi * (days.dayofyear.to_numpy() - 20) / 365)
        outdoor = (season + random.normal(0, 2.5, len(days))).round(1)
        used = (level * (1 - 0.012 * (outdoor - 12)) * random.normal(1, 0.08, len(days))).round(1)
        factor = 0.21 if meter == "elec" else 0.18
        rows.append(
            pd.DataFrame(
                {
                    "readDate": days,
                    "siteCode": site,
                    "meterType": meter,
                    "kWh": used,
                    "peak_kW": (used / 24 * random.normal(2.1, 0.15, len(days))).round(1),
                    "tariffCd": random.choice(["T1", "T2"], len(days), p=[0.7, 0.3]),
                    "isEstimated": random.random(len(days)) < 0.12,
                    "CO2_kg": (used * factor).round(2),
                    "outdoorTempC": outdoor,
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


def _fixtures(random: _Random) -> pd.DataFrame:
    teams = ["Rovers", "City", "United", "Athletic", "Wanderers", "Albion", "Town", "County"]
    games = [(home, away) for home in teams for away in teams if home != away]
    random.shuffle(games)
    count = len(games)
    rounds = np.arange(count) // 4 + 1
    return pd.DataFrame(
        {
            "matchday": rounds,
            "matchDate": pd.Timestamp("2024-08-10") + pd.to_timedelta(rounds * 14, unit="D"),
            "homeTeam": [game[0] for game in games],
            "awayTeam": [game[1] for game in games],
            "HomeGoals": random.poisson(1.5, count),
            "AwayGoals": random.poisson(1.1, count),
            "attendance": random.integers(4_200, 28_400, count),
            "refName": random.choice(["Okafor", "Lindqvist", "Brennan", "Sousa"], count),
            "yellowCards": random.poisson(3.4, count),
            "redCards": random.choice([0, 1, 2], count, p=[0.8, 0.17, 0.03]),
            "onTV": random.random(count) < 0.4,
        }
    )


def _permits(random: _Random) -> pd.DataFrame:
    count = 520
    filed = _days(random, count, "2022-01-10", "2024-12-18")
    kinds = random.choice(["New Build", "Extension", "Demolition", "Change of Use"], count, p=[0.34, 0.4, 0.1, 0.16])
    districts = random.choice(["Harbour", "Northgate", "Old Town", "Riverside", "Millfield"], count)
    area = random.gamma(2.2, 140, count).round()
    status = random.choice(["ISSUED", "PENDING", "REFUSED", "WITHDRAWN"], count, p=[0.68, 0.16, 0.11, 0.05])
    return pd.DataFrame(
        {
            "permitNo": [f"BP-{number}" for number in range(7_001, 7_001 + count)],
            "filedOn": filed,
            "issuedOn": _after(random, filed, 12, 140).where(status == "ISSUED"),
            "permitType": kinds,
            "distName": districts,
            "estCost_usd": (area * random.normal(1_900, 450, count)).round(-2).clip(8_000),
            "floorArea_sqm": area,
            "dwellingUnits": np.where(kinds == "New Build", random.integers(1, 40, count), 0),
            "isAppealed": (random.random(count) < 0.12) & (districts != "Millfield"),
            "statusCode": status,
            "archFirm": random.choice(["Holt & Dane", "Studio Verde", "Kappel", "Brightline", "none"], count),
        }
    )


def _assays(random: _Random) -> pd.DataFrame:
    count = 480
    doses = random.choice([5, 10, 25, 50], count)
    compounds = random.choice(["CX-7", "CX-9", "Placebo", "RB-2"], count)
    gain = pd.Series(compounds).map({"CX-7": 9.5, "CX-9": 6.1, "RB-2": 4.0, "Placebo": 0.2}).to_numpy()
    return pd.DataFrame(
        {
            "sampleID": [f"SMP{number:05d}" for number in range(1, count + 1)],
            "plateNo": np.arange(count) // 24 + 1,
            "runDate": _days(random, count, "2024-02-05", "2024-06-28"),
            "analystCd": random.choice(["HW", "NB", "TY"], count),
            "compound": compounds,
            "dose_mg": doses,
            "conc_ngmL": np.clip(doses * gain + random.normal(0, 18, count), 0.1, None).round(2),
            "replicateNo": random.integers(1, 4, count),
            "pH": pd.Series(random.normal(7.2, 0.25, count).round(2)).mask(random.random(count) < 0.04),
            "passedQC": random.random(count) < 0.91,
            "instrId": random.choice(["LC1", "LC2", "MS4"], count),
        }
    )


def _campaigns(random: _Random) -> pd.DataFrame:
    count = 180
    starts = _days(random, count, "2023-01-05", "2024-11-30")
    channels = random.choice(["email", "social", "search", "display"], count, p=[0.3, 0.3, 0.25, 0.15])
    paid = np.where(channels == "email", random.random(count) < 0.1, random.random(count) < 0.85)
    impressions = random.integers(4_000, 90_000, count)
    clicks = (impressions * random.uniform(0.004, 0.05, count)).round().astype(int)
    spend = np.where(paid, random.gamma(2.4, 700, count), random.gamma(1.5, 60, count)).round(2)
    names = random.choice(["Spring", "Launch", "Promo"], count)
    signups = (clicks * random.uniform(0, 0.12, count)).round().astype(int)
    return pd.DataFrame(
        {
            "campaignId": range(1, count + 1),
            "cmpName": [f"{name} {number}" for number, name in enumerate(names, 1)],
            "channel": channels,
            "startDt": starts,
            "endDt": _after(random, starts, 5, 45),
            "spendEur": spend,
            "impr": impressions,
            "clicks": clicks,
            "signups": signups,
            "revEur": (signups * random.uniform(20, 70, count)).round(2),
            "region": random.choice(["DACH", "Nordics", "Benelux"], count),
            "isPaid": paid,
        }
    )  # fmt: skip


_MAKERS = {
    "till": _till, "inpatients": _inpatients, "observations": _observations, "pupils": _pupils, "staff": _staff,
    "consignments": _consignments, "meter_reads": _meter_reads, "fixtures": _fixtures, "permits": _permits,
    "assays": _assays, "campaigns": _campaigns,
}  # fmt: skip


def frames() -> dict[str, pd.DataFrame]:
    """Every table by the name of its file, the same each time."""
    return {name: make(np.random.default_rng([SEED, place])) for place, (name, make) in enumerate(_MAKERS.items())}
