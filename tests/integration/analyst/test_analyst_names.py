"""Names as exports write them: units inside, codes behind, keys that are called after another table."""

from __future__ import annotations

import pytest

from daytwo.control.models.analyst import plan
from daytwo.control.models.request import PlanRequest
from daytwo.wire.sheet import (
    ColumnClass,
    ColumnSheet,
    ColumnType,
    Level,
    NullShare,
    SchemaSheet,
    TableSheet,
    Uniqueness,
)

T, U = ColumnType, Uniqueness


def _column(name: str, kind: T, uniqueness: U, *, gaps: bool = False, free: bool = False) -> ColumnSheet:
    null = NullShare.SOME if gaps else NullShare.NONE
    told = ColumnClass.FREE_TEXT if free else ColumnClass.UNKNOWN
    return ColumnSheet(name=name, type=kind, uniqueness=uniqueness, null_share=null, column_class=told)


def _sheet(name: str, *columns: ColumnSheet) -> SchemaSheet:
    table = TableSheet(name=name, columns=columns, rows_magnitude=3)
    return SchemaSheet(org_id="local", dataset=name, version=1, level=Level.SHAPE, format="csv", tables=(table,))


VISITS = _sheet(
    "visits",
    _column("patient_id", T.INTEGER, U.SOME),
    _column("wardCd", T.TEXT, U.FEW),
    _column("mgrNo", T.INTEGER, U.SOME),
    _column("kWh", T.FLOAT, U.MANY),
    _column("conc_ngmL", T.FLOAT, U.MANY),
    _column("SpO2_pct", T.FLOAT, U.MANY),
    _column("refills", T.INTEGER, U.FEW),
    _column("comment", T.TEXT, U.NEARLY_UNIQUE, gaps=True, free=True),
    _column("admitDt", T.DATE, U.SOME),
    _column("dischDt", T.DATE, U.SOME, gaps=True),
)
PATIENTS = _sheet("patients", _column("id", T.INTEGER, U.UNIQUE), _column("sex", T.TEXT, U.FEW))


def _asked(question: str, *sheets: SchemaSheet) -> str:
    step = plan(PlanRequest(question=question, sheets=sheets or (VISITS,), turn=1, turns_left=3))
    assert step.program is not None, step.question
    return step.intent


@pytest.mark.parametrize(
    ("question", "understood"),
    [
        ("total kwh by ward", "total kWh by wardCd"),
        ("mean conc per ward", "average conc_ngmL by wardCd"),
        ("average spo2", "average SpO2_pct"),
        ("average kwh by manager", "average kWh by mgrNo"),
        ("refills per month", "total refills by month of admitDt"),
        ("admissions per month", "number of admissions by month of admitDt"),
        ("discharges per month", "number of discharges by month of dischDt, where dischDt is known"),
        ("how many comments per ward", "number of rows with a value of comment by wardCd"),
        ("number of wards by ward", "number of wards by wardCd"),
        ("which wards never had a refill", None),
        ("kwh as a % of refills", "kWh as a percentage of refills"),
    ],
)
def test_names_written_short_are_found(question: str, understood: str | None) -> None:
    if understood is None:
        assert plan(PlanRequest(question=question, sheets=(VISITS,), turn=1, turns_left=3)).program is None
    else:
        assert _asked(question).startswith(f"I understood: {understood}")


def test_a_key_called_after_another_table_joins_it() -> None:
    assert "in visits with patients" in _asked("average kwh by sex", VISITS, PATIENTS)


def test_a_figure_of_numbers_that_only_tell_apart_is_refused() -> None:
    assert plan(PlanRequest(question="average patient_id", sheets=(VISITS,), turn=1, turns_left=3)).program is None
