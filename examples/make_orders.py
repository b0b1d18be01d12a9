# noqa: INP001 - a script, in no package
"""Makes `orders.csv`, the sample data: two years of orders of a made-up shop.  Same seed, same bytes.

Run it from anywhere: `python examples/make_orders.py`.  The larger, dirty sets are made by the scripts beside it.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

SEED = 20_240_229
ROWS = 2_000
FIRST_DAY = dt.date(2023, 1, 2)
DAYS = 727
COLUMNS = (
    "order_id",
    "order_date",
    "region",
    "product",
    "category",
    "quantity",
    "unit_price",
    "revenue",
    "customer",
    "status",
)
REGIONS = {"North": 26, "South": 18, "East": 22, "West": 34}
PRODUCTS = {
    "Standing Desk": ("Furniture", 429.00, 6),
    "Office Chair": ("Furniture", 219.00, 11),
    "Bookshelf": ("Furniture", 149.50, 7),
    "Desk Lamp": ("Lighting", 39.90, 14),
    "Floor Lamp": ("Lighting", 89.00, 8),
    "Notebook": ("Stationery", 4.50, 22),
    "Fountain Pen": ("Stationery", 24.00, 10),
    "Monitor": ("Electronics", 289.00, 9),
    "Keyboard": ("Electronics", 79.00, 12),
    "Webcam": ("Electronics", 64.90, 9),
}
STATUSES = {"shipped": 84, "returned": 7, "cancelled": 5, "pending": 4}
FIRST_NAMES = ("Ada", "Bela", "Chidi", "Dana", "Elif", "Femi", "Greta", "Hiro", "Ines", "Jonas", "Keiko", "Luca")
LAST_NAMES = ("Abara", "Berg", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad", "Ito", "Jansen")


def rows() -> Iterator[dict[str, object]]:
    """The orders, by date."""
    chance = random.Random(SEED)  # noqa: S311  # sample data, no secret
    days = sorted(chance.randrange(DAYS) for _ in range(ROWS))
    for number, day in enumerate(days, 1):
        date = FIRST_DAY + dt.timedelta(days=day)
        product = _pick(chance, {name: weight for name, (_, _, weight) in PRODUCTS.items()})
        category, list_price, _ = PRODUCTS[product]
        # Prices rise a little in the second year; the last quarter of a year sells more at once.
        unit_price = round(list_price * (1.04 if date.year == 2024 else 1.0), 2)
        quantity = 1 + min(int(chance.expovariate(0.55 if date.month >= 10 else 0.8)), 11)
        yield {
            "order_id": f"A{10_000 + number}",
            "order_date": date.isoformat(),
            "region": _pick(chance, REGIONS),
            "product": product,
            "category": category,
            "quantity": quantity,
            "unit_price": f"{unit_price:.2f}",
            "revenue": f"{unit_price * quantity:.2f}",
            "customer": f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}",
            "status": _pick(chance, STATUSES),
        }


def _pick(chance: random.Random, weights: dict[str, int]) -> str:
    return chance.choices(list(weights), weights=list(weights.values()))[0]


def write(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows())


if __name__ == "__main__":
    write(Path(__file__).resolve().parent / "orders.csv")
