"""Synthetic tables with hand-written sheets, and one real cell that runs many programs.

The sheets say what the catalog would release at level `shape`; the tables are what only the cell sees.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from daytwo.control.models.analyst import plan
from daytwo.control.models.request import PlanRequest, Step
from daytwo.executor import cell
from daytwo.executor.cell.frames import CHANNEL_FD, FrameReader
from daytwo.wire.sheet import ColumnSheet, ColumnType, Level, NullShare, SchemaSheet, TableSheet, Uniqueness

_ROWS = 600


def _column(
    name: str, kind: ColumnType, uniqueness: Uniqueness | None = None, *masks: str, null: NullShare = NullShare.NONE
) -> ColumnSheet:
    return ColumnSheet(name=name, type=kind, uniqueness=uniqueness, masks=masks, null_share=null)


def _sheet(dataset: str, *columns: ColumnSheet) -> SchemaSheet:
    table = TableSheet(name=dataset, columns=columns, rows_magnitude=2)
    return SchemaSheet(org_id="local", dataset=dataset, version=1, level=Level.SHAPE, format="parquet", tables=(table,))


T, U = ColumnType, Uniqueness


def orders() -> tuple[pd.DataFrame, SchemaSheet]:
    """Typed, snake_case, with missing values."""
    rng = random.Random(2)
    prices = {"Laptop": 900.0, "Phone": 600.0, "Desk": 250.0, "Lamp": 40.0, "Pen": 2.5}
    rows = []
    for number in range(_ROWS):
        product = rng.choice(list(prices))
        quantity = rng.randint(1, 9)
        region = rng.choice(["North", "South", "West", " east", None])
        rows.append(
            {
                "order_id": f"A{number:05d}",
                "order_date": date(2023, 1, 1) + timedelta(days=rng.randint(0, 1000)),
                "region": region,
                "product": product,
                "quantity": quantity,
                "unit_price": prices[product] + rng.randint(0, 3),
                "revenue": None if number % 50 == 0 else round(quantity * prices[product], 2),
                "customer": f"Customer {rng.randint(1, 40)}",
                "status": rng.choice(["shipped", "returned", "pending"]),
            }
        )
    frame = pd.DataFrame(rows)
    frame["order_date"] = pd.to_datetime(frame["order_date"])
    sheet = _sheet(
        "orders",
        _column("order_id", T.TEXT, U.UNIQUE, "A99999"),
        _column("order_date", T.DATE, U.SOME),
        _column("region", T.TEXT, U.FEW, null=NullShare.MANY),
        _column("product", T.TEXT, U.FEW),
        _column("quantity", T.INTEGER, U.FEW),
        _column("unit_price", T.FLOAT, U.SOME),
        _column("revenue", T.FLOAT, U.SOME, null=NullShare.SOME),
        _column("customer", T.TEXT, U.SOME),
        _column("status", T.TEXT, U.FEW),
    )
    return frame, sheet


def staff() -> tuple[pd.DataFrame, SchemaSheet]:
    """camelCase, flags, two dates, keys beside names."""
    rng = random.Random(3)
    rows = [
        {
            "employeeId": number,
            "departmentName": rng.choice(["Sales", "Research", "Support"]),
            "jobTitle": rng.choice(["Engineer", "Analyst", "Team Lead"]),
            "annualSalary": rng.randint(300, 900) * 100,
            "age": rng.randint(20, 64),
            "isRemote": rng.random() < 0.4,
            "hireDate": pd.Timestamp(2015, 1, 1) + pd.Timedelta(days=rng.randint(0, 3000)),
            "birthDate": pd.Timestamp(1960, 1, 1) + pd.Timedelta(days=rng.randint(0, 12000)),
            "officeCity": rng.choice(["New York", "Berlin", "Lagos"]),
            "gender": rng.choice(["female", "male"]),
        }
        for number in range(_ROWS)
    ]
    sheet = _sheet(
        "staff",
        _column("employeeId", T.INTEGER, U.UNIQUE),
        _column("departmentName", T.TEXT, U.FEW),
        _column("jobTitle", T.TEXT, U.FEW),
        _column("annualSalary", T.INTEGER, U.SOME),
        _column("age", T.INTEGER, U.SOME),
        _column("isRemote", T.BOOLEAN, U.FEW),
        _column("hireDate", T.TIMESTAMP, U.SOME),
        _column("birthDate", T.TIMESTAMP, U.SOME),
        _column("officeCity", T.TEXT, U.FEW),
        _column("gender", T.TEXT, U.FEW),
    )
    return pd.DataFrame(rows), sheet


def invoices() -> tuple[pd.DataFrame, SchemaSheet]:
    """Everything in text: money, percentages, dates with the day first; names with spaces and quotes."""
    rng = random.Random(4)
    rows = []
    for number in range(_ROWS):
        day = date(2022, 1, 1) + timedelta(days=rng.randint(0, 900))
        cents = rng.randint(100, 900_000)
        rows.append(
            {
                "invoice no": f"{number:05d}",
                "Invoice Date": day.strftime("%d/%m/%Y"),
                "Paid On": day.isoformat(),
                "Net Amount (EUR)": "n/a" if number % 40 == 0 else f"€{cents / 100:,.2f}",
                'supplier "alias"': rng.choice(["Acme", "Globex", "Initech"]),
                "Category": rng.choice(["Rent", "Travel", "IT"]),
                "weight": f"{rng.randint(1, 9)},{rng.randint(0, 9)}",
            }
        )
    sheet = _sheet(
        "invoices",
        _column("invoice no", T.TEXT, U.UNIQUE, "99999"),
        _column("Invoice Date", T.TEXT, U.SOME, "99/99/9999"),
        _column("Paid On", T.TEXT, U.SOME, "9999-99-99"),
        _column("Net Amount (EUR)", T.TEXT, U.NEARLY_UNIQUE, "€9,999.99", "€999.99"),
        _column('supplier "alias"', T.TEXT, U.FEW),
        _column("Category", T.TEXT, U.FEW),
        _column("weight", T.TEXT, U.SOME, "9,9"),
    )
    return pd.DataFrame(rows), sheet


def cars() -> tuple[pd.DataFrame, SchemaSheet]:
    """Years as numbers, units in names, a row for each car; SQL's own words as names."""
    rng = random.Random(5)
    rows = [
        {
            "model": f"Model {number}",
            "origin": rng.choice(["USA", "Japan", "Europe"]),
            "year": rng.randint(2010, 2015),
            "mpg": round(rng.uniform(10, 40), 1),
            "weight_kg": rng.randint(700, 2500),
            "price_usd": rng.randint(5, 80) * 1000,
            "order": rng.randint(1, 5),
            "select": rng.choice(["yes", "no"]),
        }
        for number in range(_ROWS)
    ]
    sheet = _sheet(
        "cars",
        _column("model", T.TEXT, U.UNIQUE),
        _column("origin", T.TEXT, U.FEW),
        _column("year", T.INTEGER, U.FEW),
        _column("mpg", T.FLOAT, U.SOME),
        _column("weight_kg", T.INTEGER, U.SOME),
        _column("price_usd", T.INTEGER, U.SOME),
        _column("order", T.INTEGER, U.FEW),
        _column("select", T.TEXT, U.FEW),
    )
    return pd.DataFrame(rows), sheet


def visits() -> tuple[pd.DataFrame, SchemaSheet]:
    """Dates that could have the day or the month first."""
    days = [f"{1 + number % 12:02d}/{1 + number % 7:02d}/2024" for number in range(_ROWS)]
    sheet = _sheet("visits", _column("seen on", T.TEXT, U.SOME, "99/99/9999"), _column("ward", T.TEXT, U.FEW))
    return pd.DataFrame({"seen on": days, "ward": ["A", "B", "C"] * (_ROWS // 3)}), sheet


def parcels() -> tuple[pd.DataFrame, SchemaSheet]:
    """Several dates of one event, times of the day, and categories that nobody tidied."""
    rng = random.Random(6)
    rows = []
    for number in range(_ROWS):
        sent = pd.Timestamp(2023, 1, 1) + pd.Timedelta(minutes=rng.randint(0, 1_052_000))
        promised = sent.normalize() + pd.Timedelta(days=rng.randint(2, 5))
        rows.append(
            {
                "parcel_id": f"P{number:04d}",
                "sent_at": sent,
                "promised_on": promised,
                "delivered_on": None if number % 30 == 0 else promised + pd.Timedelta(days=rng.randint(-2, 2)),
                "carrier": rng.choice(["Acme", "Acme", "acme ", "Globex", " Globex", "Initech"]),
                "zone": rng.choice(["North", "South"]),
                "items": rng.randint(1, 6),
                "cost": rng.randint(300, 9000) / 100,
                "weight_kg": rng.randint(1, 40) / 2,
            }
        )
    sheet = _sheet(
        "parcels",
        _column("parcel_id", T.TEXT, U.UNIQUE, "A9999"),
        _column("sent_at", T.TIMESTAMP, U.NEARLY_UNIQUE),
        _column("promised_on", T.DATE, U.SOME),
        _column("delivered_on", T.DATE, U.SOME, null=NullShare.SOME),
        _column("carrier", T.TEXT, U.FEW),
        _column("zone", T.TEXT, U.FEW),
        _column("items", T.INTEGER, U.FEW),
        _column("cost", T.FLOAT, U.SOME),
        _column("weight_kg", T.FLOAT, U.SOME),
    )
    return pd.DataFrame(rows), sheet


_MARK = "@@ program "
_WAIT_SECONDS = 240
FONTS = str(Path(tempfile.gettempdir()) / "daytwo-test-matplotlib")
"""Where matplotlib keeps its list of fonts between runs; building it takes seconds."""
_LOOP = """
import json, traceback
import matplotlib.pyplot as plt
given = {name: globals()[name] for name in ("data", "sql", "show", "say", "check", "resolve", "workspace")}
for number, source in enumerate(json.loads(PROGRAMS)):
    say(MARK + str(number))
    try:
        exec(compile(source, "<program>", "exec"), dict(given))
    except SystemExit:
        pass
    except Exception:
        say("RAISED " + traceback.format_exc())
    for figure in plt.get_fignums():
        axes = plt.figure(figure).axes[0]
        title = axes.get_title(loc="left") or axes.get_title()
        say("FIGURE " + json.dumps([title, axes.get_xlabel(), axes.get_ylabel(), len(axes.patches)]))
    plt.close("all")
"""


@dataclass
class Answer:
    says: list[str] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)
    figures: list[list[Any]] = field(default_factory=list)

    @property
    def table(self) -> pd.DataFrame:
        assert len(self.tables) == 1, self.says
        header = self.tables[0]
        return pd.DataFrame(header["rows"], columns=[column["name"] for column in header["columns"]])

    @property
    def said(self) -> str:
        return "\n".join(self.says)


class _Frames:
    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.ending: dict[str, Any] = {}
        self.trace = ""

    def begin(self, header: dict[str, Any], payload_bytes: int) -> None:
        text = str(header.get("text", ""))
        if header["kind"] == "end":
            self.ending = header
        elif header["kind"] == "traceback":
            self.trace = text
        elif header["kind"] == "table":
            self.answers[-1].tables.append(header)
        elif header["kind"] == "say" and text.startswith(_MARK):
            self.answers.append(Answer())
        elif header["kind"] == "say" and text.startswith("FIGURE "):
            self.answers[-1].figures.append(json.loads(text[7:]))
        elif header["kind"] == "say":
            self.answers[-1].says.append(text)

    def chunk(self, data: bytes) -> None: ...

    def end(self) -> None: ...


def rentals() -> tuple[pd.DataFrame, SchemaSheet]:
    """Two ends of a way, flags in three spellings, units in names, gaps."""
    rng = random.Random(7)
    docks = ["Central Park", "Harbor", "Museum"]
    rows = [
        {
            "rental_no": number,
            "start_dock": rng.choice(docks),
            "end_dock": rng.choice(docks),
            "rider_type": rng.choice(["member", "casual"]),
            "bike_type": rng.choice(["electric", "classic"]),
            "state": rng.choice(["open", "solved"]),
            "age": rng.randint(16, 70),
            "duration_min": rng.randint(2, 150),
            "distance_km": rng.randint(1, 200) / 10,
            "fee": rng.randint(100, 3000) / 100,
            "floor": rng.randint(1, 5),
            "cancelled": int(rng.random() < 0.2),
            "insured": rng.choice(["yes", "no"]),
            "churn": rng.random() < 0.3,
            "helmet_code": None if number % 4 == 0 else f"H{number}",
        }
        for number in range(_ROWS)
    ]
    sheet = _sheet(
        "rentals",
        _column("rental_no", T.INTEGER, U.UNIQUE),
        *(_column(name, T.TEXT, U.FEW) for name in ("start_dock", "end_dock", "rider_type", "bike_type", "state")),
        _column("age", T.INTEGER, U.SOME),
        _column("duration_min", T.INTEGER, U.SOME),
        _column("distance_km", T.FLOAT, U.SOME),
        _column("fee", T.FLOAT, U.MANY),
        _column("floor", T.INTEGER, U.FEW),
        _column("cancelled", T.INTEGER, U.FEW),
        _column("insured", T.TEXT, U.FEW, "AA", "AAA"),
        _column("churn", T.BOOLEAN),
        _column("helmet_code", T.TEXT, U.MANY, null=NullShare.SOME),
    )
    return pd.DataFrame(rows), sheet


def _duckdb_type(column: pd.Series) -> str:
    if pd.api.types.is_datetime64_any_dtype(column):
        return "TIMESTAMP"
    return _DUCKDB_TYPES.get(str(column.dtype), "VARCHAR")


def _source(name: str, frame: pd.DataFrame, folder: Path) -> dict[str, Any]:
    path = folder / f"{name}.parquet"
    frame.to_parquet(path)
    columns = [{"source": column, "name": column, "type": _duckdb_type(frame[column])} for column in frame.columns]
    return {"dataset": name, "table": name, "name": name, "format": "parquet", "files": [str(path)],
            "options": {"columns": columns}}  # fmt: skip


def run_programs(programs: list[str], frames: dict[str, pd.DataFrame], folder: Path) -> list[Answer]:
    """What each program showed and said."""
    for name in ("data", "workspace", "tmp"):
        (folder / name).mkdir()
    loop = _LOOP.replace("PROGRAMS", repr(json.dumps(programs))).replace("MARK", repr(_MARK))
    job = {
        "program": loop, "sources": [_source(name, frame, folder / "data") for name, frame in frames.items()],
        "state": None, "memory_bytes": 2 << 30, "cpus": 2, "workspace": str(folder / "workspace"),
        "data": str(folder / "data"), "temporary": str(folder / "tmp"),
    }  # fmt: skip
    job_file, channel_file = folder / "job.json", folder / "channel"
    job_file.write_text(json.dumps(job))
    with job_file.open("rb") as standard_input, channel_file.open("wb") as channel:
        take_channel = f"import os, sys; os.dup2({channel.fileno()}, {CHANNEL_FD}); "
        start = f"{take_channel}os.execv(sys.executable, [sys.executable, '-B', '-m', 'cell.program'])"
        ended = subprocess.run(
            [sys.executable, "-c", start],
            stdin=standard_input,
            capture_output=True,
            check=False,
            env={
                "PYTHONPATH": str(Path(cell.__file__).parent.parent),
                "PATH": os.environ["PATH"],
                "MPLCONFIGDIR": FONTS,
            },
            pass_fds=[channel.fileno()],
            timeout=_WAIT_SECONDS,
        )
    collected = _Frames()
    FrameReader(collected).feed(channel_file.read_bytes())
    assert collected.ending.get("outcome") == "ok", (collected.trace, ended.stderr.decode()[-2000:])
    return collected.answers


_DUCKDB_TYPES = {"int64": "BIGINT", "float64": "DOUBLE", "bool": "BOOLEAN"}


@pytest.fixture(scope="session")
def tables() -> dict[str, tuple[pd.DataFrame, SchemaSheet]]:
    made = (orders(), staff(), invoices(), cars(), visits(), parcels(), rentals())
    return {sheet.dataset: (frame, sheet) for frame, sheet in made}


@pytest.fixture(scope="session")
def ask(tables: dict[str, tuple[pd.DataFrame, SchemaSheet]]) -> Callable[..., Step]:
    """Plans a question over one table, or several."""

    def plan_question(question: str, *names: str) -> Step:
        sheets = tuple(tables[name][1] for name in names or ("orders",))
        return plan(PlanRequest(question=question, sheets=sheets, turn=1, turns_left=3))

    return plan_question


@pytest.fixture(scope="session")
def run_all(
    tables: dict[str, tuple[pd.DataFrame, SchemaSheet]], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[list[str]], list[Answer]]:
    """Runs programs in one cell that holds every table."""
    frames = {name: frame for name, (frame, _) in tables.items()}
    return lambda programs: run_programs(programs, frames, tmp_path_factory.mktemp("cell"))
