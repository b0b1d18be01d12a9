"""Files as the catalog's profile found them, read back by a program."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

HEAD = "order date,amount,region\n"
ROWS = [("2024-01-02", "1.50", "Nord"), ("2024-03-04", "2.25", "Süd"), ("2024-05-06", "", "Nord")]


def _csv(path: Path) -> None:
    path.write_text(HEAD + "".join(",".join(row) + "\n" for row in ROWS), encoding="utf-8")


def _latin(path: Path) -> None:
    text = HEAD.replace(",", ";") + "".join(";".join(row) + "\r\n" for row in ROWS)
    path.write_bytes(text.encode("latin-1"))


def _jsonl(path: Path) -> None:
    lines = [{"order date": day, "amount": float(amount) if amount else None, "region": r} for day, amount, r in ROWS]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def _excel(path: Path) -> None:
    book = openpyxl.Workbook()
    for row in [("order date", "amount", "region"), *((d, float(a) if a else None, r) for d, a, r in ROWS)]:
        book.active.append(row)
    book.save(path)


def _sqlite(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute('create table orders ("order date" date, amount real, region text)')
    connection.executemany("insert into orders values (?, ?, ?)", [(d, float(a) if a else None, r) for d, a, r in ROWS])
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("file", "kind", "write"),
    [
        ("orders.csv", "csv", _csv),
        ("latin.csv", "csv", _latin),
        ("orders.jsonl", "jsonl", _jsonl),
        ("orders.xlsx", "excel", _excel),
        ("orders.sqlite", "sqlite", _sqlite),
    ],
)
def test_a_file_is_read_as_it_was_profiled(cells: Any, file: str, kind: str, write: Callable[[Path], None]) -> None:
    path = cells.data / file
    write(path)
    (table,) = cells.profile(path, kind)["tables"]
    source = {"dataset": "orders", "table": table["name"], "name": "orders", "files": [str(path)]}
    source |= {"format": table["format"], "options": table["options"]}
    ended = cells.run(
        """
frame = data("orders").pandas()
say(list(frame.columns)); say(frame["amount"].sum()); say(frame["amount"].isna().sum())
say(sql('select region, count(*) as n from orders group by 1 order by 1').fetchall())
say(sql('select year(cast("order date" as date)) from orders limit 1').fetchone())
""",
        sources=[source],
    )
    assert ended.last["outcome"] == "ok", ended.of("traceback")
    assert ended.says == [
        "['order date', 'amount', 'region']",
        "3.75",
        "1",
        "[('Nord', 2), ('Süd', 1)]",
        "(2024,)",
    ]
