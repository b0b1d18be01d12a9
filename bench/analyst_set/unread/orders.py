"""Questions about the shop's orders: the sample that most newcomers meet first."""
# ruff: noqa: ARG005 - some answers need no look at one of the tables, or at any

from __future__ import annotations

from typing import Any

import pandas as pd

from bench.analyst_set.expected import (
    Answer,
    Either,
    Every,
    Figures,
    Groups,
    Listed,
    Names,
    Nothing,
    Number,
    OrNothing,
    Ranked,
    Winner,
)
from bench.analyst_set.question import Asked, by_text, over, share, shares, tidy


def _year(d: pd.DataFrame, year: int) -> pd.DataFrame:
    return d[d.ordered_at.dt.year == year]


def _within(d: pd.DataFrame, first: str, before: str) -> pd.DataFrame:
    day = d.ordered_at.dt.tz_localize(None)
    return d[(day >= first) & (day < before)]


def _months(d: pd.DataFrame) -> pd.Series:
    return d.ordered_at.dt.strftime("%Y-%m")


def _quarters(d: pd.DataFrame) -> pd.Series:
    start = d.ordered_at.dt.tz_localize(None).dt.to_period("Q")
    return start.astype(str) + "|" + start.dt.start_time.dt.strftime("%Y-%m")


def _late(d: pd.DataFrame) -> pd.Series:
    return pd.to_datetime(d.delivered_on, errors="coerce") > pd.to_datetime(d.promised_on)


def _delivery_days(d: pd.DataFrame) -> Answer:
    """From the order's day to the delivery's, or from its very moment."""
    delivered, ordered = pd.to_datetime(d.delivered_on), d.ordered_at.dt.tz_localize(None)
    took = delivered - ordered
    return Either(
        [Number((delivered - ordered.dt.normalize()).dt.days.mean()), Number(took.dt.total_seconds().mean() / 86_400)]
    )


def _over_time(d: pd.DataFrame) -> Answer:
    """Revenue by day, month, quarter or year: the question leaves it open."""
    keys: list[Any] = [d.ordered_at.dt.strftime("%Y-%m-%d"), _months(d), _quarters(d), d.ordered_at.dt.year]
    return Either([Groups(d.groupby(key).revenue.sum()) for key in keys])


def _growth(d: pd.DataFrame) -> Answer:
    """In percent, in money, or the two years side by side."""
    first, second = _year(d, 2023).revenue.sum(), _year(d, 2024).revenue.sum()
    return Either([Number(100 * (second / first - 1)), Number(second - first), Figures([first, second])])


def _best_average(d: pd.DataFrame) -> Answer:
    best = d.groupby("region").revenue.mean().idxmax()
    return Every([Winner(best), Either([Number((d.region == best).sum()), Figures([(d.region == best).sum()])])])


def _busiest_month(d: pd.DataFrame) -> Answer:
    best = d.groupby(_months(d)).size()
    return Every([Winner(best.idxmax()), share(best.max() / len(d))])


ORDERS = over(
    "orders",
    {
        "How many orders did we have in total?": lambda d: Number(len(d)),
        "revenue by region 2024?": lambda d: Groups(_year(d, 2024).groupby("region").revenue.sum()),
        "Total revenue in the last quarter of 2024, please.": lambda d: Number(
            _within(d, "2024-10-01", "2025-01-01").revenue.sum()
        ),
        "What was our turnover in March 2023?": lambda d: Number(_within(d, "2023-03-01", "2023-04-01").revenue.sum()),
        "average revenue per order": lambda d: Number(d.revenue.mean()),
        "Which region brings in the most revenue?": lambda d: Winner(d.groupby("region").revenue.sum().idxmax()),
        "how many orders were cancelled?": lambda d: Number((d.status == "cancelled").sum()),
        "What percentage of our orders get returned?": lambda d: share((d.status == "returned").mean()),
        "What share of the orders is cancelled in each region?": lambda d: shares(
            (d.status == "cancelled").groupby(d.region).mean()
        ),
        "Show me the ten biggest orders by revenue": lambda d: Ranked(d.nlargest(10, "revenue").order_id),
        "monthly revenue": lambda d: Groups(d.groupby(_months(d)).revenue.sum()),
        "number of orders per month in 2024": lambda d: Groups(_year(d, 2024).groupby(_months(_year(d, 2024))).size()),
        "Which month had the most orders?": lambda d: Winner(d.groupby(_months(d)).size().idxmax() + "|11|november"),
        "how many orders came in online?": lambda d: Number((tidy(d.channel) == "online").sum()),
        "orders per channel": lambda d: by_text(d, "channel", lambda g: g.size()),
        "avg number of items per order": lambda d: Number(d["items"].mean()),
        "whats the median revenue per region": lambda d: Groups(d.groupby("region").revenue.median()),
        "How many orders have more than 5 items?": lambda d: Number((d["items"] > 5).sum()),
        "list all orders above 1,500 euros": lambda d: Listed((d.revenue > 1500).sum(), d[d.revenue > 1500].order_id),
        "How many different customers ordered something in 2024?": lambda d: Number(
            _year(d, 2024).customer_id.nunique()
        ),
        "who are our top 5 customers by revenue?": lambda d: Ranked(
            d.groupby("customer_id").revenue.sum().nlargest(5).index
        ),
        "Are there any orders without revenue?": lambda d: Either(
            [Number(d.revenue.isna().sum()), Listed(d.revenue.isna().sum(), d[d.revenue.isna()].order_id)]
        ),
        "how many orders used a coupon": lambda d: Number(d.coupon.notna().sum()),
        "which coupon was used most often?": lambda d: Winner(tidy(d.coupon).mode()[0]),
        "How many orders were delivered later than promised?": lambda d: Number(_late(d).sum()),
        "How many days does delivery take on average?": _delivery_days,
        "compare online and store revenue": lambda d: Either(
            [
                by_text(d[tidy(d.channel).isin(["online", "store"])], "channel", lambda g: g.revenue.sum()),
                by_text(d[tidy(d.channel).isin(["online", "store"])], "channel", lambda g: g.revenue.mean()),
            ]
        ),
        "How much did revenue grow from 2023 to 2024?": _growth,
        "revenue per quarter": lambda d: Groups(d.groupby(_quarters(d)).revenue.sum()),
        "I'd like the revenue and the number of orders for each region": lambda d: Every(
            [Groups(d.groupby("region").revenue.sum()), Groups(d.groupby("region").size())]
        ),
        "90th percentile of revenue": lambda d: Number(d.revenue.quantile(0.9)),
        "What share of total revenue does each region have?": lambda d: shares(
            d.groupby("region").revenue.sum() / d.revenue.sum()
        ),
        "revenue by region and status": lambda d: Groups(d.groupby(["region", "status"]).revenue.sum()),
        "orders by day of the week": lambda d: Groups(d.groupby(d.ordered_at.dt.day_name()).size()),
        "How many orders were placed between 1 and 7 December 2024?": lambda d: Number(
            len(_within(d, "2024-12-01", "2024-12-08"))
        ),
        "number of delivered orders from the North with revenue over 1000": lambda d: Number(
            ((d.status == "delivered") & (d.region == "North") & (d.revenue > 1000)).sum()
        ),
        "total items sold, not counting cancelled orders": lambda d: Number(d[d.status != "cancelled"]["items"].sum()),
        "Which region has the highest average revenue, and how many orders does it have?": _best_average,
        "plot revenue over time": _over_time,
        "How many customers ordered only once?": lambda d: Number((d.customer_id.value_counts() == 1).sum()),
        "how many orders does a customer place on average?": lambda d: Number(len(d) / d.customer_id.nunique()),
        "3 month moving average of monthly revenue": lambda d: Figures(
            list(d.groupby(_months(d)).revenue.sum().rolling(3).mean().dropna())
        ),
        "orders per year": lambda d: Groups(d.groupby(d.ordered_at.dt.year).size()),
        "revenue from June to August 2024": lambda d: Number(_within(d, "2024-06-01", "2024-09-01").revenue.sum()),
        "whats the total revenu since november 2024": lambda d: Number(
            _within(d, "2024-11-01", "2026-01-01").revenue.sum()
        ),
        "the month with most orders, and its share of all orders": _busiest_month,
        "show me the first 10 rows": lambda d: Listed(10, d.head(10).order_id),
        "smallest, largest and average revenue": lambda d: Figures(
            [d.revenue.min(), d.revenue.max(), d.revenue.mean()]
        ),
        "How many orders are neither delivered nor returned?": lambda d: Number(
            (~d.status.isin(["delivered", "returned"])).sum()
        ),
        "regions with more than 500 orders": lambda d: Names(d.region.value_counts()[lambda n: n > 500].index),
        "What's the profit by region?": lambda d: Nothing(),
        "why did revenue fall in February 2023?": lambda d: Nothing(),
        "Is that good?": lambda d: Nothing(),
        "Wie hoch ist der Umsatz je Region?": lambda d: OrNothing(Groups(d.groupby("region").revenue.sum())),
        "asdf qwerty lorem": lambda d: Nothing(),
        "DROP TABLE orders;": lambda d: Nothing(),
        "How many orders will the competitor get next year?": lambda d: Nothing(),
    },
)

FOLLOWED = [
    Asked(
        "orders",
        "and by region?",
        lambda d: Groups(_year(d, 2023).groupby("region").revenue.sum()),
        before=("total revenue in 2023",),
    ),
    Asked(
        "orders",
        "and in 2024?",
        lambda d: Number(len(_year(d, 2024))),
        before=("How many orders were there in 2023?",),
    ),
    Asked(
        "orders",
        "only the cancelled ones",
        lambda d: Groups(d[d.status == "cancelled"].groupby("region").size()),
        before=("number of orders by region",),
    ),
    Asked(
        "orders",
        "What about the median?",
        lambda d: Groups(d.groupby("status").revenue.median()),
        before=("average revenue by status",),
    ),
    Asked(
        "orders",
        "and the top 3?",
        lambda d: Ranked(d.groupby("customer_id")["items"].sum().nlargest(3).index),
        before=("Which customer bought the most items?",),
    ),
    Asked(
        "orders",
        "same for the South",
        lambda d: Number(d[d.region == "South"].revenue.mean()),
        before=("average revenue in the North",),
    ),
    Asked(
        "orders",
        "Break that down by month please",
        lambda d: Groups(_year(d, 2024).groupby(_months(_year(d, 2024)))["items"].sum()),
        before=("How many items did we sell in 2024?",),
    ),
]

QUESTIONS = [*ORDERS, *FOLLOWED]
