"""What strangers ask about restaurant bills, card holders, prices, shared cars, wines and strikes."""
# ruff: noqa: ARG005 - some answers need no look at the table

from __future__ import annotations

import pandas as pd

from bench.analyst_set.expected import (
    Drawn,
    Either,
    Every,
    Figures,
    Groups,
    Listed,
    Nothing,
    Number,
    OrNothing,
    Winner,
)
from bench.analyst_set.question import Asked, outliers, over, share, shares, slope
from bench.analyst_set.strangers.answers import (
    columns,
    compared,
    counts,
    drawn,
    least,
    look,
    means,
    more,
    most,
    totals,
    two,
    yes_or_no,
)


def _rate(d: pd.DataFrame) -> pd.Series:
    return d.tip / d.total_bill


TIPS = over(
    "tips",
    {
        "What is in the data?": look,
        "how many bills are there": lambda d: Number(len(d)),
        "total tips": lambda d: Number(d.tip.sum()),
        "How much did we earn in tips on Sunday?": lambda d: Number(d[d.day == "Sun"].tip.sum()),
        "average tip": lambda d: Number(d.tip.mean()),
        "average tip by day": lambda d: means(d, "day", "tip"),
        "Who tips more, men or women?": lambda d: compared(d.groupby("sex").tip.mean()),
        "do smokers tip more than non-smokers?": lambda d: more(d.groupby("smoker").tip.mean(), "Yes", "No"),
        "total sales by day, bar chart": lambda d: drawn(totals(d, "day", "total_bill")),
        "On which day do we sell the most?": lambda d: most(d.groupby("day").total_bill.sum()),
        "biggest bill": lambda d: Number(d.total_bill.max()),
        "value counts of day": lambda d: counts(d, "day"),
        "df.groupby('time')['total_bill'].mean()": lambda d: means(d, "time", "total_bill"),
        "select day, sum(total_bill) from tips group by day": lambda d: totals(d, "day", "total_bill"),
        "how many dinners and how many lunches": lambda d: compared(d.groupby("time").size()),
        "what share of guests are smokers?": lambda d: share((d.smoker == "Yes").mean()),
        "percentage of bills paid by women": lambda d: share((d.sex == "Female").mean()),
        "top 3 bills": lambda d: Listed(3, d.nlargest(3, "total_bill").total_bill),
        "average party size by time": lambda d: means(d, "time", "size"),
        "avg bill per person": lambda d: Either(
            [Number(d.total_bill.sum() / d["size"].sum()), Number((d.total_bill / d["size"]).mean())]
        ),
        "bills over 40 dollars": lambda d: Listed((d.total_bill > 40).sum(), d[d.total_bill > 40].total_bill),
        "How many bills were above $30?": lambda d: Number((d.total_bill > 30).sum()),
        "tables with five or more guests": lambda d: Either(
            [Number((d["size"] >= 5).sum()), Listed((d["size"] >= 5).sum())]
        ),
        "avg tip female smokers": lambda d: Number(d[(d.sex == "Female") & (d.smoker == "Yes")].tip.mean()),
        "break down the total bill by sex and smoker": lambda d: totals(d, ["sex", "smoker"], "total_bill"),
        "tip as a percentage of the bill, by day": lambda d: Either(
            [
                shares(d.groupby("day").tip.sum() / d.groupby("day").total_bill.sum()),
                shares(_rate(d).groupby(d.day).mean()),
            ]
        ),
        "Does a bigger bill mean a bigger tip?": lambda d: yes_or_no(
            d.total_bill.corr(d.tip) > 0, Number(d.total_bill.corr(d.tip))
        ),
        "correlation matrix": lambda d: Figures([d.total_bill.corr(d.tip), d.total_bill.corr(d["size"])]),
        "regress tip on total_bill": lambda d: Figures([slope(d.total_bill, d.tip).slope]),
        "boxplot of tip by day": lambda d: Drawn(),
        "Could you please tell me the median tip on Saturdays?": lambda d: Number(d[d.day == "Sat"].tip.median()),
        "pivot of mean tip by day and time": lambda d: means(d, ["day", "time"], "tip"),
        "how many on friday": lambda d: Number((d.day == "Fri").sum()),
        "are there any outliers in the tips?": lambda d: Number(outliers(d.tip)),
        "any missing values?": lambda d: yes_or_no(d.isna().any(axis=None), Number(0)),
        "which waiter earned the most?": lambda d: Nothing(),
        "Total tips in March": lambda d: Nothing(),
        "Were lunches cheaper than dinners?": lambda d: more(d.groupby("time").total_bill.mean(), "Dinner", "Lunch"),
        "what is the busiest day, and how many bills does it have?": lambda d: Every(
            [most(d.groupby("day").size()), Either([Number(d.groupby("day").size().max()), counts(d, "day")])]
        ),
        "how much tip the womens give in average?": lambda d: Number(d[d.sex == "Female"].tip.mean()),
        "avergae tip by day": lambda d: means(d, "day", "tip"),
        "what day should we hire more staff, i.e. when are most guests here": lambda d: OrNothing(
            most(d.groupby("day")["size"].sum())
        ),
        "is saturday better than sunday for tips": lambda d: more(d.groupby("day").tip.mean(), "Sat", "Sun"),
        "how many bills were between twenty and thirty dollars": lambda d: Number(d.total_bill.between(20, 30).sum()),
        "sum tip + total_bill": lambda d: OrNothing(Number((d.tip + d.total_bill).sum())),
        "tips.sort_values('tip', ascending=False).head(3)": lambda d: Listed(3, d.nlargest(3, "tip").tip),
        "share of revenue from dinner": lambda d: share(d[d.time == "Dinner"].total_bill.sum() / d.total_bill.sum()),
    },
)

CARD_HOLDERS = over(
    "card_holders",
    {
        "average expenditure": lambda d: Number(d.AVGEXP.mean()),
        "mean AVGEXP for owners and renters": lambda d: compared(d.groupby("OWNRENT").AVGEXP.mean()),
        "How many people own their home?": lambda d: Number((d.OWNRENT == "own").sum()),
        "how many customers are under 30": lambda d: Number((d.AGE < 30).sum()),
        "who spends more, people who rent or people who own?": lambda d: compared(d.groupby("OWNRENT").AVGEXP.mean()),
        "oldest card holder": lambda d: Either([Number(d.AGE.max()), Listed(1, [d.AGE.max()])]),
        "average income by age group": lambda d: OrNothing(Groups(d.groupby(d.AGE // 10 * 10).INCOME.mean())),
        "spending above 1k": lambda d: Either(
            [Listed((d.AVGEXP > 1000).sum(), d[d.AVGEXP > 1000].AVGEXP), Number((d.AVGEXP > 1000).sum())]
        ),
        "how many spend more than five hundred": lambda d: Number((d.AVGEXP > 500).sum()),
        "plot AVGEXP vs INCOME": lambda d: Drawn(),
        "Is income related to expenditure?": lambda d: yes_or_no(
            abs(d.INCOME.corr(d.AVGEXP)) > 0.3, Number(d.INCOME.corr(d.AVGEXP))
        ),
        "age distribution of the card holders": lambda d: Either(
            [Figures([d.AGE.quantile(q) for q in (0.25, 0.5, 0.75)]), Drawn(), counts(d, "AGE")]
        ),
        "number of owners vs renters": lambda d: compared(d.groupby("OWNRENT").size()),
        "total debt": lambda d: Nothing(),
        "top 5 spenders": lambda d: Listed(5, d.nlargest(5, "AVGEXP").AVGEXP),
        "df.describe()": lambda d: Figures([d.AVGEXP.mean(), d.AGE.max(), d.INCOME.std()]),
    },
)


def _june(d: pd.DataFrame) -> pd.DataFrame:
    return d[d.date.dt.month == 6]


def _july(d: pd.DataFrame) -> pd.DataFrame:
    return d[d.date.dt.month == 7]


PRICES = over(
    "prices",
    {
        "closing price over time": lambda d: Either(
            [Groups(d.set_index(d.date.dt.strftime("%Y-%m-%d")).close), Drawn()]
        ),
        "what was the close on June 15, 2009?": lambda d: Number(d[d.date == "2009-06-15"].close.iloc[0]),
        "highest high": lambda d: Number(d.high.max()),
        "which day had the highest close": lambda d: Winner(str(d.loc[d.close.idxmax(), "date"].date())),
        "average close in june vs july": lambda d: two(_june(d).close.mean(), _july(d).close.mean()),
        "How many days was the signal short?": lambda d: Number((d.signal == "short").sum()),
        "value counts of signal": lambda d: counts(d, "signal"),
        "average return by signal": lambda d: means(d, "signal", "ret"),
        "Which signal made the best average return?": lambda d: most(d.groupby("signal").ret.mean()),
        "days where the close was above the open": lambda d: Either(
            [Listed((d.close > d.open).sum()), Number((d.close > d.open).sum())]
        ),
        "5 day moving average of close": lambda d: Figures(list(d.close.rolling(5).mean().dropna())),
        "Show me the first ten rows": lambda d: Listed(10, d.head(10).close),
        "last 5 rows": lambda d: Listed(5, d.tail(5).close),
        "what is the date range": lambda d: Either(
            [Listed(1, ["2009-06-01", "2009-07-31"]), Listed(2, ["2009-06-01", "2009-07-31"])]
        ),
        "biggest loss in one day": lambda d: Either(
            [Number(d.ret.min()), Winner(str(d.loc[d.ret.idxmin(), "date"].date()))]
        ),
        "did the price fall from the first of june to the end of july?": lambda d: yes_or_no(
            d.close.iloc[-1] < d.close.iloc[0], two(d.close.iloc[0], d.close.iloc[-1])
        ),
        "weekly average close": lambda d: Figures(list(d.set_index("date").close.resample("W").mean())),
        "what will the price be next year?": lambda d: Nothing(),
        "trading volume by day": lambda d: Nothing(),
        "should I buy?": lambda d: Nothing(),
    },
)

CARSHARE = over(
    "carshare",
    {
        "total car hours": lambda d: Number(d.car_hours.sum()),
        "Which peak hour is the most common?": lambda d: Winner(d.peak_hour.mode()[0]),
        "how many stations peak at 5 pm?": lambda d: Number((d.peak_hour == 17).sum()),
        "car hours per peak hour": lambda d: Either(
            [totals(d, "peak_hour", "car_hours"), means(d, "peak_hour", "car_hours")]
        ),
        "show the ten busiest places": lambda d: OrNothing(Listed(10, d.nlargest(10, "car_hours").car_hours)),
        "number of places with more than 2,000 car hours": lambda d: Number((d.car_hours > 2000).sum()),
        "median car hours where the peak hour is before 8": lambda d: Number(d[d.peak_hour < 8].car_hours.median()),
        "90th percentile car_hours": lambda d: Number(d.car_hours.quantile(0.9)),
        "bar chart of number of rows by peak_hour": lambda d: drawn(counts(d, "peak_hour")),
        "how many cars do they have": lambda d: Nothing(),
    },
)

WINE = over(
    "wine",
    {
        "how many wines of each cultivar": lambda d: counts(d, "cultivar"),
        "How many Barolos are there?": lambda d: Number((d.cultivar == "Barolo").sum()),
        "mean alcohol by cultivar": lambda d: means(d, "cultivar", "alcohol"),
        "Which cultivar is the strongest?": lambda d: OrNothing(most(d.groupby("cultivar").alcohol.mean())),
        "which wine type has the most magnesium on average": lambda d: most(d.groupby("cultivar").magnesium.mean()),
        "wines above 14 % alcohol": lambda d: Either([Listed((d.alcohol > 14).sum()), Number((d.alcohol > 14).sum())]),
        "number of wines with alcohol between 12 and 13": lambda d: Number(d.alcohol.between(12, 13).sum()),
        "what correlates with alcohol?": lambda d: Winner(
            d.drop(columns=["cultivar", "alcohol"]).corrwith(d.alcohol).abs().idxmax()
        ),
        "proline of Barolo compared with Barbera": lambda d: compared(
            d[d.cultivar != "Grignolino"].groupby("cultivar").proline.mean()
        ),
        "min, max and mean of color intensity": lambda d: Figures(
            [d.color_intensity.min(), d.color_intensity.max(), d.color_intensity.mean()]
        ),
        "pie chart of cultivars": lambda d: drawn(counts(d, "cultivar")),
        "average ash and hue per cultivar": lambda d: Every([means(d, "cultivar", "ash"), means(d, "cultivar", "hue")]),
        "share of Grignolino": lambda d: share((d.cultivar == "Grignolino").mean()),
        "drop columns": lambda d: Nothing(),
        "list the columns please": columns,
        "cheapest wine": lambda d: Nothing(),
    },
)

STRIKES = over(
    "strikes",
    {
        "how long was the longest strike?": lambda d: Number(d.duration.max()),
        "average duration of a strike": lambda d: Number(d.duration.mean()),
        "how many strikes lasted longer than 100 days": lambda d: Number((d.duration > 100).sum()),
        "what proportion of strikes was over within a week": lambda d: Either(
            [share((d.duration <= 7).mean()), share((d.duration < 7).mean())]
        ),
        "mean duration by iprod": lambda d: means(d, "iprod", "duration"),
        "histogram of strike duration": lambda d: Drawn(),
        "number of strikes between 10 and 20 days": lambda d: Number(d.duration.between(10, 20).sum()),
        "why did they strike?": lambda d: Nothing(),
    },
)

CONVERSATIONS = [
    Asked("tips", "by time?", lambda d: means(d, "time", "tip"), before=("average tip by day",)),
    Asked(
        "tips",
        "only smokers",
        lambda d: means(d[d.smoker == "Yes"], "day", "tip"),
        before=("average tip by day",),
    ),
    Asked(
        "tips",
        "show that as a bar chart",
        lambda d: drawn(totals(d, "day", "total_bill")),
        before=("total_bill by day",),
    ),
    Asked(
        "wine",
        "and the lowest?",
        lambda d: least(d.groupby("cultivar").alcohol.mean()),
        before=("Which cultivar has the highest average alcohol?",),
    ),
    Asked("prices", "and in July?", lambda d: Number(_july(d).close.mean()), before=("average close in June",)),
]

QUESTIONS = [*TIPS, *CARD_HOLDERS, *PRICES, *CARSHARE, *WINE, *STRIKES, *CONVERSATIONS]
