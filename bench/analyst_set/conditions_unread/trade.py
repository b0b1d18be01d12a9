"""What people ask about subscribers, tickets and deliveries, with a condition."""

# ruff: noqa: ARG005, E501 - some answers need no look at the table; an answer is read best on one line
from __future__ import annotations

from bench.analyst_set.expected import Either, Nothing, Number, OrNothing
from bench.analyst_set.newcomers.answers import rows_or_count
from bench.analyst_set.question import over, share, shares
from bench.analyst_set.strangers.answers import most

SUBSCRIBERS = over(
    "subscribers",
    {
        "churn rate": lambda d: share((d.Churn == "Yes").mean()),
        "how many senior citizens have fiber optic": lambda d: Number(((d.SeniorCitizen == "Yes") & (d.InternetService == "Fiber optic")).sum()),
        "avg monthly charges for customers who pay by electronic check": lambda d: Number(d[d.PaymentMethod == "Electronic check"].MonthlyCharges.mean()),
        "what percent of customers on a two year contract churned": lambda d: share((d[d.Contract == "Two year"].Churn == "Yes").mean()),
        "average tenure of people who left": lambda d: Number(d[d.Churn == "Yes"].tenure.mean()),
        "median monthly charges of churned seniors": lambda d: Number(d[(d.Churn == "Yes") & (d.SeniorCitizen == "Yes")].MonthlyCharges.median()),
        "how many customers have tenure of more than 5 years": lambda d: OrNothing(Number((d.tenure > 60).sum())),
        "churn rate by contract": lambda d: shares((d.Churn == "Yes").groupby(d.Contract).mean()),
        "share of customers with no internet": lambda d: share((d.InternetService == "No internet").mean()),
    },
)  # fmt: skip

TICKETS = over(
    "tickets",
    {
        "tickets closed by Alice in May": lambda d: rows_or_count(d[(d.assignee == "Alice") & (d.closed.dt.month == 5)]),
        "average csat of chat tickets": lambda d: Number(d[d.channel == "chat"].csat.mean()),
        "reopened tickets of the billing team": lambda d: rows_or_count(d[d.reopened & (d.team == "billing")]),
        "share of tickets that were reopened": lambda d: share(d.reopened.mean()),
        "mean replies for solved tickets that Bob handled": lambda d: Number(d[(d.status == "solved") & (d.assignee == "Bob")].replies.mean()),
        "tickets without a csat": lambda d: rows_or_count(d[d.csat.isna()]),
        "number of tickets with more than 10 replies not yet solved": lambda d: Number(((d.replies > 10) & (d.status != "solved")).sum()),
        "how many tickets did Priya solve": lambda d: Number(((d.assignee == "Priya") & (d.status == "solved")).sum()),
        "avg csat for network tickets with a low priority": lambda d: Number(d[(d.team == "network") & (d.priority == "low")].csat.mean()),
        "who has the most open tickets": lambda d: most(d[d.status == "open"].groupby("assignee").size()),
        "how many tickets have no replies": lambda d: Number((d.replies == 0).sum()),
        "count of non-urgent phone tickets": lambda d: Number(((d.priority != "urgent") & (d.channel == "phone")).sum()),
        "reopen rate per team": lambda d: shares(d.groupby("team").reopened.mean()),
        "how many tickets from twitter": lambda d: Nothing(),
    },
)  # fmt: skip

DELIVERIES = over(
    "deliveries",
    {
        "average tip on card orders": lambda d: Number(d[d.paid_by == "card"].tip.mean()),
        "how many orders without a tip": lambda d: Number((d.tip == 0).sum()),
        "orders of more than 5 items paid in cash": lambda d: rows_or_count(d[(d["items"] > 5) & (d.paid_by == "cash")]),
        "how many indian or thai orders cost over $50": lambda d: Number((d.cuisine.isin(["Indian", "Thai"]) & (d.total > 50)).sum()),
        "share of orders rated 4 or higher": lambda d: Either([share((d.rating >= 4).mean()), share((d.rating.dropna() >= 4).mean())]),
        "what was the biggest mexican order": lambda d: Number(d[d.cuisine == "Mexican"].total.max()),
        "orders on weekends outside Boston": lambda d: rows_or_count(d[(d.city != "Boston") & (d.ordered_at.dt.dayofweek >= 5)]),
        "unrated orders": lambda d: rows_or_count(d[d.rating.isna()]),
        "tips from wallet payers": lambda d: Number(d[d.paid_by == "wallet"].tip.sum()),
        "avg rating in the city with the most orders": lambda d: Number(d[d.city == d.city.value_counts().idxmax()].rating.mean()),
    },
)  # fmt: skip

QUESTIONS = [*SUBSCRIBERS, *TICKETS, *DELIVERIES]
