# noqa: INP001 - a script, in no package
"""Makes a shop's data: customers, products, stores, orders, order lines, payments, returns.  Same seed, same bytes.

`python examples/make_business.py OUT [--seed N] [--scale F]`; examples/README.md describes tables, columns and dirt.
`daytwo demo` asks two of these tables, made with `--scale 0.02` and kept in `src/daytwo/cli/sample/`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sample_folder import Folder, command
from sampling import Chance, Numbers, Texts, local_times, numbered, people, with_comma

CUSTOMERS, PRODUCTS, STORES, ORDERS = 30_000, 1_200, 48, 120_000
FIRST_DAY, DAYS = np.datetime64("2023-01-01"), 731
MONTHS = (0.78, 0.74, 0.86, 0.90, 0.98, 0.95, 0.82, 0.84, 0.97, 1.08, 1.62, 1.46)
"""How busy each month is, against an average one."""
GROWTH = 1.18
"""The second year against the first."""
COUNTRIES = {
    "Germany": ("West", "Europe/Berlin", ("Köln", "Berlin", "Hamburg"), 34),
    "Poland": ("East", "Europe/Warsaw", ("Kraków", "Gdańsk"), 20),
    "Sweden": ("North", "Europe/Stockholm", ("Malmö", "Göteborg"), 14),
    "Italy": ("South", "Europe/Rome", ("Torino", "Bari"), 17),
    "United Kingdom": ("North", "Europe/London", ("Leeds", "Bristol"), 11),
    "United States": ("West", "America/New_York", ("Albany", "Buffalo"), 4),
}
GOODS = {
    "Furniture": (("Desk", "Chair", "Shelf", "Stool"), 240.0),
    "Lighting": (("Desk Lamp", "Floor Lamp", "Pendant"), 75.0),
    "Stationery": (("Notebook", "Pen", "Ruler", "Folder"), 9.0),
    "Electronics": (("Monitor", "Keyboard", "Webcam", "Headset"), 160.0),
    "Kitchen": (("Kettle", "Pan", "Mug"), 38.0),
}
ADJECTIVES = ("Oak", "Birch", "Slim", "Foldable", "Classic", "Compact", "Nordic", "Studio", "Travel", "Eco")
REASONS = {"damaged": 26, "wrong size": 22, "not as described": 17, "arrived late": 21, "changed mind": 14}
COMMENTS = (
    "Box was crushed, one leg is scratched.",
    "Colour differs from the picture; please refund",
    'Label said "L", inside was M.',
    "Arrived after the birthday, no longer needed",
    "Danke, aber leider zu groß.",
    "Called twice, nobody answered!\nPlease write to me instead.",
    "ok",
    "n/a",
)
NOTES = (
    "Prefers delivery after 17:00",
    "VIP - handle with care",
    "Complained about invoice, see ticket; resolved",
    "Speaks French, English",
    'Asked for "gift wrap" every time',
    "moved house",
)


@dataclass(frozen=True)
class Orders:
    """What the tables below `orders` need of it."""

    ids: Texts
    day: Numbers
    moment: Numbers
    zone: Texts
    status: Texts
    revenue: Numbers


@dataclass(frozen=True)
class Lines:
    order: Numbers
    product: Numbers
    quantity: Numbers
    unit_price: Numbers
    discount: Numbers

    @property
    def total(self) -> Numbers:
        return np.round(self.unit_price * self.quantity * (1 - self.discount / 100), 2)


def make(folder: Folder, seed: int, scale: float) -> None:
    """Writes the seven tables."""
    sizes = {name: max(8, round(size * scale)) for name, size in (("customers", CUSTOMERS), ("orders", ORDERS))}
    # Fewer customers do not mean as many fewer products: a small set should still have a range.
    products = max(60, round(PRODUCTS * scale))
    country = _customers(folder, Chance(seed, "customers"), sizes["customers"])
    prices = _products(folder, Chance(seed, "products"), products)
    stores = _stores(folder, Chance(seed, "stores"))
    lines = _lines(Chance(seed, "order_items"), sizes["orders"], prices)
    orders = _orders(folder, Chance(seed, "orders"), country, stores, lines, sizes["orders"])
    _order_items(folder, Chance(seed, "order_items.dirt"), orders, lines)
    _payments(folder, Chance(seed, "payments"), orders)
    _returns(folder, Chance(seed, "returns"), orders, lines)


def _customers(folder: Folder, chance: Chance, size: int) -> Texts:
    who = people(chance, size)
    country = chance.pick(list(COUNTRIES), size, [weight for *_, weight in COUNTRIES.values()])
    city = np.array([COUNTRIES[name][2][n % len(COUNTRIES[name][2])] for n, name in enumerate(country)], dtype=object)
    born = chance.mixed_dates(who.born, {"%Y-%m-%d": 78, "%d.%m.%Y": 14, "%m/%d/%Y": 8})
    for impossible, share in (("1900-01-01", 0.006), ("31.02.1985", 0.001), ("2031-05-17", 0.001), (None, 0.04)):
        born[chance.some(size, share)] = impossible
    email = chance.without(who.email, 0.02)
    shouted, broken = chance.some(size, 0.01), chance.some(size, 0.003)
    email[shouted] = [text and text.upper() for text in email[shouted]]
    email[broken] = [text and text.replace("@", " at ") for text in email[broken]]
    joined = FIRST_DAY.astype("datetime64[s]") - chance.numbers.integers(0, 5 * 365 * 86_400, size).astype("m8[s]")
    zone = np.array([COUNTRIES[name][1] for name in country], dtype=object)
    table = pd.DataFrame(
        {
            "customer_id": numbered("C", size),
            "name": who.given + " " + who.family,
            "email": email,
            "phone": chance.without(who.phone, 0.08),
            "birth_date": born,
            "country": chance.untidy(country, 0.10),
            "city": chance.without(city, 0.05),
            "segment": chance.pick(("consumer", "business", "education"), size, (71, 22, 7)),
            "signed_up_at": local_times(joined, zone, np.zeros(size, dtype=bool)),
            "newsletter": chance.pick(("yes", "no", "Y", "N", "1", "0", None), size, (35, 38, 7, 8, 4, 4, 4)),
            "note": chance.without(chance.pick(NOTES, size), 0.82),
        }
    )
    twice = table[chance.some(size, 0.01)].copy()
    twice["customer_id"] = numbered("C", len(twice), first=size + 1)
    twice["email"] = twice["email"].str.capitalize()
    folder.csv("customers", pd.concat([table, twice], ignore_index=True))
    return country


def _products(folder: Folder, chance: Chance, size: int) -> Numbers:
    category = chance.pick(list(GOODS), size, (20, 18, 24, 22, 16))
    kind = np.array([GOODS[name][0][n % len(GOODS[name][0])] for n, name in enumerate(category)], dtype=object)
    usual = np.array([GOODS[name][1] for name in category])
    price = np.round(usual * chance.numbers.lognormal(0, 0.45, size), 1) - 0.01
    shown = with_comma(price, 2, thousands=".")
    form = chance.pick(("{} €", "€ {}", "{}", "EUR {}"), size, (70, 14, 12, 4))
    weight = with_comma(chance.numbers.gamma(2.0, 1.6, size) + 0.05, 2)
    table = pd.DataFrame(
        {
            "product_id": numbered("P", size, 5),
            "name": chance.pick(ADJECTIVES, size) + " " + kind,
            "category": chance.untidy(category, 0.12),
            "list_price": np.array([form.format(text) for form, text in zip(form, shown, strict=True)], dtype=object),
            "weight_kg": chance.without(weight, 0.06),
            "launched_on": chance.mixed_dates(
                FIRST_DAY - chance.numbers.integers(0, 2_000, size), {"%d.%m.%Y": 85, "%Y-%m-%d": 15}
            ),
            "discontinued": chance.pick(("nein", "ja"), size, (93, 7)),
        }
    )
    folder.csv("products", table, separator=";")
    return price


def _stores(folder: Folder, chance: Chance) -> pd.DataFrame:
    country = np.array([name for name in COUNTRIES for _ in range(STORES // len(COUNTRIES))], dtype=object)
    city = np.array([COUNTRIES[name][2][n % len(COUNTRIES[name][2])] for n, name in enumerate(country)], dtype=object)
    number = numbered("S", STORES, 2)
    table = pd.DataFrame(
        {
            "store_id": number,
            "name": city + " " + number,
            "city": city,
            "country": country,
            "region": [COUNTRIES[name][0] for name in country],
            "time_zone": [COUNTRIES[name][1] for name in country],
            "opened_on": FIRST_DAY - chance.numbers.integers(200, 9_000, STORES),
            "square_metres": chance.without(chance.numbers.integers(90, 2_400, STORES), 0.06),
        }
    )
    folder.csv("stores", table)
    return table


def _lines(chance: Chance, orders: int, prices: Numbers) -> Lines:
    """The order lines, by order; what an order is worth follows from them."""
    each = 1 + chance.numbers.poisson(1.3, orders)
    order = np.repeat(np.arange(orders), each)
    size = len(order)
    popular = 1 / np.arange(3, len(prices) + 3) ** 0.8
    product = chance.pick(range(len(prices)), size, list(popular)).astype(int)
    return Lines(
        order=order,
        product=product,
        quantity=chance.numbers.geometric(0.62, size),
        unit_price=np.round(prices[product] * chance.numbers.uniform(0.97, 1.03, size), 2),
        discount=chance.pick((0, 5, 10, 20, 50), size, (78, 9, 8, 4, 1)).astype(int),
    )


def _moments(chance: Chance, size: int) -> Numbers:
    """When orders are placed, in time order: busier months, a busier second year, mostly by day."""
    days = FIRST_DAY + np.arange(DAYS)
    month = days.astype("M8[M]").astype(int) % 12
    weight = np.array(MONTHS)[month] * np.where(days >= np.datetime64("2024-01-01"), GROWTH, 1.0)
    weight *= np.where((days.astype(int) + 3) % 7 >= 5, 0.7, 1.0)
    day = days[chance.pick(range(DAYS), size, list(weight)).astype(int)]
    second = (np.clip(chance.numbers.normal(14.5, 3.8, size), 0, 23.99) * 3600).astype("m8[s]")
    return np.sort(day.astype("M8[s]") + second)


def _orders(folder: Folder, chance: Chance, country: Texts, stores: pd.DataFrame, lines: Lines, size: int) -> Orders:
    moment = _moments(chance, size)
    buyer = (len(country) * chance.numbers.beta(1.0, 1.7, size)).astype(int)
    where = country[buyer]
    region, zone = (np.array([COUNTRIES[name][n] for name in where], dtype=object) for n in (0, 1))
    channel = chance.pick(("online", "store", "phone"), size, (66, 29, 5))
    shops = {name: group.to_numpy() for name, group in stores.groupby("country")["store_id"]}
    store = np.array([shops[name][n % len(shops[name])] for n, name in enumerate(where)], dtype=object)
    status = chance.pick(("delivered", "cancelled", "returned", "open"), size, (86, 4, 7, 3))
    day = moment.astype("M8[D]")
    promised = day + chance.numbers.integers(2, 8, size)
    late = np.where(chance.some(size, 0.11), chance.numbers.geometric(0.25, size), 0)
    delivered = promised - chance.numbers.integers(0, 2, size) + late
    delivered[chance.some(size, 0.002)] -= 30  # before it was ordered
    delivered[chance.some(size, 0.0008)] = np.datetime64("2099-12-31")
    delivered[np.isin(status, ("cancelled", "open"))] = np.datetime64("NaT")
    revenue = np.round(np.bincount(lines.order, weights=lines.total, minlength=size), 2)
    wrong = chance.some(size, 0.0004)
    kept = np.where(wrong, revenue * 100, revenue)
    kept[chance.some(size, 0.003)] = np.nan
    ids = numbered("A", size, 7)
    table = pd.DataFrame(
        {
            "order_id": ids,
            "customer_id": numbered("C", len(country))[buyer],
            "store_id": pd.Series(store).where(channel == "store"),
            "ordered_at": pd.Series(moment.astype("M8[us]")).dt.tz_localize("UTC"),
            "region": region,
            "channel": chance.untidy(channel, 0.03),
            "status": status,
            "promised_on": pd.Series(promised.astype("M8[s]")).dt.date,
            "delivered_on": pd.Series(delivered.astype("M8[s]")).dt.date,
            "items": np.bincount(lines.order, weights=lines.quantity, minlength=size).astype(int),
            "revenue": kept,
            "coupon": chance.without(chance.pick(("SPRING10", "welcome", "WELCOME ", "BLACKFRIDAY"), size), 0.88),
        }
    )
    folder.parquet("orders", table)
    return Orders(ids=ids, day=day, moment=moment, zone=zone, status=status, revenue=revenue)


def _order_items(folder: Folder, chance: Chance, orders: Orders, lines: Lines) -> None:
    size = len(lines.order)
    first = np.concatenate([[0], np.cumsum(np.bincount(lines.order))[:-1]])
    quantity = lines.quantity.copy()
    quantity[chance.some(size, 0.0003)] = 9_999
    table = pd.DataFrame(
        {
            "order_id": orders.ids[lines.order],
            "line": np.arange(size) - first[lines.order] + 1,
            "product_id": numbered("P", int(lines.product.max()) + 1, 5)[lines.product],
            "quantity": quantity,
            "unit_price": lines.unit_price,
            "discount_percent": pd.Series(lines.discount).where(lines.discount > 0).astype("Int64"),
            "line_total": lines.total,
        }
    )
    again = np.sort(np.concatenate([np.arange(size), np.flatnonzero(chance.some(size, 0.002))]))
    folder.parquet("order_items", table.iloc[again].reset_index(drop=True))


def _payments(folder: Folder, chance: Chance, orders: Orders) -> None:
    paid = np.flatnonzero(orders.status != "cancelled")
    size = len(paid)
    wait = np.where(chance.some(size, 0.2), chance.numbers.integers(0, 14 * 86_400, size), 90).astype("m8[s]")
    table = pd.DataFrame(
        {
            "payment_id": numbered("Z", size, 7),
            "order_id": orders.ids[paid],
            "paid_at": local_times(orders.moment[paid] + wait, orders.zone[paid], chance.some(size, 0.3)),
            "method": chance.untidy(
                chance.pick(("card", "transfer", "invoice", "voucher"), size, (58, 21, 17, 4)), 0.08
            ),
            "amount": chance.without(orders.revenue[paid], 0.004),
            "currency": chance.pick(("EUR", "eur", None), size, (95, 4, 1)),
        }
    )
    folder.csv("payments", table)


def _returns(folder: Folder, chance: Chance, orders: Orders, lines: Lines) -> None:
    first = np.concatenate([[0], np.cumsum(np.bincount(lines.order))[:-1]])
    back = np.flatnonzero(orders.status == "returned")
    line, size = first[back], len(back)
    day = orders.day[back] + chance.numbers.integers(3, 45, size)
    day[chance.some(size, 0.005)] -= 400  # before it was ordered
    table = pd.DataFrame(
        {
            "return_id": numbered("R", size, 6),
            "order_id": orders.ids[back],
            "product_id": numbered("P", int(lines.product.max()) + 1, 5)[lines.product[line]],
            "returned_on": chance.mixed_dates(day, {"%Y-%m-%d": 80, "%d/%m/%Y": 15, "%d %b %Y": 5}),
            "reason": chance.untidy(chance.pick(list(REASONS), size, list(REASONS.values())), 0.08),
            "comment": chance.without(chance.pick(COMMENTS, size), 0.35),
            "refund": chance.without(lines.total[line], 0.02),
        }
    )
    folder.csv("returns", table)


if __name__ == "__main__":
    command("Makes a shop's data: seven related tables, some 550,000 rows at full scale.", make)
