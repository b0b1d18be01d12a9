"""What people ask about subscribers, tickets and deliveries, with a condition."""

# ruff: noqa: E501 - some answers need no look at the table; an answer is read best on one line
from __future__ import annotations

from bench.analyst_set.expected import Either, Groups, Number, OrNothing
from bench.analyst_set.newcomers.answers import month, rows_or_count
from bench.analyst_set.question import over, share, shares
from bench.analyst_set.strangers.answers import most

SUBSCRIBERS = over(
    "subscribers",
    {
        "churn rate of month-to-month customers": lambda d: share((d[d.Contract == "Month-to-month"].Churn == "Yes").mean()),
        "how many customers churned within the first 12 months": lambda d: OrNothing(Number(((d.Churn == "Yes") & (d.tenure <= 12)).sum())),
        "how many women with a partner use DSL": lambda d: Number(((d.gender == "Female") & (d.Partner == "Yes") & (d.InternetService == "DSL")).sum()),
        "number of customers without paperless billing": lambda d: Number((d.PaperlessBilling == "No").sum()),
        "customers paying more than 100 a month": lambda d: rows_or_count(d[d.MonthlyCharges > 100]),
        "which payment method has the highest churn": lambda d: Either([most((d.Churn == "Yes").groupby(d.PaymentMethod).mean()), most(d[d.Churn == "Yes"].groupby("PaymentMethod").size())]),
        "how many non-seniors without a partner churned": lambda d: Number(((d.SeniorCitizen == "No") & (d.Partner == "No") & (d.Churn == "Yes")).sum()),
        "average charge of credit card or bank transfer customers": lambda d: Number(d[d.PaymentMethod.isin(["Credit card", "Bank transfer"])].MonthlyCharges.mean()),
    },
)  # fmt: skip

TICKETS = over(
    "tickets",
    {
        "how many urgent tickets are still open": lambda d: Number(((d.priority == "urgent") & (d.status == "open")).sum()),
        "how many high or urgent tickets came in by phone": lambda d: Number((d.priority.isin(["high", "urgent"]) & (d.channel == "phone")).sum()),
        "how many tickets opened in Q2 are unsolved": lambda d: Number((d.opened.dt.quarter.eq(2) & (d.status != "solved")).sum()),
        "how many email tickets got a csat of 5": lambda d: Number(((d.channel == "email") & (d.csat == 5)).sum()),
        "tickets by month instead of by day for the network team": lambda d: Groups(d[d.team == "network"].groupby(month(d.opened)).size()),
    },
)  # fmt: skip

DELIVERIES = over(
    "deliveries",
    {
        "how many orders were late in Boston": lambda d: Number(((d.delivered_late == "yes") & (d.city == "Boston")).sum()),
        "total of thai orders in Denver": lambda d: Number(d[(d.cuisine == "Thai") & (d.city == "Denver")].total.sum()),
        "mean rating of orders delivered late": lambda d: Number(d[d.delivered_late == "yes"].rating.mean()),
        "late rate by courier": lambda d: shares((d.delivered_late == "yes").groupby(d.courier).mean()),
        "how many deliveries did Omar do in Austin": lambda d: Number(((d.courier == "Omar") & (d.city == "Austin")).sum()),
        "average total for orders that tipped over 5": lambda d: Number(d[d.tip > 5].total.mean()),
        "how many orders were on time": lambda d: OrNothing(Number((d.delivered_late == "no").sum())),
    },
)  # fmt: skip

QUESTIONS = [*SUBSCRIBERS, *TICKETS, *DELIVERIES]
