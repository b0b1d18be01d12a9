# noqa: INP001 - a script, in no package
"""Makes a clinical trial's data, from its sites to its adverse events.  Same seed, same bytes.

`python examples/make_clinical.py OUT [--seed N] [--scale F]`; examples/README.md describes tables, columns and dirt.
The trial, its drug and everybody in it are invented; no value here says anything about medicine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sample_folder import Folder, command
from sampling import Chance, Numbers, Texts, local_times, numbered, people, with_comma

PATIENTS, SITES = 7_000, 36
FIRST_CONSENT, CONSENT_DAYS = np.datetime64("2022-03-01"), 540
COUNTRIES = {
    "Germany": "Europe/Berlin",
    "Spain": "Europe/Madrid",
    "Finland": "Europe/Helsinki",
    "United States": "America/Chicago",
    "Japan": "Asia/Tokyo",
    "Australia": "Australia/Sydney",
}
VISITS = {
    "Screening": -14, "Baseline": 0, "Week 2": 14, "Week 4": 28, "Week 8": 56, "Week 12": 84, "Week 24": 168,
    "Week 36": 252, "Week 52": 364,
}  # fmt: skip
STAYS = 0.965
"""Of those who came to a visit, how many come to the next."""
ANALYTES = {
    # usual value, spread, unit, the other unit and its factor, decimals, reference range
    "ALT": (28.0, 0.38, "U/L", None, 0, (7, 56)),
    "AST": (25.0, 0.34, "U/L", None, 0, (10, 40)),
    "Creatinine": (78.0, 0.22, "umol/L", ("mg/dL", 1 / 88.4), 1, (45, 110)),
    "Glucose": (5.4, 0.16, "mmol/L", ("mg/dL", 18.016), 1, (3.9, 6.1)),
    "HbA1c": (5.7, 0.10, "%", None, 1, (4.0, 6.0)),
    "Hemoglobin": (138.0, 0.09, "g/L", ("g/dL", 0.1), 1, (120, 175)),
    "LDL": (3.1, 0.27, "mmol/L", ("mg/dL", 38.67), 1, (0.0, 3.4)),
    "Platelets": (245.0, 0.22, "10^9/L", None, 0, (150, 400)),
}
LDL_EFFECT = 0.30
"""By how much the drug lowers LDL after a year."""
TERMS = {
    "headache": 24, "nausea": 19, "fatigue": 14, "dizziness": 11, "rash": 8, "back pain": 8, "diarrhoea": 7,
    "insomnia": 5, "palpitations": 3, "syncope": 1,
}  # fmt: skip
NARRATIVES = (
    "Patient reports onset after breakfast; resolved without treatment.",
    "Called the site at night, advised to rest. Follow-up by phone.",
    "Seen in emergency room, ECG normal, discharged same day",
    'States "like never before", intensity 6/10.',
    "Nach der zweiten Tablette aufgetreten, am Abend abgeklungen.",
    "Possibly related to missed meal\nWife confirms.",
    "See source document p. 3",
)
DRUGS = (
    "Paracetamol",
    "Ibuprofen",
    "Metformin",
    "Lisinopril",
    "Omeprazole",
    "Amlodipine",
    "Levothyroxine",
    "Vitamin D",
)
REMARKS = ("afraid of needles", "prefers morning visits", "moved, new address on file", "Daughter drives, tel. on file")


@dataclass(frozen=True)
class Cohort:
    """What the tables below `patients` need of them."""

    ids: Texts
    site: Numbers
    zone: Texts
    arm: Texts
    consent: Numbers
    weight: Numbers

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Visits:
    """Visits that took place."""

    ids: Texts
    patient: Numbers
    number: Numbers
    moment: Numbers


def make(folder: Folder, seed: int, scale: float) -> None:
    """Writes the seven tables."""
    zones = _sites(folder, Chance(seed, "sites"))
    cohort = _patients(folder, Chance(seed, "patients"), zones, max(8, round(PATIENTS * scale)))
    visits = _visits(folder, Chance(seed, "visits"), cohort)
    _vitals(folder, Chance(seed, "vitals"), cohort, visits)
    _labs(folder, Chance(seed, "labs"), cohort, visits)
    _medication(folder, Chance(seed, "medication"), cohort)
    _adverse_events(folder, Chance(seed, "adverse_events"), cohort)


def _sites(folder: Folder, chance: Chance) -> Texts:
    country = np.array([name for name in COUNTRIES for _ in range(SITES // len(COUNTRIES))], dtype=object)
    zone = np.array([COUNTRIES[name] for name in country], dtype=object)
    lead = people(chance, SITES)
    table = pd.DataFrame(
        {
            "site_id": numbered("", SITES, 3, first=101),
            "country": country,
            "time_zone": zone,
            "investigator": "Dr. " + lead.given + " " + lead.family,
            "email": lead.email,
            "activated_on": FIRST_CONSENT - chance.numbers.integers(5, 90, SITES),
            "target_patients": chance.without(chance.numbers.integers(8, 30, SITES) * 10, 0.05),
        }
    )
    folder.csv("sites", table)
    return zone


def _patients(folder: Folder, chance: Chance, zones: Texts, size: int) -> Cohort:
    who = people(chance, size)
    site = (SITES * chance.numbers.beta(1.1, 1.4, size)).astype(int)
    consent = FIRST_CONSENT + np.sort(chance.numbers.integers(0, CONSENT_DAYS, size))
    sex = chance.pick(("female", "male"), size, (53, 47))
    born = chance.mixed_dates(who.born, {"%Y-%m-%d": 72, "%d/%m/%Y": 18, "%d-%b-%Y": 10})
    for impossible, share in (("1900-01-01", 0.003), ("UNK-UNK-1961", 0.004), ("2054-08-02", 0.001), (None, 0.012)):
        born[chance.some(size, share)] = impossible
    height = np.round(chance.numbers.normal(np.where(sex == "male", 177, 164), 7))
    height[chance.some(size, 0.02)] /= 100  # metres where centimetres are asked for
    arm = chance.pick(("lumen 20 mg", "placebo"), size)
    cohort = Cohort(
        ids=numbered("LUM-", size, 5),
        site=site,
        zone=zones[site],
        arm=arm,
        consent=consent,
        weight=np.round(chance.numbers.normal(np.where(sex == "male", 84, 70), 12).clip(42, 160), 1),
    )
    written = sex.copy()
    for word, share in (("F", 0.5), ("f", 0.08), ("W", 0.04)):
        written[(sex == "female") & chance.some(size, share)] = word
    for word, share in (("M", 0.5), ("m", 0.08), ("Male ", 0.05)):
        written[(sex == "male") & chance.some(size, share)] = word
    table = pd.DataFrame(
        {
            "patient_id": cohort.ids,
            "site_id": numbered("", SITES, 3, first=101)[site],
            "name": who.given + " " + who.family,
            "birth_date": born,
            "sex": chance.without(written, 0.006),
            "email": chance.without(who.email, 0.11),
            "phone": chance.without(who.phone, 0.04),
            "consented_on": consent,
            "arm": arm,
            "height_cm": chance.without(height, 0.015),
            "smoker": chance.pick(("never", "former", "current", "Never", "unknown"), size, (48, 26, 14, 8, 4)),
            "remark": chance.without(chance.pick(REMARKS, size), 0.85),
        }
    )
    twice = table[chance.some(size, 0.004)].copy()  # screened again at another site, under a new number
    twice["patient_id"] = numbered("LUM-", len(twice), 5, first=90_001)
    twice["name"] = twice["name"].str.upper()
    folder.csv("patients", pd.concat([table, twice], ignore_index=True))
    return cohort


def _visits(folder: Folder, chance: Chance, cohort: Cohort) -> Visits:
    stays = np.cumprod(chance.numbers.random((len(cohort), len(VISITS))) < STAYS, axis=1)
    stays[:, :2] = 1
    patient, number = np.nonzero(stays)
    size = len(patient)
    offset = np.array(list(VISITS.values()))[number]
    planned = cohort.consent[patient] + 14 + offset
    day = planned + np.rint(chance.numbers.normal(0, 2.2, size)).astype(int)
    day = day + np.where(chance.some(size, 0.03), chance.numbers.integers(10, 40, size), 0)
    hours = (chance.numbers.choice((7, 8, 9, 10, 13, 14), size) * 3600).astype("m8[s]")
    moment = day.astype("M8[s]") + hours + (chance.numbers.integers(0, 12, size) * 300).astype("m8[s]")
    typo = chance.some(size, 0.0006)
    moment[typo] += np.timedelta64(3652, "D")  # a wrong decade
    missed = chance.some(size, 0.03) & (number > 1)
    ids = numbered("V", size, 6)
    table = pd.DataFrame(
        {
            "visit_id": ids,
            "patient_id": cohort.ids[patient],
            "visit": chance.untidy(np.array(list(VISITS), dtype=object)[number], 0.02),
            "planned_on": pd.Series(planned.astype("M8[s]")).dt.date,
            "attended_at": pd.Series(moment.astype("M8[us]")).mask(missed).dt.tz_localize("UTC"),
            "time_zone": cohort.zone[patient],
            "status": np.where(missed, "missed", "done"),
            "note": chance.without(
                chance.pick(("late, traffic", "fasting: no", "by phone", "bloods redrawn"), size), 0.9
            ),
        }
    )
    folder.parquet("visits", table)
    came = ~missed & ~typo
    return Visits(ids=ids[came], patient=patient[came], number=number[came], moment=moment[came])


def _vitals(folder: Folder, chance: Chance, cohort: Cohort, visits: Visits) -> None:
    size = len(visits.ids)
    weight = cohort.weight[visits.patient] + chance.numbers.normal(0, 1.1, size)
    weight[chance.some(size, 0.0008)] *= 10  # the comma forgotten
    systolic = np.rint(chance.numbers.normal(128, 14, size)).astype(int)
    diastolic = np.rint(systolic * 0.62 + chance.numbers.normal(0, 6, size)).astype(int)
    turned = chance.some(size, 0.002)
    fahrenheit = chance.some(size, 0.01)
    temperature = chance.numbers.normal(36.6, 0.3, size)
    table = pd.DataFrame(
        {
            "visit_id": visits.ids,
            "systolic": np.where(turned, diastolic, systolic),
            "diastolic": np.where(turned, systolic, diastolic),
            "pulse": pd.Series(chance.without(np.rint(chance.numbers.normal(72, 9, size)), 0.02)).astype("Int64"),
            "temperature": with_comma(np.where(fahrenheit, temperature * 1.8 + 32, temperature), 1),
            "weight_kg": chance.without(with_comma(weight, 1), 0.03),
        }
    )
    folder.csv("vitals", table, separator=";")


def _labs(folder: Folder, chance: Chance, cohort: Cohort, visits: Visits) -> None:
    size = len(visits.ids)
    treated = cohort.arm[visits.patient] != "placebo"
    weeks = np.array(list(VISITS.values()))[visits.number].clip(0) / 364
    us = np.char.startswith(cohort.zone[visits.patient].astype(str), "America")
    drawn = visits.moment + (chance.numbers.integers(1, 12, size) * 300).astype("m8[s]")
    parts = []
    for name, (usual, spread, unit, other, decimals, (low, high)) in ANALYTES.items():
        person = chance.numbers.lognormal(0, spread * 0.8, len(cohort))[visits.patient]
        value = usual * person * chance.numbers.lognormal(0, spread * 0.5, size)
        if name == "LDL":
            value *= np.where(treated, 1 - LDL_EFFECT * weeks**0.5, 1.0)
        value[chance.some(size, 0.0004)] *= 100
        # Where the other unit is at home, most results come in it; elsewhere a few do, by mistake.
        there = np.where(us, 0.9, 0.01) > chance.numbers.random(size) if other else np.zeros(size, dtype=bool)
        shown = np.round(np.where(there, value * (other[1] if other else 1), value), decimals + 1)
        wait = (chance.numbers.gamma(2.0, 9 * 3600, size)).astype("m8[s]")
        wait[chance.some(size, 0.001)] *= -1  # received before it was drawn
        parts.append(
            pd.DataFrame(
                {
                    "visit_id": visits.ids,
                    "patient_id": cohort.ids[visits.patient],
                    "analyte": name,
                    "value": np.where(chance.some(size, 0.012), np.nan, shown),
                    "unit": np.where(there, other[0] if other else unit, unit),
                    "flag": np.select([value > high, value < low], ["H", "L"], ""),
                    "drawn_at": pd.Series(drawn.astype("M8[us]")).dt.tz_localize("UTC"),
                    "received_at": pd.Series((drawn + wait).astype("M8[us]")).dt.tz_localize("UTC"),
                }
            )
        )
    table = pd.concat(parts, ignore_index=True)
    order = np.argsort(np.tile(np.arange(size), len(ANALYTES)), kind="stable")
    again = np.sort(np.concatenate([np.arange(len(table)), np.flatnonzero(chance.some(len(table), 0.0015))]))
    table = table.iloc[order].iloc[again].reset_index(drop=True)
    table["analyte"] = chance.untidy(table["analyte"].to_numpy(dtype=object), 0.02)
    folder.parquet("labs", table)


def _medication(folder: Folder, chance: Chance, cohort: Cohort) -> None:
    patient = np.repeat(np.arange(len(cohort)), chance.numbers.poisson(1.6, len(cohort)))
    size = len(patient)
    start = cohort.consent[patient] - chance.numbers.integers(-200, 2_500, size)
    ended = np.where(chance.some(size, 0.4), start + chance.numbers.integers(-10, 400, size), np.datetime64("NaT"))
    table = pd.DataFrame(
        {
            "patient_id": cohort.ids[patient],
            "drug": chance.untidy(chance.pick(DRUGS, size), 0.15),
            "dose": chance.pick(
                ("500 mg", "500mg", "0,5 g", "20 mg", "10 MG", "1 tbl", None), size, (30, 12, 5, 28, 8, 12, 5)
            ),
            "started_on": chance.mixed_dates(start, {"%Y-%m-%d": 70, "%d.%m.%Y": 15, "%b %Y": 15}),
            "ended_on": pd.Series(ended.astype("M8[s]")).dt.strftime("%Y-%m-%d"),
        }
    )
    folder.csv("medication", table)


def _adverse_events(folder: Folder, chance: Chance, cohort: Cohort) -> None:
    rate = np.where(cohort.arm == "placebo", 1.5, 2.1)
    patient = np.repeat(np.arange(len(cohort)), chance.numbers.poisson(rate))
    size = len(patient)
    grade = chance.pick((1, 2, 3, 4, 5), size, (58, 29, 10, 2.6, 0.4)).astype(int)
    onset = cohort.consent[patient].astype("M8[s]") + chance.numbers.integers(14 * 86_400, 370 * 86_400, size).astype(
        "m8[s]"
    )
    ended = onset.astype("M8[D]") + chance.numbers.geometric(0.12, size)
    ended[chance.some(size, 0.006)] -= 60  # over before it began
    open_still = chance.some(size, 0.09)
    table = pd.DataFrame(
        {
            "event_id": numbered("AE", size, 6),
            "patient_id": cohort.ids[patient],
            "term": chance.untidy(chance.pick(list(TERMS), size, list(TERMS.values())), 0.16),
            "grade": chance.without(grade, 0.01),
            "serious": np.where(grade >= 4, "yes", chance.pick(("no", "No", "N", "yes"), size, (84, 8, 6, 2))),
            "related": chance.pick(("unrelated", "possible", "probable", "not assessed"), size, (46, 33, 14, 7)),
            "onset_at": local_times(onset, cohort.zone[patient], chance.some(size, 0.05)),
            "ended_on": chance.mixed_dates(
                np.where(open_still, np.datetime64("NaT"), ended), {"%Y-%m-%d": 82, "%d/%m/%Y": 18}
            ),
            "narrative": chance.without(chance.pick(NARRATIVES, size), 0.3),
        }
    )
    folder.csv("adverse_events", table)


if __name__ == "__main__":
    command("Makes a clinical trial's data: seven related tables, some 550,000 rows at full scale.", make)
